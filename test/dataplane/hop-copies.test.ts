/** Tokens of a translated stream that the module inside Envoy copies: the client gets what it gets by ext_proc, as early, and ai-proxy is not asked about them. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PluginCatalogue, PluginDefinition } from '#plugin-sdk/definition.ts';
import { testPlugin } from '#plugin-sdk/testing.ts';
import { type PluginServer, startPluginServer } from '#plugin-server/server.ts';
import { effectiveConfig } from '#plugins/ai-proxy/config.ts';
import proxy from '#plugins/ai-proxy/plugin.ts';
import { socketDir, waitFor } from '#test/envoy.ts';
import { type HopEnvoy, startHopEnvoy } from '#test/ext-proc-envoy.ts';
import { eventStream, type Llm, openStream, startLlm } from '#test/llm.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const CHAT = '/v1/chat/completions';
const ASKED = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };
const configOf = (type: string) => effectiveConfig({ provider: { type, apiTokens: ['t'] } }, undefined)!;
const CONFIG = configOf('claude');
const GEMINI = configOf('gemini');

/** Events that ai-proxy's hook got, the end included. */
let events = 0;
const counted: PluginDefinition<typeof CONFIG> = {
  ...proxy,
  hooks: (config) => {
    const hooks = proxy.hooks!(config);
    return {
      ...hooks,
      onSseEvent: (event, context) => {
        events++;
        return hooks.onSseEvent!(event, context);
      },
    };
  },
};
const catalogue: PluginCatalogue = {
  names: () => [proxy.manifest.name],
  get: () => counted as PluginDefinition,
};

const WAYS = ['hop', 'ext_proc'] as const;
type Way = (typeof WAYS)[number];
const envoys = new Map<Way, HopEnvoy>();
let llm: Llm;
let server: PluginServer;
const dir = socketDir();
const extProcSocket = join(dir, 'ext-proc.sock');
const hopSocket = join(dir, 'hop.sock');

async function startServer(): Promise<void> {
  server = await startPluginServer({
    catalogue,
    log: SILENT,
    extProc: { path: extProcSocket },
    hop: hopSocket,
    http: { path: join(dir, 'http.sock') },
  });
  const { name, version } = proxy.manifest;
  for (const failStrategy of ['closed', 'open'] as const) {
    const one = { plugin: name, instance: 'test/proxy', version, failStrategy, config: CONFIG };
    server.store.add(failStrategy, { id: failStrategy, kind: 'filter', plugins: [one] });
    server.store.add('gemini', { id: 'gemini', kind: 'filter', plugins: [{ ...one, config: GEMINI }] });
  }
}

beforeAll(async () => {
  llm = await startLlm();
  await startServer();
  const mode = { request_body_mode: 'BUFFERED', response_body_mode: 'STREAMED' };
  const routes = [
    { prefix: '/open/', chain: 'open', mode, failOpen: true },
    { prefix: '/gemini/', chain: 'gemini', mode },
    { prefix: '/', chain: 'closed', mode },
  ];
  for (const way of WAYS) {
    const options = { upstreamPort: llm.port, extProcSocket, routes };
    envoys.set(way, await startHopEnvoy(way === 'hop' ? { ...options, hopSocket } : options));
  }
}, 60_000);

afterAll(async () => {
  for (const { envoy } of envoys.values()) await envoy.stop();
  await server?.stop();
  await llm?.stop();
});

afterEach(() => waitFor(() => server.status().streams.open === 0));

const line = (type: string, more: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const START = line('message_start', { message: { id: 'msg_1', model: 'claude-x', usage: { input_tokens: 3 } } });
const block = (index: number, content_block: object) => line('content_block_start', { index, content_block });
const TEXT = block(0, { type: 'text', text: '' });
const WORDS = ['Grüß ', 'Gott, 世界 🌍', '"\n', ''].map((text) =>
  line('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
);
const STOP = line('content_block_stop', { index: 0 });
const END = [line('message_delta', { delta: { stop_reason: 'end_turn' } }), line('message_stop')];
const SIMPLE = [START, TEXT, line('ping'), ...WORDS, ...WORDS, STOP, ...END];
const MIXED = [
  START,
  block(0, { type: 'thinking', thinking: '' }),
  ...['Two ', 'cities'].map((thinking) =>
    line('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking } }),
  ),
  STOP,
  block(1, { type: 'text', text: '' }),
  ': keep-alive\n\n',
  ...WORDS.map((word) => word.replace('"index":0', '"index":1').replace('}}\n', '}   }\n')),
  line('content_block_stop', { index: 1 }),
  ...[2, 3].flatMap((index) => [
    block(index, { type: 'tool_use', id: `t${index}`, name: 'weather', input: {} }),
    ...['{"city": "Par', 'is"}'].map((partial_json) =>
      line('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } }),
    ),
    line('content_block_stop', { index }),
  ]),
  ...END,
];

const withoutTime = (text: string) =>
  text.replace(/"created":\d+/g, '"created":0').replace(/"chatcmpl-[\da-f-]+"/g, '"chatcmpl"');

/** What the client has after each of the parts, by the plugin alone. */
async function expectedOf(parts: readonly string[], config = CONFIG): Promise<readonly string[]> {
  const { response } = await testPlugin(proxy, config).request({
    path: CHAT,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ASKED),
    respond: () => ({ headers: { 'content-type': 'text/event-stream' }, chunks: parts }),
  });
  let all = '';
  return response.parts.map((part) => {
    all += withoutTime(part);
    return all;
  });
}

/** A stream whose vendor says what the test says. */
async function open(way: Way, path = CHAT) {
  events = 0;
  let vendor: ServerResponse | undefined;
  llm.answer((_request, response) => {
    eventStream(response);
    response.flushHeaders();
    vendor = response;
  });
  const client = openStream(`${envoys.get(way)!.url}${path}`, {}, ASKED);
  await waitFor(() => vendor !== undefined);
  return { client, vendor: vendor!, text: () => withoutTime(client.text()) };
}

describe.each(WAYS)('a translated stream by %s', (way) => {
  it.each([
    ['one block', SIMPLE, 5],
    ['several blocks, thoughts, calls and a comment', MIXED, 9],
  ])('gives each token at once: %s', async (_title, parts, asked) => {
    const expected = await expectedOf(parts);
    const { client, vendor, text } = await open(way);
    for (const [i, part] of parts.entries()) {
      if (i === parts.length - 1) vendor.end(part);
      else vendor.write(part);
      await waitFor(() => text() === expected[i]);
    }
    expect(await client.over).toBe('end');
    expect(events).toBe(way === 'hop' ? asked : parts.length + 1);
  });

  it.each([
    ['one block', SIMPLE, 5],
    ['several blocks, thoughts, calls and a comment', MIXED, 9],
  ])('gives all of a burst: %s', async (_title, parts, asked) => {
    const expected = await expectedOf(parts);
    const { client, vendor, text } = await open(way);
    vendor.end(parts.join(''));
    expect(await client.over).toBe('end');
    expect(text()).toBe(expected.at(-1));
    expect(events).toBe(way === 'hop' ? asked : parts.length + 1);
  });

  it('gives each token at once, and all of a burst, of a vendor that counts in every event', async () => {
    const say = (text: string, n: number, more: object = {}) => {
      const candidates = [{ content: { parts: [{ text }], role: 'model' }, ...more, index: 0 }];
      return `data: ${JSON.stringify({ candidates, usageMetadata: { promptTokenCount: 4, totalTokenCount: n } })}\r\n\r\n`;
    };
    const words = ['Grüß ', 'Gott, 世界 🌍', '"\n'].map((text, i) => say(text, 9 + i));
    for (const parts of [
      [...words, say('!', 44, { finishReason: 'STOP' })],
      [...words, words[0]!.slice(0, -30)],
    ]) {
      const expected = await expectedOf(parts, GEMINI);
      const slow = await open(way, `/gemini${CHAT}`);
      for (const [i, part] of parts.entries()) {
        if (i === parts.length - 1) slow.vendor.end(part);
        else slow.vendor.write(part);
        await waitFor(() => slow.text() === expected[i]);
      }
      expect(await slow.client.over).toBe('end');
      expect(events).toBeLessThanOrEqual(way === 'hop' ? 3 : parts.length + 1);
      const burst = await open(way, `/gemini${CHAT}`);
      burst.vendor.end(parts.join(''));
      expect(await burst.client.over).toBe('end');
      expect(burst.text()).toBe(expected.at(-1));
    }
  });

  it('gives the same wherever the network cuts it', async () => {
    const bytes = Buffer.from(MIXED.join(''));
    const expected = (await expectedOf(MIXED)).at(-1);
    for (let size = 1; size < 400; size = Math.ceil(size * 1.7)) {
      const { client, vendor, text } = await open(way);
      vendor.socket?.setNoDelay(true);
      for (let at = 0; at < bytes.length; at += size) {
        vendor.write(bytes.subarray(at, at + size));
        // One write of the socket for each, which Envoy may or may not read together.
        await new Promise(setImmediate);
      }
      vendor.end();
      expect(await client.over).toBe('end');
      // An empty line of its own, behind a comment, passes as it is.
      expect(text().replace(/\n{3,}/g, '\n\n')).toBe(expected);
    }
  }, 60_000);

  it('breaks off where the vendor does, in the middle of a token', async () => {
    const parts = [START, TEXT, ...WORDS];
    const expected = (await expectedOf([...parts, ''])).at(-2)!;
    const { client, vendor, text } = await open(way);
    vendor.write(parts.join(''));
    await waitFor(() => text() === expected);
    const received = () => envoys.get(way)!.envoy.stat('cluster.upstream.upstream_cx_rx_bytes_total');
    const before = await received();
    vendor.write(WORDS[0]!.slice(0, -20));
    await waitFor(async () => (await received()) > before);
    vendor.destroy();
    expect(await client.over).toBe('broken');
    expect(text()).toBe(expected);
  });

  it('has an error event when the vendor ends in the middle of a token', async () => {
    const parts = [START, TEXT, ...WORDS, WORDS[0]!.slice(0, -20)];
    const expected = (await expectedOf(parts)).at(-1);
    const { client, vendor, text } = await open(way);
    for (const part of parts) vendor.write(part);
    vendor.end();
    expect(await client.over).toBe('end');
    expect(text()).toBe(expected);
    expect(text()).toContain('"error"');
  });

  it('ends at the vendor when the client leaves between tokens', async () => {
    const { client, vendor, text } = await open(way);
    const gone = once(vendor, 'close');
    for (const part of [START, TEXT, ...WORDS]) vendor.write(part);
    await waitFor(() => text().includes('世界'));
    client.abort();
    await gone;
  });

  it('is seen to be broken when the plugin server goes between tokens', async () => {
    const { client, vendor, text } = await open(way);
    for (const part of [START, TEXT, ...WORDS]) vendor.write(part);
    await waitFor(() => text().includes('世界'));
    await server.stop(0);
    expect(await client.over).toBe('broken');
    await startServer();
  }, 30_000);

  it('holds the vendor back while the client does not read', async () => {
    const { vendor, client, text } = await open(way);
    const word = line('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'x'.repeat(60_000) } });
    vendor.write(START + TEXT);
    await waitFor(() => text() !== '');
    client.pause();
    let written = 0;
    // Until the buffers of the kernel and of Envoy are full.
    let taken = -1;
    await waitFor(() => {
      while (!vendor.writableNeedDrain && written < 2_000) {
        vendor.write(word);
        written++;
      }
      const still = taken === written;
      taken = written;
      return still;
    });
    expect(written).toBeLessThan(1_000);
    client.resume();
    vendor.end(STOP + END.join(''));
    expect(await client.over).toBe('end');
    expect(text().split('x'.repeat(60_000)).length - 1).toBe(written);
  }, 30_000);
});

it('by the hop goes on untranslated, and loses nothing, when the plugin server goes and the route lives without it', async () => {
  const parts = [START, TEXT, ...WORDS];
  const expected = (await expectedOf([...parts, ''])).at(-2)!;
  const { client, vendor, text } = await open('hop', `/open${CHAT}`);
  const half = WORDS[0]!.slice(0, -20);
  for (const part of [...parts.slice(0, -1), `${parts.at(-1)}${half}`]) vendor.write(part);
  await waitFor(() => text() === expected);
  await server.stop(0);
  vendor.write(WORDS[0]!.slice(-20));
  await waitFor(() => text() === expected + WORDS[0]);
  vendor.end(STOP);
  expect(await client.over).toBe('end');
  expect(text()).toBe(expected + WORDS[0] + STOP);
  await startServer();
}, 30_000);
