/** The server against Node's own HTTP/2 client, over Unix sockets, TCP and TLS. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { selfSigned } from '#test/certificate.ts';
import { waitFor } from '#test/envoy.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { keptHeader, outHeader } from './hpack/encoder.ts';
import { ERROR, type Limits } from './protocol.ts';
import type { RequestHead } from './request-head.ts';
import { type Http2Server, startHttp2Server } from './server.ts';
import type { ServerStream, StreamHandler } from './stream.ts';

const MIB = 1024 * 1024;
const LIMITS: Limits = {
  maxStreams: 3_000,
  streamWindowBytes: MIB,
  connectionWindowBytes: 16 * MIB,
  headerListBytes: 16_384,
};
const HEAD = [keptHeader(':status', '200'), keptHeader('content-type', 'application/grpc')] as const;
const TRAILERS = [keptHeader('grpc-status', '0')] as const;

/** What the server's side saw, by path. */
class Seen {
  readonly streams = new Map<string, ServerStream>();
  readonly heads = new Map<string, RequestHead>();
  readonly bytes = new Map<string, number>();
  readonly ended: string[] = [];
  readonly closed: string[] = [];
  readonly failures: unknown[] = [];
  readonly errors: Error[] = [];
}

/** Echoes; `/hold…` answers nothing by itself, `/throws` fails. */
function handler(seen: Seen, stream: ServerStream, head: RequestHead): StreamHandler {
  const { path } = head;
  seen.streams.set(path, stream);
  seen.heads.set(path, head);
  const hold = path.startsWith('/hold');
  if (!hold) stream.respond(HEAD);
  return {
    data: (part) => {
      if (path === '/throws') throw new Error('boom');
      seen.bytes.set(path, (seen.bytes.get(path) ?? 0) + part.length);
      if (hold) return;
      stream.write(Buffer.from(part));
      if (stream.blocked) stream.pause();
    },
    end: () => {
      seen.ended.push(path);
      if (!hold) stream.end(TRAILERS);
    },
    drained: () => stream.resume(),
    closed: () => {
      seen.closed.push(path);
    },
  };
}

let dir: string;
let seen: Seen;
let server: Http2Server;
let client: ClientHttp2Session;

const options = (): Omit<ConnectionOptions, 'onClosed'> => ({
  ...LIMITS,
  onRequest: (stream, head) => handler(seen, stream, head),
  onFailure: (error) => void seen.failures.push(error),
});

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'h2-'));
  seen = new Seen();
  server = await startHttp2Server({
    ...options(),
    address: { path: join(dir, 's') },
    onError: (error) => void seen.errors.push(error),
  });
  client = dial(join(dir, 's'));
});

afterEach(async () => {
  client.destroy();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

function dial(path: string, settings = {}): ClientHttp2Session {
  const session = connect('http://localhost', {
    createConnection: () => connectSocket({ path }),
    settings,
    maxSessionMemory: 1_000,
  });
  session.on('error', () => {});
  return session;
}

function post(path: string, headers: Record<string, string> = {}, session = client): ClientHttp2Stream {
  const stream = session.request({ ':method': 'POST', ':path': path, te: 'trailers', ...headers });
  stream.on('error', () => {});
  return stream;
}

interface Answer {
  readonly body: Buffer;
  readonly headers: Record<string, unknown>;
  readonly trailers: Record<string, unknown>;
  readonly code: number;
}

/** The whole answer, once the stream is gone. */
async function whole(stream: ClientHttp2Stream): Promise<Answer> {
  const parts: Buffer[] = [];
  let headers = {};
  let trailers = {};
  stream.on('data', (part: Buffer) => parts.push(part));
  stream.on('response', (head) => {
    headers = head;
  });
  stream.on('trailers', (tail) => {
    trailers = tail;
  });
  stream.resume();
  await new Promise<void>((resolve) => stream.on('close', resolve));
  return { body: Buffer.concat(parts), headers, trailers, code: stream.rstCode };
}

describe('requests', () => {
  it('are answered with headers, body and trailers, again and again on one connection', async () => {
    for (let n = 0; n < 3; n++) {
      const stream = post(`/${n}`, { 'x-number': String(n) });
      stream.write('a');
      stream.end('b');
      const { body, headers, trailers, code } = await whole(stream);
      expect([body.toString(), headers[':status'], headers['content-type'], trailers['grpc-status'], code]).toEqual([
        'ab',
        200,
        'application/grpc',
        '0',
        0,
      ]);
      expect(seen.heads.get(`/${n}`)?.headers.get('x-number')).toBe(String(n));
    }
    await waitFor(() => seen.closed.length === 3);
    expect(seen.ended).toEqual(['/0', '/1', '/2']);
  });

  it('may hold any byte that a header may hold', async () => {
    const value = Array.from({ length: 256 - 33 }, (_, i) => String.fromCharCode(i + 33))
      .join('')
      .replace('\x7f', '');
    await whole(post('/bytes', { 'x-bytes': value }).end());
    expect(seen.heads.get('/bytes')?.headers.get('x-bytes')).toBe(value);
  });

  it('may come without a body, and leave long headers', async () => {
    const value = 'long '.repeat(2_000).trim();
    const { code } = await whole(post('/long', { 'x-long': value }).end());
    expect([code, seen.heads.get('/long')?.headers.get('x-long')]).toEqual([0, value]);
  });

  it('are refused when their headers are larger than the limit, and the connection goes on', async () => {
    const { code } = await whole(post('/large', { 'x-large': 'x'.repeat(16_384) }).end());
    expect(code).toBe(ERROR.enhanceYourCalm);
    expect((await whole(post('/next').end('a'))).body.toString()).toBe('a');
  });

  it('may bring 50 MB and get them back', async () => {
    const bytes = randomBytes(50 * MIB);
    const stream = post('/large');
    const answer = whole(stream);
    stream.end(bytes);
    const { body, trailers } = await answer;
    expect(body.equals(bytes)).toBe(true);
    expect(trailers['grpc-status']).toBe('0');
  });

  it('run 2,000 at a time', async () => {
    const streams = Array.from({ length: 2_000 }, (_, n) => post(`/hold/${n}`));
    for (const stream of streams) stream.write('x');
    await waitFor(() => seen.bytes.size === 2_000);
    const answers = streams.map((stream) => whole(stream));
    for (const stream of streams) stream.end();
    await waitFor(() => seen.ended.length === 2_000);
    for (const [path, stream] of seen.streams) {
      stream.respond(HEAD);
      stream.write(Buffer.from(path));
      stream.end(TRAILERS);
    }
    const bodies = (await Promise.all(answers)).map(({ body }) => body.toString());
    expect(bodies).toEqual(streams.map((_, n) => `/hold/${n}`));
  });

  it('above the limit of streams are refused so that they can be tried again', async () => {
    await server.stop();
    server = await startHttp2Server({
      ...options(),
      maxStreams: 1,
      address: { path: join(dir, 's') },
      onError: () => {},
    });
    client = dial(join(dir, 's'));
    // Both go out before the client has heard of the limit.
    const first = post('/hold');
    const { code } = await whole(post('/second').end());
    expect(code).toBe(ERROR.refusedStream);
    first.close();
  });
});

describe('back-pressure', () => {
  it('holds the answer when the client does not read, and goes on when it does', async () => {
    const session = dial(join(dir, 's'), { initialWindowSize: 100_000 });
    const stream = post('/hold', {}, session);
    stream.pause();
    stream.end();
    await waitFor(() => seen.ended.length === 1);
    const serving = seen.streams.get('/hold')!;
    const bytes = randomBytes(3 * MIB);
    serving.respond(HEAD);
    serving.write(bytes);
    serving.write(bytes);
    serving.end(TRAILERS);
    expect(serving.blocked).toBe(true);
    // Others are not held up.
    const other = post('/other', {}, session);
    expect((await whole(other.end('quick'))).body.toString()).toBe('quick');
    expect([serving.blocked, seen.closed]).toEqual([true, ['/other']]);
    const { body, trailers } = await whole(stream);
    expect(body.equals(Buffer.concat([bytes, bytes]))).toBe(true);
    expect([trailers['grpc-status'], serving.blocked]).toEqual(['0', false]);
    session.destroy();
  });

  it('holds all streams together when the connection has no window left', async () => {
    const paths = ['/hold/1', '/hold/2', '/hold/3'];
    const streams = paths.map((path) => post(path).end());
    for (const stream of streams) stream.pause();
    await waitFor(() => seen.ended.length === 3);
    const bytes = randomBytes(200_000);
    for (const path of paths) {
      const serving = seen.streams.get(path)!;
      serving.respond(HEAD);
      serving.write(bytes);
      serving.end(TRAILERS);
    }
    const answers = await Promise.all(streams.map((stream) => whole(stream)));
    expect(answers.map(({ body }) => body.equals(bytes))).toEqual([true, true, true]);
  });

  it('holds the client when a stream is paused', async () => {
    const stream = post('/hold');
    const answer = whole(stream);
    await waitFor(() => seen.streams.has('/hold'));
    const serving = seen.streams.get('/hold')!;
    serving.pause();
    stream.end(randomBytes(5 * MIB));
    await waitFor(() => seen.bytes.get('/hold') === MIB);
    // A round trip later nothing more has come.
    await new Promise((resolve) => client.ping(resolve));
    expect([seen.bytes.get('/hold'), seen.ended]).toEqual([MIB, []]);
    serving.resume();
    await waitFor(() => seen.ended.length === 1);
    expect(seen.bytes.get('/hold')).toBe(5 * MIB);
    serving.respond(HEAD);
    serving.end(TRAILERS);
    expect((await answer).code).toBe(0);
  });

  it('gives the connection back what a stream held that was broken off', async () => {
    for (let n = 0; n < 20; n++) {
      const path = `/hold/${n}`;
      const stream = post(path);
      await waitFor(() => seen.streams.has(path));
      seen.streams.get(path)!.pause();
      stream.write(randomBytes(2 * MIB));
      await waitFor(() => seen.bytes.get(path) === MIB);
      stream.close(constants.NGHTTP2_CANCEL);
      await waitFor(() => seen.closed.includes(path));
    }
    expect((await whole(post('/next').end('a'))).body.toString()).toBe('a');
  });
});

describe('ends', () => {
  it('of a client that goes away reach the handler, and no other stream', async () => {
    const [gone, stays] = [post('/hold/gone'), post('/hold/stays')];
    await waitFor(() => seen.streams.size === 2);
    gone.close(constants.NGHTTP2_CANCEL);
    await waitFor(() => seen.closed.length === 1);
    const answer = whole(stays);
    seen.streams.get('/hold/gone')!.write(Buffer.from('into the void'));
    seen.streams.get('/hold/stays')!.respond(HEAD);
    seen.streams.get('/hold/stays')!.end(TRAILERS);
    expect([(await answer).trailers['grpc-status'], seen.closed[0]]).toEqual(['0', '/hold/gone']);
  });

  it('of an answer before the request is whole tell the client to stop', async () => {
    const stream = post('/hold');
    const answer = whole(stream);
    stream.write('a');
    await waitFor(() => seen.bytes.get('/hold') === 1);
    const serving = seen.streams.get('/hold')!;
    serving.respond(HEAD);
    serving.end([outHeader('grpc-status', '13'), outHeader('grpc-message', 'why%20not')]);
    const { trailers, code } = await answer;
    expect([trailers['grpc-status'], trailers['grpc-message'], code]).toEqual(['13', 'why%20not', 0]);
    expect((await whole(post('/next').end('a'))).body.toString()).toBe('a');
  });

  it('by a reset carry the code', async () => {
    const stream = post('/hold');
    const answer = whole(stream);
    await waitFor(() => seen.streams.has('/hold'));
    seen.streams.get('/hold')!.reset(ERROR.cancel);
    expect((await answer).code).toBe(ERROR.cancel);
    await waitFor(() => seen.closed.includes('/hold'));
  });

  it('by a handler that throws are of its stream alone', async () => {
    const other = post('/other');
    const answer = whole(other);
    const { code } = await whole(post('/throws').end('a'));
    expect([code, seen.failures.map(String)]).toEqual([ERROR.internal, ['Error: boom']]);
    other.end('b');
    expect((await answer).body.toString()).toBe('b');
  });

  it('of the socket close every stream', async () => {
    post('/hold/1');
    post('/hold/2');
    await waitFor(() => seen.streams.size === 2);
    client.destroy();
    await waitFor(() => seen.closed.length === 2);
    expect([...seen.streams.values()].map(({ closed }) => closed)).toEqual([true, true]);
  });

  it('by the client with GOAWAY come after its last stream', async () => {
    const stream = post('/last');
    const answer = whole(stream);
    await waitFor(() => seen.streams.has('/last'));
    client.close();
    stream.end('a');
    expect((await answer).body.toString()).toBe('a');
    if (!client.destroyed) await once(client, 'close');
  });

  it('by the server let open streams end first, and take no new ones', async () => {
    const stream = post('/open');
    const answer = whole(stream);
    stream.write('a');
    await waitFor(() => seen.bytes.get('/open') === 1);
    const left = once(client, 'goaway');
    const stopped = server.stop(10_000);
    expect((await left)[0]).toBe(ERROR.none);
    stream.end('b');
    expect((await answer).body.toString()).toBe('ab');
    await stopped;
    expect(seen.errors).toEqual([]);
  });

  it('by the server break off what does not end in its time', async () => {
    const stream = post('/hold');
    const answer = whole(stream);
    await waitFor(() => seen.streams.has('/hold'));
    await server.stop(20);
    await answer;
    expect(seen.closed).toEqual(['/hold']);
  });
});

it('answers pings', async () => {
  if (client.connecting) await once(client, 'connect');
  const payload = Buffer.from('12345678');
  const echoed = await new Promise<Buffer>((resolve, reject) => {
    client.ping(payload, (error, _duration, back) => (error ? reject(error) : resolve(back)));
  });
  expect(echoed.equals(payload)).toBe(true);
});

it('speaks over TLS as over any socket', async () => {
  const { cert, key } = selfSigned('localhost');
  const tls = createTlsServer({ cert, key, ca: cert, requestCert: true, ALPNProtocols: ['h2'] }, (socket) => {
    new Connection(socket, { ...options(), onClosed: () => {} });
  });
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  const { port } = tls.address() as { port: number };
  const session = connect(`https://localhost:${port}`, { cert, key, ca: cert });
  const bytes = randomBytes(5 * MIB);
  const stream = post('/tls', {}, session);
  const answer = whole(stream);
  stream.end(bytes);
  expect((await answer).body.equals(bytes)).toBe(true);
  session.destroy();
  await new Promise((resolve) => tls.close(resolve));
});
