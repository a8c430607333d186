/** The plugin server behind a real Envoy: what plugins do to requests and answers, and what happens when things go away. The same by both ways there. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FilterHooks } from '#plugin-sdk/hooks.ts';
import { type PluginServer, startPluginServer } from '#plugin-server/server.ts';
import { socketDir, waitFor } from '#test/envoy.ts';
import { type HopEnvoy, startHopEnvoy } from '#test/ext-proc-envoy.ts';
import { fetchRaw } from '#test/gateway.ts';
import { UPSTREAM } from '#test/upstream.ts';
import type { ChainMessage } from '#xds/snapshot/resources.ts';
import { hooksCatalogue } from './hooks-catalogue.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const ALL = { request_body_mode: 'BUFFERED', response_body_mode: 'STREAMED' };
const MIB = 1024 * 1024;

/** What hooks saw, by request path. */
const seen: string[] = [];

/** Lets the answers of `held` go. */
const held: (() => void)[] = [];
/** Lets the events of `paced` go, one by one. */
const paced: (() => void)[] = [];

const HOOKS: Record<string, FilterHooks> = {
  edit: {
    needs: {},
    onRequestHeaders: (c) => ({
      headers: {
        set: {
          'x-set': 'new',
          'x-facts': [c.routeName, c.clusterName, c.request.method, c.sourceAddress.split(':')[0]].join(),
        },
        append: { 'x-repeated': 'c' },
        remove: ['x-gone'],
      },
      aiLog: { first: 1, nested: { a: [1, 'b', true, null] } },
    }),
    onRequestBody: (body) => ({ body: body.toString().toUpperCase(), aiLog: { size: body.length } }),
    onResponseHeaders: () => ({ headers: { set: { 'x-answer': 'seen' }, remove: ['x-secret'] } }),
    onResponseBody: (body) => ({ body: `[${body}]`, status: 201, headers: { set: { 'x-late': 'yes' } } }),
    onLog: () => ({ aiLog: { logged: true }, logFields: { separate: 'field' } }),
  },
  reroute: {
    needs: {},
    onRequestBody: () => ({ headers: { set: { ':path': '/other/place?q=1' } }, reroute: true }),
  },
  deny: {
    needs: {},
    onRequestBody: () => ({
      reply: {
        status: 429,
        headers: { 'content-type': 'application/json', 'x-why': 'a' },
        body: '{"no":1}',
        details: 'deny.always',
      },
      aiLog: { denied: true },
    }),
  },
  late: {
    needs: { responseBody: 'auto' },
    onResponseBody: () => ({ reply: { status: 403, body: 'judged', details: 'late.judged' } }),
  },
  events: {
    needs: { responseBody: 'auto' },
    onResponseBody: (body) => ({ body: `whole ${body}` }),
    onSseEvent: (event, c) => {
      if (event === undefined) {
        seen.push(`${c.request.path} end aborted=${c.signal.aborted}`);
        return { events: [{ data: 'bye' }] };
      }
      return { events: [{ ...event, data: `<${event.data}>` }], aiLog: { last: event.data } };
    },
    onLog: (c) => {
      seen.push(`${c.request.path} log`);
      return undefined;
    },
  },
  parts: {
    needs: { requestBody: 'stream', responseBody: 'stream' },
    onRequestPart: (part) => ({ part }),
    onResponsePart: (part) => ({ part }),
  },
  whole: {
    needs: {},
    onRequestBody: (body) => ({ body: Buffer.concat([body, body.subarray(0, 1)]) }),
    onResponseBody: (body) => ({ body }),
  },
  slow: {
    needs: {},
    onRequestHeaders: (c) =>
      new Promise((_resolve, reject) => {
        seen.push(`${c.request.path} waiting`);
        c.signal.addEventListener('abort', () => {
          seen.push(`${c.request.path} aborted`);
          reject(new Error('gone'));
        });
      }),
  },
  fails: {
    needs: {},
    onRequestHeaders: () => {
      throw new Error('boom');
    },
  },
  skips: {
    needs: {},
    onRequestHeaders: () => ({ skipRequestBody: true, headers: { set: { 'x-set': 'skipped' } } }),
    onRequestBody: () => ({ body: 'never' }),
    onResponseBody: () => undefined,
    onResponseHeaders: () => ({ skipResponseBody: true }),
  },
  held: {
    needs: {},
    onResponseHeaders: () =>
      new Promise((resolve) => {
        held.push(() => resolve({ headers: { set: { 'x-held': 'yes' } } }));
      }),
  },
  paced: {
    needs: { responseBody: 'auto' },
    onSseEvent: (event) =>
      event === undefined
        ? undefined
        : new Promise((resolve) => {
            paced.push(() => resolve({ events: [{ data: `<${event.data}>` }] }));
          }),
  },
  observes: {
    needs: { responseBody: 'auto', observeOnly: true },
    onSseEvent: async (event) => (event?.data ? { aiLog: { [event.data]: 'seen' }, events: [] } : undefined),
  },
};
const catalogue = hooksCatalogue(HOOKS);

function chain(id: string, failStrategy: 'open' | 'closed' = 'closed', name = id): ChainMessage {
  return {
    id,
    kind: 'filter',
    plugins: [{ plugin: name, instance: `test/${name}`, version: '1.0.0', failStrategy, config: {} }],
  };
}

/** Answers by path; event streams are paced by `next`. */
class Upstream {
  readonly server = createServer(UPSTREAM, (incoming, outgoing) => void this.#answer(incoming, outgoing));
  readonly streams = new Map<string, ServerResponse>();
  port = 0;

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve));
    const bound = this.server.address();
    this.port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (incoming.url?.includes('early')) {
      outgoing.writeHead(200, incoming.url.includes('whole') ? { 'content-length': '2' } : {}).write('ok');
      incoming.resume();
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const url = incoming.url ?? '';
    const bare = /bare-(\d+)/.exec(url)?.[1];
    if (url.includes('pieces')) {
      outgoing.writeHead(200, { 'content-type': 'text/plain' });
      this.streams.set(url, outgoing);
    } else if (bare !== undefined)
      outgoing.writeHead(Number(bare), bare === '204' ? {} : { 'content-length': '77' }).end();
    else if (url.includes('sse')) {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.flushHeaders();
      this.streams.set(url, outgoing);
    } else if (url.includes('size')) {
      outgoing
        .writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': String(body.length) })
        .end(body);
    } else if (url.includes('gzip')) {
      const { 'accept-encoding': accepts } = incoming.headers;
      const bytes = gzipSync(`data: accepts ${accepts}\n\n`);
      const type = url.includes('event-stream') ? 'text/event-stream' : 'text/plain';
      outgoing.writeHead(200, { 'content-encoding': 'gzip', 'content-type': type }).write(bytes.subarray(0, 15));
      outgoing.end(bytes.subarray(15));
    } else {
      const text = JSON.stringify({ url, headers: incoming.headers, raw: incoming.rawHeaders, body: body.toString() });
      outgoing
        .writeHead(200, {
          'content-type': 'application/json',
          'x-secret': '1',
          'content-length': String(Buffer.byteLength(text)),
        })
        .end(text);
    }
  }
}

/** Answers with the body of the request and trailers that tell of those of the request. */
function startHttp2(): Http2Server {
  const server = createHttp2Server();
  server.on('stream', (stream) => {
    let got = 'none';
    const parts: Buffer[] = [];
    stream.on('trailers', (trailers) => {
      got = String(trailers['x-asked']);
    });
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-end': got }));
    stream.on('end', () => {
      stream.respond({ ':status': 200, 'content-type': 'text/plain' }, { waitForTrailers: true });
      stream.end(Buffer.concat(parts));
    });
  });
  return server;
}

/** `ext_proc`: a gRPC stream for each request. `hop`: the module's connections, one for each worker of Envoy. */
export function exchangeCases(way: 'ext_proc' | 'hop'): void {
  const upstream = new Upstream();
  const dir = socketDir();
  const socket = join(dir, 'ext-proc.sock');
  const hop = way === 'hop' ? join(dir, 'hop.sock') : undefined;
  const accessLogFile = join(dir, 'access.log');
  let server: PluginServer;
  let gateway: HopEnvoy;
  const two = startHttp2();

  function startServer(): Promise<PluginServer> {
    return startPluginServer({
      catalogue,
      log: SILENT,
      extProc: { path: socket },
      ...(hop ? { hop } : {}),
      http: { path: join(dir, 'http.sock') },
      chainWaitMs: 1_000,
    });
  }

  function addChains(to: PluginServer): void {
    for (const name of Object.keys(HOOKS)) to.store.add(name, chain(name));
    to.store.add('fails-open', chain('fails-open', 'open', 'fails'));
  }

  beforeAll(async () => {
    await upstream.start();
    await new Promise<void>((resolve) => two.listen(0, '127.0.0.1', resolve));
    server = await startServer();
    addChains(server);
    const routes = [...Object.keys(HOOKS), 'late-chain', 'no-chain'].map((name) => ({
      prefix: `/${name}/`,
      chain: name,
      mode:
        name === 'held'
          ? {}
          : name === 'parts'
            ? { request_body_mode: 'STREAMED', response_body_mode: 'STREAMED' }
            : ALL,
    }));
    gateway = await startHopEnvoy({
      upstreamPort: upstream.port,
      http2Port: (two.address() as AddressInfo).port,
      extProcSocket: socket,
      ...(hop ? { hopSocket: hop, workers: 2 } : {}),
      accessLogFile,
      routes: [
        { prefix: '/other/', cluster: 'other' },
        ...['edit', 'skips', 'events', 'held'].map((name) => ({
          prefix: `/two/${name}/`,
          cluster: 'two',
          chain: name,
          mode: name === 'held' ? {} : ALL,
        })),
        { prefix: '/nobody/', cluster: 'nobody', chain: 'edit', mode: ALL },
        { prefix: '/fails-open/', chain: 'fails-open', failOpen: true },
        { prefix: '/gone-open/', chain: 'no-chain', failOpen: true },
        ...routes,
      ],
    });
  }, 30_000);

  afterAll(async () => {
    await gateway?.envoy.stop();
    await server?.stop();
    upstream.stop();
    two.close();
  });

  const call = (path: string, body?: string | Buffer, headers: Record<string, string> = {}) =>
    fetchRaw(`${gateway.url}${path}`, body === undefined ? { headers } : { method: 'POST', body, headers });

  /** The access-log line of a path, as soon as Envoy has written it. */
  async function logOf(path: string): Promise<Record<string, unknown>> {
    let found: Record<string, unknown> | undefined;
    await waitFor(async () => {
      const lines = readFileSync(accessLogFile, 'utf8').trim().split('\n').filter(Boolean);
      found = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find((line) => line.path === path);
      return found !== undefined;
    }, 15_000);
    return found!;
  }

  describe('requests and answers', () => {
    it('carry the edits of headers, bodies and status both ways, with right lengths', async () => {
      const answer = await call('/edit/a', 'abc', {
        'x-gone': '1',
        'x-set': 'old',
        'x-repeated': 'a',
        'accept-encoding': 'gzip',
      });
      expect(answer.status).toBe(201);
      expect(answer.headers).toMatchObject({ 'x-answer': 'seen', 'x-late': 'yes' });
      expect(answer.headers['x-secret']).toBeUndefined();
      expect(answer.headers['content-length']).toBe(String(answer.body.length));
      const got = JSON.parse(answer.body.slice(1, -1)) as { headers: Record<string, string>; body: string };
      expect(got.body).toBe('ABC');
      expect(got.headers).toMatchObject({ 'x-set': 'new', 'x-repeated': 'a, c', 'content-length': '3' });
      expect(got.headers['x-facts']).toBe('route/edit/,upstream,POST,127.0.0.1');
      expect(got.headers['x-gone']).toBeUndefined();
      expect(got.headers['accept-encoding']).not.toBe('gzip, deflate');
    });

    it('write the fields that plugins report into the access log, merged over all phases', async () => {
      await call('/edit/log', 'abcd');
      expect(await logOf('/edit/log')).toMatchObject({
        ai_log: { first: 1, nested: { a: [1, 'b', true, null] }, size: 4, logged: true },
        log: { separate: 'field' },
      });
    });

    it('go to the route that matches after a plugin changed the path', async () => {
      const answer = JSON.parse((await call('/reroute/x', 'b')).body) as { url: string };
      expect(answer.url).toBe('/other/place?q=1');
      expect(await logOf('/other/place?q=1')).toMatchObject({ cluster: 'other' });
    });

    it('end with the answer of a plugin, at the request or at the answer', async () => {
      const denied = await call('/deny/x', 'b');
      expect([denied.status, denied.body, denied.headers['content-type'], denied.headers['x-why']]).toEqual([
        429,
        '{"no":1}',
        'application/json',
        'a',
      ]);
      expect(await logOf('/deny/x')).toMatchObject({ details: 'deny.always', ai_log: { denied: true } });
      const judged = await call('/late/x', 'b');
      expect([judged.status, judged.body]).toEqual([403, 'judged']);
    });

    it('end with 500 when a plugin that fails closed throws, and go on without one that fails open', async () => {
      expect((await call('/fails/x', 'b')).status).toBe(500);
      expect(await logOf('/fails/x')).toMatchObject({ details: 'fails.failed' });
      expect((await call('/fails-open/x', 'b')).status).toBe(200);
    });

    it('leave bodies alone that no plugin wants after all', async () => {
      const { status, body } = await call('/skips/x', 'abc');
      expect([status, (JSON.parse(body) as { body: string }).body]).toEqual([200, 'abc']);
    });

    it('that come compressed although nobody asked for it reach plugins and clients as text, whole or in events', async () => {
      const { body, headers } = await call('/events/gzip', undefined, { 'accept-encoding': 'br' });
      expect(body).toBe('whole data: accepts undefined\n\n');
      expect(headers['content-encoding']).toBeUndefined();
      const stream = await call('/events/gzip/event-stream');
      expect(stream.body).toBe('data: <accepts undefined>\n\ndata: bye\n\n');
      const observed = await call('/observes/gzip/event-stream', undefined);
      expect(observed.headers['content-encoding']).toBe('gzip');
      expect(await logOf('/observes/gzip/event-stream')).toMatchObject({ ai_log: { 'accepts undefined': 'seen' } });
    });
  });

  /** Opens a stream through the gateway; `next` resolves with the next bytes that come. */
  async function openStream(path: string) {
    const agent = new Agent();
    const outgoing = request(`${gateway.url}${path}`, { agent });
    outgoing.end();
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      outgoing.once('response', resolve).once('error', reject),
    );
    answer.setEncoding('utf8');
    let text = '';
    let ended: 'no' | 'well' | 'broken' = 'no';
    answer.on('data', (part: string) => {
      text += part;
    });
    answer.on('end', () => {
      ended = 'well';
    });
    answer.on('error', () => {
      ended = 'broken';
    });
    await waitFor(() => upstream.streams.has(path));
    return {
      source: upstream.streams.get(path)!,
      text: () => text,
      ended: () => ended,
      leave: () => outgoing.destroy(),
    };
  }

  describe('trailers', () => {
    it.each([
      ['edit', 'ABC', '[ABC]'],
      ['skips', 'abc', 'abc'],
      ['events', 'abc', 'whole abc'],
      ['held', 'abc', 'abc'],
      // Envoy's own filter does not tell of an end without bytes before trailers.
      ['edit', '', way === 'hop' ? '[]' : ''],
    ])('pass both ways beside what plugins do to bodies (%s, %p)', async (name, sent, expected) => {
      const session = connectHttp2(gateway.url);
      const stream = session.request(
        { ':path': `/two/${name}/x`, ':method': 'POST', 'content-type': 'text/plain' },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-asked': name }));
      let trailers: unknown;
      let body = '';
      stream.on('trailers', (got) => {
        trailers = got['x-end'];
      });
      stream.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      const over = new Promise((resolve, reject) => stream.on('close', () => resolve(undefined)).on('error', reject));
      stream.end(sent.toLowerCase());
      if (name === 'held') {
        await waitFor(() => held.length === 1);
        held.pop()!();
      }
      await over;
      session.close();
      expect([body, trailers]).toEqual([expected, name]);
    });
  });

  describe('answers without a body', () => {
    it.each(
      ['skips', 'held', 'events'].flatMap((name) => [
        { name, method: 'HEAD', status: 200, length: '77' },
        { name, method: 'GET', status: 204, length: undefined },
        { name, method: 'GET', status: 304, length: '77' },
      ]),
    )('pass with the length that they say ($name, $method, $status)', async ({ name, method, status, length }) => {
      const answering = fetchRaw(`${gateway.url}/${name}/bare-${status}`, { method });
      if (name === 'held') {
        await waitFor(() => held.length === 1);
        held.pop()!();
      }
      const { status: got, headers, body } = await answering;
      // Envoy's own filter takes the length away where plugins might see a body.
      const kept = way === 'hop' || name === 'held' ? length : undefined;
      expect([got, headers['content-length'], body]).toEqual([status, kept, '']);
    });
  });

  describe('answers that come before their request has ended', () => {
    it.each(['early', 'early-whole'])('pass the plugins all the same (%s)', async (kind) => {
      const outgoing = request(`${gateway.url}/held/${kind}`, { method: 'POST', agent: false });
      outgoing.on('error', () => undefined);
      outgoing.write('a');
      await waitFor(() => held.length === 1);
      const read = () => gateway.envoy.stat('http.main.downstream_cx_rx_bytes_total');
      const before = await read();
      outgoing.write('b'.repeat(100));
      await waitFor(async () => (await read()) > before);
      const answer = new Promise<IncomingMessage>((resolve) => outgoing.once('response', resolve));
      held.pop()!();
      expect((await answer).headers['x-held']).toBe('yes');
      outgoing.destroy();
    });
  });

  describe('answers of Envoy itself', () => {
    it('pass by the plugins as those of upstreams do', async () => {
      const answer = await call('/nobody/x', 'abc');
      expect([answer.status, answer.body, answer.headers['x-answer']]).toEqual([201, '[no healthy upstream]', 'seen']);
    });
  });

  describe('event streams', () => {
    it('leave as they are done, also while a plugin is at those that came meanwhile', async () => {
      const stream = await openStream('/paced/sse');
      const received = () => gateway.envoy.stat('cluster.upstream.upstream_cx_rx_bytes_total');
      stream.source.write('data: 0\n\n');
      await waitFor(() => paced.length === 1);
      const before = await received();
      stream.source.write('data: 1\n\n');
      await waitFor(async () => (await received()) > before);
      paced[0]!();
      // The hop holds them until nothing is asked of the plugins: Envoy lets a module go on once for each part that comes.
      if (way === 'ext_proc') await waitFor(() => stream.text() === 'data: <0>\n\n');
      await waitFor(() => paced.length === 2);
      paced[1]!();
      await waitFor(() => stream.text() === 'data: <0>\n\ndata: <1>\n\n');
      stream.source.end('data: 2\n\n');
      await waitFor(() => paced.length === 3);
      paced[2]!();
      await waitFor(() => stream.ended() === 'well');
      expect(stream.text()).toBe('data: <0>\n\ndata: <1>\n\ndata: <2>\n\n');
    });

    it('are held back at the upstream while a plugin is at the first', async () => {
      const stream = await openStream('/paced/sse-long');
      const before = paced.length;
      stream.source.write('data: 0\n\n');
      await waitFor(() => paced.length === before + 1);
      const part = Buffer.alloc(MIB, 'x');
      let written = 0;
      // Until the kernel's and Envoy's buffers are full.
      let taken = -1;
      await waitFor(() => {
        while (!stream.source.writableNeedDrain && written < 300) {
          stream.source.write(part);
          written++;
        }
        const still = taken === written;
        taken = written;
        return still;
      });
      // What a route may hold of a body is 100 MiB.
      expect(written).toBeLessThan(200);
      stream.leave();
    });

    it('leave one event at a time, as each comes', async () => {
      const path = '/events/sse1';
      const stream = await openStream(path);
      let expected = '';
      for (let i = 0; i < 5; i++) {
        stream.source.write(`data: ${i}\n\n`);
        expected += `data: <${i}>\n\n`;
        await waitFor(() => stream.text() === expected);
      }
      // Half an event is held back, its other half lets it go.
      stream.source.write('id: 7\nda');
      stream.source.write('ta: x\r\n\r');
      stream.source.write('\n');
      expected += 'id: 7\ndata: <x>\n\n';
      await waitFor(() => stream.text() === expected);
      stream.source.end('data: unterminated');
      await waitFor(() => stream.ended() === 'well');
      expect(stream.text()).toBe(`${expected}data: <unterminated>\n\ndata: bye\n\n`);
      expect(seen.filter((line) => line.startsWith(path))).toEqual([`${path} end aborted=false`, `${path} log`]);
      expect(await logOf(path)).toMatchObject({ ai_log: { last: 'unterminated' } });
    });

    it('tell plugins when the client leaves and when the upstream breaks off', async () => {
      for (const way of ['leave', 'break'] as const) {
        const path = `/events/sse-${way}`;
        const stream = await openStream(path);
        stream.source.write('data: 1\n\n');
        await waitFor(() => stream.text() !== '');
        if (way === 'leave') stream.leave();
        else stream.source.destroy();
        await waitFor(() => seen.includes(`${path} log`));
        expect(seen.filter((line) => line.startsWith(path))).toEqual([`${path} end aborted=true`, `${path} log`]);
        if (way === 'break') await waitFor(() => stream.ended() === 'broken');
      }
    });

    it('pass untouched through plugins that only look, whose fields still reach the log', async () => {
      const path = '/observes/sse';
      const stream = await openStream(path);
      stream.source.write('data: a\n');
      stream.source.write('\ndata: b\n\n');
      stream.source.end();
      await waitFor(() => stream.ended() === 'well');
      expect(stream.text()).toBe('data: a\n\ndata: b\n\n');
      expect(await logOf(path)).toMatchObject({ ai_log: { a: 'seen', b: 'seen' } });
    });
  });

  describe('answers without a length', () => {
    it.each([2, 3 * MIB])('come whole to plugins that want them whole (%i bytes at first)', async (size) => {
      const path = `/edit/pieces-${size}`;
      const received = () => gateway.envoy.stat('cluster.upstream.upstream_cx_rx_bytes_total');
      const before = await received();
      const answer = call(path, 'abc');
      await waitFor(() => upstream.streams.has(path));
      const source = upstream.streams.get(path)!;
      source.write('a'.repeat(size));
      await waitFor(async () => (await received()) >= before + size);
      source.end('bc');
      const { status, headers, body } = await answer;
      expect([status, headers['x-answer'], headers['x-late']]).toEqual([201, 'seen', 'yes']);
      expect(body === `[${'a'.repeat(size)}bc]`).toBe(true);
    });
  });

  describe('large bodies', () => {
    it.each([
      ['whole', 20],
      ['parts', 20],
      ['whole', 100],
    ])(
      'pass %s both ways (%i MiB)',
      async (name, size) => {
        const body = randomBytes(size * MIB - 1);
        const digest = await echoed(`/${name}/size`, body);
        expect(digest.length).toBe(name === 'whole' ? body.length + 1 : body.length);
        expect(digest.subarray(0, body.length).equals(body)).toBe(true);
      },
      60_000,
    );

    it('above the limit of the route are refused, not truncated', async () => {
      const { status } = await call('/whole/size', Buffer.alloc(101 * MIB)).catch(() => ({ status: 413 }));
      expect(status).toBe(413);
    }, 30_000);
  });

  function echoed(path: string, body: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${gateway.url}${path}`,
        { method: 'POST', headers: { 'content-length': body.length }, agent: false },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('error', reject);
          answer.on('end', () => resolve(Buffer.concat(parts)));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  describe('many at once', () => {
    it('2,000 open streams, each with its own events, none refused', async () => {
      const count = 2_000;
      const agent = new Agent({ maxSockets: count });
      const results = Array.from({ length: count }, (_, i) => {
        return new Promise<string>((resolve, reject) => {
          const outgoing = request(`${gateway.url}/events/sse-many-${i}`, { agent }, (answer) => {
            let text = '';
            answer.setEncoding('utf8').on('data', (part: string) => {
              text += part;
            });
            answer.on('error', reject);
            answer.on('end', () => resolve(`${answer.statusCode} ${text}`));
          });
          outgoing.on('error', reject);
          outgoing.end();
        });
      });
      await waitFor(
        () => [...upstream.streams.keys()].filter((url) => url.includes('sse-many')).length === count,
        30_000,
      );
      expect(server.status().streams.open).toBeGreaterThanOrEqual(count);
      for (let i = 0; i < count; i++) upstream.streams.get(`/events/sse-many-${i}`)!.end(`data: ${i}\n\n`);
      const texts = (await Promise.allSettled(results)).map((one) =>
        one.status === 'fulfilled' ? one.value : String(one.reason),
      );
      expect(texts).toEqual(texts.map((_, i) => `200 data: <${i}>\n\ndata: bye\n\n`));
      agent.destroy();
    }, 60_000);

    it('bursts of clients that leave do not harm the others', async () => {
      const leaving = Array.from({ length: 1_500 }, (_, i) => {
        const outgoing = request(`${gateway.url}/slow/burst${i}`, { agent: false });
        outgoing.on('error', () => {});
        outgoing.end();
        return outgoing;
      });
      await waitFor(
        () => seen.filter((line) => /^\/slow\/burst\d+ waiting/.test(line)).length === leaving.length,
        30_000,
      );
      // All in one turn of Envoy: more than it may tell the plugin server at once, were its limit not raised.
      process.kill(gateway.envoy.pid, 'SIGSTOP');
      await Promise.all(
        leaving.map((outgoing) => new Promise<void>((resolve) => outgoing.on('close', resolve).destroy())),
      );
      process.kill(gateway.envoy.pid, 'SIGCONT');
      const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => call(`/skips/after${i}`, 'x')));
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
      expect(await gateway.envoy.stat('cluster.higress.plugin-server.http2.outbound_control_flood')).toBe(0);
      await waitFor(
        () => seen.filter((line) => /^\/slow\/burst\d+ aborted/.test(line)).length === leaving.length,
        30_000,
      );
    }, 60_000);
  });

  describe('a plugin server that', () => {
    it('does not know a chain yet waits for it', async () => {
      const pending = call('/late-chain/x', 'abc');
      await waitFor(() => server.status().streams.open > 0);
      server.store.add('late-chain', chain('late-chain', 'closed', 'edit'));
      expect((await pending).status).toBe(201);
    });

    it('never learns of a chain lets the route fail as it is configured', async () => {
      expect((await call('/no-chain/x', 'abc')).status).toBe(503);
      expect((await call('/gone-open/x', 'abc')).status).toBe(200);
    });

    it('ends lets its streams end before', async () => {
      const stream = await openStream('/events/sse-drained');
      stream.source.write('data: 1\n\n');
      await waitFor(() => stream.text() === 'data: <1>\n\n');
      let stopped = false;
      const stopping = server.stop(30_000).then(() => {
        stopped = true;
      });
      // One that stays away makes requests wait, by the hop.
      const late = way === 'hop' ? call('/edit/drained', 'abc') : undefined;
      if (way === 'ext_proc') await waitFor(async () => (await call('/edit/drained', 'abc')).status === 503);
      stream.source.write('data: 2\n\n');
      await waitFor(() => stream.text() === 'data: <1>\n\ndata: <2>\n\n');
      expect(stopped).toBe(false);
      stream.source.end();
      await waitFor(() => stream.ended() === 'well');
      await stopping;
      server = await startServer();
      addChains(server);
      await waitFor(async () => (await call('/edit/again', 'abc')).status === 201);
      if (late) expect((await late).status).toBe(201);
    }, 60_000);

    if (hop !== undefined)
      it('speaks something else is let go and harms nobody', async () => {
        const stranger = connect(hop);
        stranger.on('error', () => undefined);
        const closed = new Promise((resolve) => stranger.once('close', resolve));
        stranger.resume().write(Buffer.alloc(64));
        await closed;
        for (let i = 0; i < 4; i++) expect((await call('/edit/beside', 'abc')).status).toBe(201);
      });

    if (way === 'hop')
      it('is replaced under load fails no request', async () => {
        const answers: number[] = [];
        let going = true;
        const load = Promise.all(
          Array.from({ length: 20 }, async (_, i) => {
            while (going) answers.push((await call(`/edit/load${i}`, 'abc')).status);
          }),
        );
        for (let round = 1; round <= 5; round++) {
          const before = answers.length;
          await waitFor(() => answers.length > before + 50);
          await server.stop(30_000);
          server = await startServer();
          addChains(server);
        }
        const before = answers.length;
        await waitFor(() => answers.length > before + 50);
        going = false;
        await load;
        expect(answers.filter((status) => status !== 201)).toEqual([]);
      }, 60_000);

    it('is gone lets routes fail closed with 503 or open, and serves again when it is back', async () => {
      await server.stop();
      const gone = call('/edit/gone', 'abc');
      if (way === 'ext_proc') expect((await gone).status).toBe(503);
      expect((await call('/fails-open/gone', 'abc')).status).toBe(200);
      server = await startServer();
      addChains(server);
      await waitFor(async () => (await call('/edit/back', 'abc')).status === 201);
      if (way === 'hop') expect((await gone).status).toBe(201);
    }, 30_000);
  });
}
