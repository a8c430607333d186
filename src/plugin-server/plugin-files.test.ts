import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fetchRaw } from '../../test/support/gateway.ts';
import { type HttpDoor, startHttpDoor } from './mounts.ts';
import { pluginFiles } from './plugin-files.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const MODULE = Buffer.from('0061736d01000000', 'hex');

describe('plugin files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'higress-files-'));
  const doors: HttpDoor[] = [];

  async function serve(folder: string | undefined): Promise<string> {
    const door = await startHttpDoor({ host: '127.0.0.1', port: 0 }, pluginFiles(folder), quiet);
    doors.push(door);
    return `http://127.0.0.1:${(door.address as { port: number }).port}`;
  }

  let url = '';
  const get = (path: string, options: Parameters<typeof fetchRaw>[1] = {}) => fetchRaw(`${url}${path}`, options);

  beforeAll(async () => {
    // As a mounted ConfigMap is: everything behind a link.
    mkdirSync(join(dir, '..data', 'mine', '1.0.0'), { recursive: true });
    writeFileSync(join(dir, '..data', 'mine', '1.0.0', 'plugin.wasm'), MODULE);
    writeFileSync(join(dir, '..data', 'mine', '1.0.0', 'metadata.txt'), 'mine\n');
    writeFileSync(join(dir, '..data', 'mine', '1.0.0', 'secret.txt'), 'no\n');
    mkdirSync(join(dir, '..data', 'mine', '2.0.0'));
    symlinkSync('..data/mine', join(dir, 'mine'));
    url = await serve(dir);
  });
  afterAll(async () => {
    for (const door of doors) await door.stop();
    rmSync(dir, { recursive: true });
  });

  it('are served with their type, for GET and HEAD, and not again when they are known', async () => {
    const answer = await get('/plugins/mine/1.0.0/plugin.wasm?x=1');
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/wasm']);
    expect(answer.headers['content-length']).toBe(String(MODULE.length));
    const { etag } = answer.headers;
    expect((await get('/plugins/mine/1.0.0/plugin.wasm', { headers: { 'if-none-match': String(etag) } })).status).toBe(
      304,
    );
    const head = await get('/plugins/mine/1.0.0/plugin.wasm', { method: 'HEAD' });
    expect([head.status, head.headers.etag, head.body]).toEqual([200, etag, '']);
    expect((await get('/plugins/mine/1.0.0/metadata.txt')).body).toBe('mine\n');
  });

  it('that are not there are answered with what is', async () => {
    const missing = async (path: string) => {
      const { status, body } = await get(path);
      return [status, body.trim()];
    };
    expect(await missing('/plugins/other/1.0.0/plugin.wasm')).toEqual([
      404,
      'there is no plugin "other"; there are: mine',
    ]);
    expect(await missing('/plugins/mine/1.0.1/plugin.wasm')).toEqual([
      404,
      'plugin "mine" has no version "1.0.1"; there are: 1.0.0, 2.0.0',
    ]);
    expect(await missing('/plugins/mine/2.0.0/plugin.wasm')).toEqual([
      404,
      'plugin "mine" has no plugin.wasm in version "2.0.0"',
    ]);
  });

  it.each([
    '/plugins/mine/1.0.0/secret.txt',
    '/plugins/mine/1.0.0/plugin.wasm/',
    '/plugins/mine/../mine/plugin.wasm',
    '/plugins/..data/mine/plugin.wasm',
    '/plugins/mine/%2e%2e/plugin.wasm',
    '/plugins/',
  ])('are all that is served: not %s', async (path) => {
    const { status, body } = await get(path);
    expect(status).toBe(404);
    expect(body).toContain('/plugins/NAME/VERSION/plugin.wasm');
  });

  it('are not written, and without a folder it is said how to give one', async () => {
    const put = await get('/plugins/mine/1.0.0/plugin.wasm', { method: 'PUT' });
    expect([put.status, put.headers.allow]).toEqual([405, 'GET, HEAD']);
    const bare = await fetchRaw(`${await serve(undefined)}/plugins/mine/1.0.0/plugin.wasm`);
    expect(bare.status).toBe(404);
    expect(bare.body).toContain('pluginServer.pluginsVolume');
  });
});
