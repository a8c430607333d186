/** Section `gzip` of `higress-config`, as clients see it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ingressYaml } from '#test/echo.ts';
import { eventually } from '#test/gateway.ts';
import { configSuite } from '#test/higress-config.ts';

/** `?type=…&bytes=…&etag=1&coded=1&events=1&json=1` */
function answer({ url, headers }: IncomingMessage, response: ServerResponse): void {
  const { searchParams } = new URL(url ?? '', 'http://a.test');
  const plain = 'higress '.repeat(10_000).slice(0, Number(searchParams.get('bytes') ?? 4000));
  const text = searchParams.has('json') ? JSON.stringify({ text: plain }) : plain;
  response.setHeader('content-type', searchParams.get('type') ?? 'application/json');
  response.setHeader('x-accepted', headers['accept-encoding'] ?? 'nothing');
  if (searchParams.has('etag')) response.setHeader('etag', '"one"');
  if (searchParams.has('coded')) response.setHeader('content-encoding', 'br');
  if (!searchParams.has('events')) response.setHeader('content-length', text.length);
  response.end(text);
}

const TRANSFORMER = `
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: transformer, namespace: higress-system }
spec:
  url: oci://higress/plugins/transformer:2.0.0
  defaultConfigDisable: true
  matchRules:
    - domain: [changed.test]
      config:
        respRules: [{ operate: add, body: [{ key: added, value: by the plugin }] }]
`;
const files = { 'plugin.yaml': TRANSFORMER, 'changed.yaml': ingressYaml('changed', 'changed.test', '/', 'web') };

const suite = configSuite(answer, files);
const GZIP = { 'accept-encoding': 'gzip' };
const coding = async (path: string, headers: Record<string, string> = GZIP) =>
  (await suite.ask(path, headers)).headers['content-encoding'];
const whenCompressed = (path = '/') => eventually('compressed', async () => (await coding(path)) === 'gzip');
const whenPlain = (path = '/') => eventually('not compressed', async () => (await coding(path)) === undefined);

/** What a test sees compressed is its own doing. */
beforeEach(async () => {
  suite.configure({});
  await whenPlain();
});

describe('higress-config: gzip:', () => {
  it('is off without the section, and with enable: false', async () => {
    expect(await coding('/')).toBeUndefined();
    suite.configure({ gzip: { enable: true } });
    await whenCompressed();
    suite.configure({ gzip: { enable: false } });
    await whenPlain();
  });

  it('enable: compresses the default types from 1024 bytes on, for clients that take gzip', async () => {
    suite.configure({ gzip: { enable: true } });
    await whenCompressed();
    const { headers, parts } = await suite.ask('/', GZIP);
    expect(headers.vary).toBe('Accept-Encoding');
    expect(gunzipSync(Buffer.concat(parts)).toString()).toHaveLength(4000);
    const types = 'text/html text/css text/plain text/xml application/json application/javascript'.split(' ');
    for (const type of [...types, 'application/xhtml+xml', 'image/svg+xml', 'text/html; charset=utf-8'])
      expect([type, await coding(`/?type=${encodeURIComponent(type)}`)]).toEqual([type, 'gzip']);
    expect(await coding('/?type=image/png')).toBeUndefined();
    expect(await coding('/?bytes=1023')).toBeUndefined();
    expect(await coding('/?bytes=1024')).toBe('gzip');
    expect(await coding('/', {})).toBeUndefined();
    expect(await coding('/?etag=1')).toBeUndefined();
    expect(await coding('/?coded=1')).toBe('br');
    expect(await suite.problems()).toEqual([]);
  });

  it('minContentLength, contentType, disableOnEtagHeader: as they are given', async () => {
    const contentType = ['image/png', ' Text/CSV'];
    suite.configure({ gzip: { enable: true, minContentLength: 100, contentType, disableOnEtagHeader: false } });
    await whenCompressed('/?type=image/png&bytes=100');
    expect(await coding('/?type=text/csv&etag=1')).toBe('gzip');
    expect(await coding('/?type=image/png&bytes=99')).toBeUndefined();
    expect(await coding('/?type=application/json')).toBeUndefined();
  });

  it.each([
    ...['BEST_COMPRESSION', 'BEST_SPEED', 'COMPRESSION_LEVEL_1', 'COMPRESSION_LEVEL_9'].map((compressionLevel) => ({
      compressionLevel,
    })),
    ...['DEFAULT_STRATEGY', 'FILTERED', 'HUFFMAN_ONLY', 'RLE', 'FIXED'].map((compressionStrategy) => ({
      compressionStrategy,
    })),
    { memoryLevel: 1, windowBits: 9, chunkSize: 65_536 },
    { memoryLevel: 9, windowBits: 15 },
  ])('%j: Envoy takes it, and its answers can be read', async (settings) => {
    suite.configure({ gzip: { enable: true, minContentLength: 10, ...settings } });
    await whenCompressed('/?bytes=10');
    const { parts } = await suite.ask('/?bytes=80000', GZIP);
    expect(gunzipSync(Buffer.concat(parts)).toString()).toHaveLength(80_000);
    expect(await suite.problems()).toEqual([]);
  });

  it('compressionLevel, compressionStrategy: change what goes over the wire', async () => {
    const size = async (settings: object) => {
      suite.configure({});
      await whenPlain();
      suite.configure({ gzip: { enable: true, ...settings } });
      await whenCompressed();
      return Buffer.concat((await suite.ask('/', GZIP)).parts).length;
    };
    const best = await size({});
    expect(await size({ compressionStrategy: 'HUFFMAN_ONLY' })).toBeGreaterThan(best * 2);
    expect(await size({ compressionLevel: 'BEST_SPEED' })).toBeGreaterThan(best);
  });

  it('chunkSize: outside 4096 to 65536 the nearest is used, and told', async () => {
    suite.configure({ gzip: { enable: true, chunkSize: 100 } });
    await whenCompressed();
    expect(await suite.problems()).toEqual([
      'warning data.higress.gzip.chunkSize: data.higress.gzip.chunkSize must be 4096 to 65536 bytes for Envoy; 4096 is used',
    ]);
  });

  it('event streams are never compressed, not even when contentType names them', async () => {
    suite.configure({ gzip: { enable: true, contentType: ['text/plain', 'text/event-stream'], minContentLength: 1 } });
    await whenCompressed('/?type=text/plain');
    expect(await coding('/?type=text/event-stream&events=1')).toBeUndefined();
    expect(await suite.problems()).toEqual([expect.stringContaining('warning data.higress.gzip.contentType[1]:')]);
    suite.configure({ gzip: { enable: true, contentType: ['text/event-stream'] } });
    await whenPlain('/?type=text/plain');
  });

  it('plugins see answers before they are compressed', async () => {
    suite.configure({ gzip: { enable: true } });
    await whenCompressed();
    const { headers, parts } = await suite.ask('/?json=1', { ...GZIP, host: 'changed.test' });
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'x-accepted': 'nothing' });
    const body = JSON.parse(gunzipSync(Buffer.concat(parts)).toString()) as Record<string, string>;
    expect([body.text?.length, body.added]).toEqual([4000, 'by the plugin']);
  });

  it('a value that is wrong keeps the last good section in force, and is told', async () => {
    suite.configure({ gzip: { enable: true, minContentLength: 50 } });
    await whenCompressed('/?bytes=50');
    suite.configure({ gzip: { enable: true, minContentLength: 50, windowBits: 99 }, addXRealIpHeader: true });
    await eventually('told', async () => (await suite.problems()).length === 1);
    expect(await suite.problems()).toEqual([
      expect.stringContaining('error data.higress.gzip.windowBits: data.higress.gzip.windowBits must be at most 15'),
    ]);
    expect(await coding('/?bytes=50')).toBe('gzip');
    suite.configure('gzip: {enable: [');
    await eventually('told', async () => (await suite.problems())[0]?.includes('is not YAML'));
    expect(await coding('/?bytes=50')).toBe('gzip');
    suite.configure({});
    await whenPlain('/?bytes=50');
    expect(await suite.problems()).toEqual([]);
  });
});
