/** Native filters of plugins in a real Envoy: each kind that may stand in a slot acts for the route that a request is sent to. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Gateway } from '#ir/types.ts';
import type { PluginDefinition } from '#plugin-sdk/definition.ts';
import type { NativeStep } from '#plugin-sdk/lower.ts';
import { type Echo, type Seen, startEcho } from '#test/echo.ts';
import { waitFor } from '#test/envoy.ts';
import { backend, builtin, catalogue, gateway, host, origin, route } from '#test/ir.ts';
import { send } from '#test/send.ts';
import { buildOptionsIn, type StaticEnvoy, startStaticEnvoy } from '#test/static-envoy.ts';
import { createBuilder } from '#xds/build/build.ts';

const dir = mkdtempSync(join(tmpdir(), 'hgf-'));
const log = join(dir, 'access.log');

const definition: PluginDefinition = {
  manifest: { name: 'native', version: '1', title: '', summary: '', phase: 'AUTHN', priority: 0, category: 'traffic' },
  schema: z.unknown(),
  lower: (config) => ({ lowered: true, ...(config as { steps: readonly NativeStep[]; reroutes?: boolean }) }),
};

const router = builtin(
  'native',
  {
    reroutes: true,
    bufferBytes: 1_000_000,
    steps: [
      {
        filter: 'transform',
        config: {
          request_transformation: {
            headers_mutations: [{ append: { header: { key: 'x-model', value: '%REQUEST_BODY(model)%' } } }],
          },
          clear_route_cache: true,
        },
      },
    ],
  },
  { phase: 'AUTHN', priority: 900, instance: 'ns/router' },
);

const slots: readonly NativeStep[] = [
  {
    filter: 'header_mutation',
    config: { mutations: { request_mutations: [{ append: { header: { key: 'x-hm', value: 'yes' } } }] } },
  },
  {
    filter: 'json_to_metadata',
    config: {
      request_rules: {
        rules: [
          {
            selectors: [{ key: 'model' }],
            on_present: { metadata_namespace: 'higress.ai_log', key: 'model', type: 'STRING' },
          },
        ],
      },
      response_rules: {
        rules: [
          {
            selectors: [{ key: 'name' }],
            on_present: { metadata_namespace: 'higress.ai_log', key: 'upstream', type: 'STRING' },
          },
        ],
      },
    },
  },
  { filter: 'set_metadata', config: { metadata: [{ metadata_namespace: 'higress.log', value: { plugin: 'set' } }] } },
  {
    filter: 'lua',
    config: {
      default_source_code: { inline_string: 'function envoy_on_request(h) h:headers():add("x-lua", "yes") end' },
    },
  },
  {
    filter: 'set_filter_state',
    config: {
      on_request_headers: [
        {
          object_key: 'fs',
          factory_key: 'envoy.string',
          format_string: { text_format_source: { inline_string: 'state' } },
        },
      ],
    },
  },
];

const usage: NativeStep = {
  filter: 'sse_to_metadata',
  config: {
    response_rules: {
      content_parser: {
        name: 'json',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.content_parsers.json.v3.JsonContentParser',
          rules: [
            {
              rule: {
                selectors: [{ key: 'usage' }, { key: 'total' }],
                on_present: { metadata_namespace: 'higress.ai_log', key: 'total', type: 'NUMBER' },
              },
            },
          ],
        },
      },
    },
  },
};

let echo: Echo;
let sse: Server;
let secure: TlsServer;
let socket: Server;
let envoy: StaticEnvoy;

async function listen(server: Server | TlsServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

beforeAll(async () => {
  const [key, cert] = [join(dir, 'up.key'), join(dir, 'up.crt')];
  const subject = ['-subj', '/CN=up.test', '-addext', 'subjectAltName=DNS:up.test'];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...args, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const pem = readFileSync(cert, 'utf8');
  echo = await startEcho();
  sse = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"a":1}\n\n');
    response.end('data: {"usage":{"total":42}}\n\ndata: [DONE]\n\n');
  });
  secure = createTlsServer({ key: readFileSync(key), cert: pem }, (_, response) => response.end('over tls'));
  socket = createServer();
  socket.on('upgrade', (_, raw) => {
    raw.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n');
    raw.on('data', (data: Buffer) => raw.end(`echo ${data.toString()}`));
  });
  const ports = { sse: await listen(sse), secure: await listen(secure), socket: await listen(socket) };
  const options = {
    ...buildOptionsIn(dir),
    accessLogPath: log,
  };
  const built = createBuilder(options, catalogue([definition])).build(example(ports, pem));
  expect(built.problems).toEqual([]);
  envoy = await startStaticEnvoy(built.resources, ['--file-flush-interval-msec', '20']);
}, 60_000);

afterAll(async () => {
  await envoy?.stop();
  await echo?.stop();
  for (const server of [sse, secure, socket]) {
    server?.close();
    server?.closeAllConnections();
  }
  rmSync(dir, { recursive: true, force: true });
});

function example(ports: { sse: number; secure: number; socket: number }, ca: string): Gateway {
  const format = JSON.stringify({
    ai_log: '%FILTER_STATE(wasm.ai_log:PLAIN)%',
    plugin: '%FILTER_STATE(wasm.plugin:PLAIN)%',
    state: '%FILTER_STATE(fs:PLAIN)%',
    route_name: '%ROUTE_NAME%',
    path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  });
  const tls = (sni: string) => ({ tls: { verify: true, sni, certificate: 'ns/up' } });
  return gateway({
    accessLog: { path: '/dev/stdout', encoding: 'TEXT', format },
    certificates: [{ name: 'ns/up', ca, origin }],
    hosts: [
      host('ai.test', [
        route('/', {
          name: 'target',
          match: { headers: [{ name: 'x-model', type: 'exact', value: 'gpt' }] },
          plugins: [builtin('native', { steps: slots }, { phase: 'UNSPECIFIED_PHASE', instance: 'ns/slots' })],
        }),
        route('/', { name: 'rest', plugins: [router] }),
      ]),
      host('a.test', [
        route('=/sse', { to: 'sse', plugins: [builtin('native', { steps: [usage] })] }),
        route('=/tls', { to: 'secure' }),
        route('=/tls-other', { to: 'secure-other-name' }),
        route('=/tls-public', { to: 'secure-public' }),
        route('=/ws', { to: 'socket', plugins: [builtin('native', { steps: slots })] }),
        route('/', {}),
      ]),
    ],
    backends: [
      backend('echo', echo.port),
      backend('sse', ports.sse),
      backend('socket', ports.socket),
      backend('secure', ports.secure, tls('up.test')),
      backend('secure-public', ports.secure, { tls: { verify: true, sni: 'up.test' } }),
      backend('secure-other-name', ports.secure, tls('other.test')),
    ],
  });
}

async function logged(path: string): Promise<Record<string, unknown>> {
  const find = () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find((entry) => entry.path === path);
  await waitFor(() => find() !== undefined);
  return find()!;
}

describe('filters of a route that a request is sent to', () => {
  it.each(['by re-route', 'at once'])('act: %s', async (how) => {
    const path = `/${how.replace(' ', '-')}`;
    const headers = { 'content-type': 'application/json', ...(how === 'at once' ? { 'x-model': 'gpt' } : {}) };
    const answer = await send(envoy.httpPort, path, {
      host: 'ai.test',
      method: 'POST',
      headers,
      body: '{"model":"gpt"}',
    });
    const seen = JSON.parse(answer.body) as Seen;
    expect(seen.headers).toMatchObject({ 'x-hm': 'yes', 'x-lua': 'yes' });
    expect(await logged(path)).toMatchObject({
      route_name: 'target',
      ai_log: { model: 'gpt', upstream: 'echo' },
      plugin: 'set',
      state: 'state',
    });
  });

  it('rest for a request that stays', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await send(envoy.httpPort, '/stays', {
      host: 'ai.test',
      method: 'POST',
      headers,
      body: '{"model":"x"}',
    });
    const seen = JSON.parse(answer.body) as Seen;
    expect([seen.headers['x-hm'], seen.headers['x-lua']]).toEqual([undefined, undefined]);
    const entry = await logged('/stays');
    expect(entry.route_name).toBe('rest');
    expect([entry.ai_log ?? null, entry.plugin ?? null, entry.state ?? null]).toEqual([null, null, null]);
  });
});

describe('event streams', () => {
  it('give their last numbers to the log while flowing through', async () => {
    const answer = await send(envoy.httpPort, '/sse');
    expect(answer.body).toContain('data: [DONE]');
    expect(await logged('/sse')).toMatchObject({ ai_log: { total: 42 } });
  });
});

describe('connections', () => {
  it('verify upstreams by CA and name', async () => {
    expect((await send(envoy.httpPort, '/tls')).body).toBe('over tls');
    expect((await send(envoy.httpPort, '/tls-other')).status).toBe(503);
    // Signed by itself, so none of the public CAs vouches for it.
    expect((await send(envoy.httpPort, '/tls-public')).status).toBe(503);
    expect(await envoy.envoy.stat('cluster.secure-public.ssl.fail_verify_error')).toBeGreaterThan(0);
  });

  it('accept HTTP/1.0 and a missing Host', async () => {
    const text = await raw('GET / HTTP/1.0\r\nHost: a.test\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.\d 200/);
    expect(await raw('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.\d 404/);
  });

  it('upgrade to websockets through a plugin chain', async () => {
    const head = 'GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const text = await raw(head, 'ping');
    expect(text).toContain('101 Switching Protocols');
    expect(text).toContain('echo ping');
  });
});

/** Sends bytes, more of them after the first answer, and gives all that came back. */
function raw(first: string, then?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = connect(envoy.httpPort, '127.0.0.1', () => client.write(first));
    let text = '';
    client.on('data', (data: Buffer) => {
      if (text === '' && then !== undefined) client.write(then);
      text += data.toString();
    });
    client.on('close', () => resolve(text));
    client.on('error', reject);
  });
}
