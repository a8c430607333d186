/** Sections `downstream`, `upstream`, the flags and the access log of `higress-config`, as clients and upstreams see them. */
import { readFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:http2';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ingressYaml } from '#test/echo.ts';
import { eventually } from '#test/gateway.ts';
import { configSuite } from '#test/higress-config.ts';

const closed: Socket[] = [];
const known = new WeakSet<Socket>();

/** Answers with the headers that it got; never to `/hang`. */
function answer({ url, headers, socket }: IncomingMessage, response: ServerResponse): void {
  if (!known.has(socket)) socket.once('close', () => closed.push(socket));
  known.add(socket);
  if (url?.startsWith('/hang')) return;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(headers));
}

const own = ingressYaml('own', 'own.test', '/', 'web', { 'higress.io/timeout': '30' });
const suite = configSuite(answer, { 'own.yaml': own });

async function seen(headers: Record<string, string> = {}): Promise<Record<string, string>> {
  const { status, parts } = await suite.ask('/', headers);
  expect(status).toBe(200);
  return JSON.parse(Buffer.concat(parts).toString()) as Record<string, string>;
}

/** The settings that Envoy tells an HTTP/2 client; settles when the client has them. */
function http2Settings(): Promise<{ streams: number; window: number; connection: number }> {
  return new Promise((resolve, reject) => {
    const session = connect(suite.gateway.urls.http);
    session.on('error', reject);
    session.on('remoteSettings', ({ maxConcurrentStreams = 0, initialWindowSize = 0 }) => {
      const stream = session.request({ ':authority': 'a.test' });
      stream.on('close', () => {
        const { remoteWindowSize: connection = 0 } = session.state;
        session.close();
        resolve({ streams: maxConcurrentStreams, window: initialWindowSize, connection });
      });
      stream.resume().end();
    });
  });
}

const inEnvoy = (what: string, text: string) => eventually(what, async () => (await suite.envoy()).includes(text));

beforeEach(async () => {
  suite.configure({});
  await inEnvoy('the defaults', '"max_request_headers_kb":60');
  await eventually('the defaults', async () => (await seen())['x-real-ip'] === undefined);
});

describe('higress-config:', () => {
  it('downstream.maxRequestHeadersKb: larger headers get 431', async () => {
    const large = { 'x-large': 'x'.repeat(3000) };
    expect((await suite.ask('/', large)).status).toBe(200);
    suite.configure({ downstream: { maxRequestHeadersKb: 2 } });
    await eventually('431', async () => (await suite.ask('/', large)).status === 431);
    expect((await suite.ask('/')).status).toBe(200);
  });

  it('downstream.idleTimeout: an idle connection is closed, an idle request gets 504 or 408', async () => {
    suite.configure({ downstream: { idleTimeout: 1 } });
    await inEnvoy('the timeout', '"stream_idle_timeout":"1s"');
    const agent = new Agent({ keepAlive: true });
    const { hostname, port } = new URL(suite.gateway.urls.http);
    const ended = await new Promise<boolean>((resolve, reject) => {
      const asked = request({ hostname, port, path: '/', headers: { host: 'a.test' }, agent }, (reply) =>
        reply.resume(),
      );
      asked.on('socket', (socket) => socket.on('close', () => resolve(true)));
      asked.on('error', reject);
      asked.end();
    });
    expect(ended).toBe(true);
    agent.destroy();
    expect([408, 504]).toContain((await suite.ask('/hang')).status);
  }, 20_000);

  it('downstream.routeTimeout: for routes without a timeout of their own', async () => {
    suite.configure({ downstream: { routeTimeout: 1 } });
    await inEnvoy('the timeout', '"timeout":"1s"');
    expect((await suite.ask('/hang')).status).toBe(504);
    expect(await suite.envoy()).toContain('"timeout":"30s"');
  }, 20_000);

  it('downstream.http2: what HTTP/2 clients are told', async () => {
    expect(await http2Settings()).toEqual({ streams: 100, window: 65_535, connection: 1_048_576 });
    const http2 = { maxConcurrentStreams: 7, initialStreamWindowSize: 70_000, initialConnectionWindowSize: 2_000_000 };
    suite.configure({ downstream: { http2 } });
    await eventually('7 streams', async () => (await http2Settings()).streams === 7);
    expect(await http2Settings()).toEqual({ streams: 7, window: 70_000, connection: 2_000_000 });
  });

  it('downstream.connectionBufferLimits, upstream.connectionBufferLimits: Envoy has them', async () => {
    suite.configure({ downstream: { connectionBufferLimits: 44_444 }, upstream: { connectionBufferLimits: 55_555 } });
    await inEnvoy('of listeners', '"per_connection_buffer_limit_bytes":44444');
    await inEnvoy('of clusters', '"per_connection_buffer_limit_bytes":55555');
    expect((await suite.ask('/')).status).toBe(200);
  });

  it('upstream.idleTimeout: an idle connection to an upstream is closed', async () => {
    suite.configure({ upstream: { idleTimeout: 1 } });
    await inEnvoy('the timeout', '"idle_timeout":"1s"');
    await seen();
    const before = closed.length;
    await seen();
    await eventually('closed', () => closed.length > before, 5000);
  });

  it('disableXEnvoyHeaders: neither clients nor upstreams see them', async () => {
    expect((await suite.ask('/')).headers).toHaveProperty('x-envoy-upstream-service-time');
    suite.configure({ disableXEnvoyHeaders: true });
    await eventually('none', async () => (await suite.ask('/')).headers['x-envoy-upstream-service-time'] === undefined);
    expect(Object.keys(await seen()).filter((name) => /^x-envoy-(?!external)/.test(name))).toEqual([]);
  });

  it('addXRealIpHeader: the address of the client, whatever the client says', async () => {
    expect((await seen({ 'x-real-ip': '203.0.113.9' }))['x-real-ip']).toBe('203.0.113.9');
    suite.configure({ addXRealIpHeader: true });
    await eventually('the header', async () => (await seen())['x-real-ip'] === '127.0.0.1');
    expect((await seen({ 'x-real-ip': '203.0.113.9' }))['x-real-ip']).toBe('127.0.0.1');
  });

  it('mesh.accessLogFile, accessLogFormat, accessLogEncoding: as they are given', async () => {
    const accessLogFile = join(suite.gateway.dir, 'access.log');
    const lines = () => readFileSync(accessLogFile, 'utf8').split('\n');
    suite.configure({}, { accessLogFile, accessLogFormat: 'went to %REQ(:PATH)%\n' });
    await eventually('a line of text', async () => {
      await suite.ask('/text');
      return lines().includes('went to /text');
    });
    const accessLogFormat = '{"to":"%REQ(:PATH)%","code":"%RESPONSE_CODE%"}';
    suite.configure({}, { accessLogFile, accessLogEncoding: 'JSON', accessLogFormat });
    await eventually('a line of JSON', async () => {
      await suite.ask('/json');
      return lines().some((line) => line.startsWith('{') && (JSON.parse(line) as { to: string }).to === '/json');
    });
  }, 40_000);

  it('sections that are wrong stay as they were, the others count, and unknown keys are told', async () => {
    suite.configure({ addXRealIpHeader: true, downstream: { maxRequestHeadersKb: 2 } });
    await eventually('the header', async () => (await seen())['x-real-ip'] !== undefined);
    suite.configure({ addXRealIpHeader: 'yes', downstream: { maxRequestHeadersKb: 9999 }, upstream: { idleTime: 1 } });
    await eventually('told', async () => (await suite.problems()).length === 3);
    expect((await suite.problems()).map((text) => text.replace(/: .*/, ''))).toEqual([
      'error data.higress.addXRealIpHeader',
      'error data.higress.downstream.maxRequestHeadersKb',
      'warning data.higress.upstream.idleTime',
    ]);
    expect((await seen())['x-real-ip']).toBe('127.0.0.1');
    expect((await suite.ask('/', { 'x-large': 'x'.repeat(3000) })).status).toBe(431);
  });
});
