/** Answers that a plugin puts in the upstream's place, and hooks that take longer than Envoy waits for a message, behind a real Envoy. */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FilterHooks, ReplacementAnswer } from '#plugin-sdk/hooks.ts';
import { type PluginServer, startPluginServer } from '#plugin-server/server.ts';
import { socketDir } from '#test/envoy.ts';
import { type HopEnvoy, startHopEnvoy } from '#test/ext-proc-envoy.ts';
import { fetchRaw } from '#test/gateway.ts';
import { hooksCatalogue } from '#test/hooks-catalogue.ts';
import { openStream } from '#test/llm.ts';
import { UPSTREAM } from '#test/upstream.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const MIB = 1024 * 1024;

interface State {
  replaced: boolean;
}

const replacing = (answer: (path: string) => ReplacementAnswer): FilterHooks<State> => ({
  needs: { responseHeaders: true, responseBody: 'none' },
  newState: () => ({ replaced: false }),
  onResponseHeaders: ({ state, request }) => {
    if (state.replaced) return { headers: { set: { 'x-seen-again': 'yes' } } };
    state.replaced = true;
    return { replace: answer(request.path) };
  },
});

async function* parts(path: string): AsyncIterable<Uint8Array> {
  if (path.includes('large')) {
    for (let i = 0; i < 20; i++) yield Buffer.alloc(MIB, i);
    return;
  }
  yield Buffer.from('data: 1\n\ndata: ');
  yield Buffer.from('2\n\n');
  if (path.includes('broken')) throw new Error('reset');
}

const events = (path: string): ReplacementAnswer => ({
  status: path.includes('late') ? 202 : 200,
  headers: { 'content-type': path.includes('text') ? 'text/plain' : 'text/event-stream', 'x-from': 'elsewhere' },
  body: parts(path),
});

const HOOKS: Readonly<Record<string, FilterHooks>> = {
  replaces: replacing(events),
  brackets: {
    needs: { responseBody: 'auto' },
    onResponseBody: (body) => ({ body: `[${body}]` }),
    onSseEvent: (event) => ({ events: [{ data: event === undefined ? 'bye' : `<${event.data}>` }] }),
  },
  slow: {
    needs: { requestHeaders: true },
    // Longer than Envoy's timeout for a message.
    onRequestHeaders: () =>
      new Promise((resolve) => setTimeout(() => resolve({ headers: { set: { 'x-slow': 'yes' } } }), 900)),
  },
};

const catalogue = hooksCatalogue(HOOKS);

const upstream = createServer(UPSTREAM, (request, response) => {
  request.resume();
  const empty = request.url?.includes('empty');
  response.writeHead(500, { 'x-upstream': 'yes', 'content-type': 'text/plain', 'content-length': empty ? 0 : 4 });
  response.end(empty ? '' : 'fail');
});
const dir = socketDir();
let server: PluginServer;
let gateway: HopEnvoy;

beforeAll(async () => {
  await new Promise<void>((resolve) => upstream.listen({ port: 0, host: '127.0.0.1' }, resolve));
  const extProc = { path: join(dir, 'p.sock') };
  const http = { path: join(dir, 'h.sock') };
  server = await startPluginServer({ catalogue, log: SILENT, extProc, http, patienceMs: 100 });
  const chain = (id: string, names: readonly string[]) =>
    server.store.add(id, {
      id,
      kind: 'filter',
      plugins: names.map((plugin) => ({
        plugin,
        instance: `test/${plugin}`,
        version: '1.0.0',
        failStrategy: 'closed',
        config: {},
      })),
    });
  chain('plain', ['replaces']);
  chain('bracketed', ['brackets', 'replaces']);
  chain('slow', ['slow']);
  const bound = upstream.address();
  gateway = await startHopEnvoy({
    upstreamPort: typeof bound === 'object' && bound !== null ? bound.port : 0,
    extProcSocket: extProc.path,
    routes: [
      { prefix: '/plain/', chain: 'plain', mode: {} },
      { prefix: '/bracketed/', chain: 'bracketed', mode: { response_body_mode: 'STREAMED' } },
      { prefix: '/slow/', chain: 'slow', mode: { response_header_mode: 'SKIP' }, messageTimeout: '0.3s' },
    ],
  });
}, 60_000);

afterAll(async () => {
  await gateway?.envoy.stop();
  await server?.stop();
  upstream.closeAllConnections();
  upstream.close();
});

describe('an answer in place of the upstream’s', () => {
  it.each(['stream', 'empty'])('has its own status, headers and body (%s)', async (path) => {
    const answer = await fetchRaw(`${gateway.url}/plain/${path}-late`);
    expect([answer.status, answer.body]).toEqual([202, 'data: 1\n\ndata: 2\n\n']);
    expect(answer.headers).toMatchObject({
      'x-from': 'elsewhere',
      'x-seen-again': 'yes',
      'content-type': 'text/event-stream',
    });
    expect(answer.headers['x-upstream']).toBeUndefined();
  });

  it('is read by the plugins before, event by event or whole', async () => {
    expect((await fetchRaw(`${gateway.url}/bracketed/stream`)).body).toBe('data: <1>\n\ndata: <2>\n\ndata: bye\n\n');
    expect((await fetchRaw(`${gateway.url}/bracketed/text`)).body).toBe('[data: 1\n\ndata: 2\n\n]');
    expect((await fetchRaw(`${gateway.url}/bracketed/text-empty`)).body).toBe('[data: 1\n\ndata: 2\n\n]');
  });

  it('may be large', async () => {
    expect((await fetchRaw(`${gateway.url}/plain/large`)).body.length).toBe(20 * MIB);
  });

  it('that breaks off is seen to be broken, unless a plugin ends the stream', async () => {
    const broken = openStream(`${gateway.url}/plain/broken`, {}, {});
    expect([await broken.status, await broken.over]).toEqual([200, 'broken']);
    expect(broken.text()).toBe('data: 1\n\ndata: 2\n\n');
    const ended = openStream(`${gateway.url}/bracketed/broken`, {}, {});
    expect([await ended.status, await ended.over]).toEqual([200, 'end']);
    expect(ended.text()).toBe('data: <1>\n\ndata: <2>\n\ndata: bye\n\n');
    expect(await fetchRaw(`${gateway.url}/bracketed/text-broken`)).toMatchObject({ status: 502 });
  });
});

describe('a hook', () => {
  it('may take longer than Envoy waits for a message', async () => {
    expect((await fetchRaw(`${gateway.url}/slow/`)).headers['x-upstream']).toBe('yes');
  });
});
