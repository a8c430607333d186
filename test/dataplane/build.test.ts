/** Built resources in a real Envoy: what the words of the gateway value mean on the wire. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Certificate, Gateway } from '#ir/types.ts';
import { SecretText } from '#lib/secret.ts';
import { definePlugin, type PluginDefinition } from '#plugin-sdk/definition.ts';
import type { NativeStep } from '#plugin-sdk/lower.ts';
import { type Echo, type Seen, startEcho } from '#test/echo.ts';
import { backend, builtin, catalogue, forward, gateway, host, origin, route } from '#test/ir.ts';
import { type SendOptions, send } from '#test/send.ts';
import { buildOptionsIn, type StaticEnvoy, startStaticEnvoy } from '#test/static-envoy.ts';
import { type BuildOptions, createBuilder } from '#xds/build/build.ts';

const dir = mkdtempSync(join(tmpdir(), 'hgb-'));

const options: BuildOptions = {
  ...buildOptionsIn(dir),
};

/** A plugin that is nothing but native filters given in its configuration. */
interface NativeConfig {
  readonly steps: readonly NativeStep[];
  readonly reroutes?: boolean;
  readonly bufferBytes?: number;
}
function nativePlugin(name: string): PluginDefinition {
  return definePlugin<NativeConfig>({
    manifest: {
      name,
      version: '1.0.0',
      title: name,
      summary: '',
      phase: 'UNSPECIFIED_PHASE',
      priority: 0,
      category: 'traffic',
    },
    schema: z.unknown(),
    lower: (config) => ({ lowered: true, ...config }),
  }) as PluginDefinition;
}
const plugins = catalogue([nativePlugin('model-router'), nativePlugin('native'), nativePlugin('other')]);

function setHeaderStep(name: string, value: string): NativeStep {
  const append = { header: { key: name, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
  return { filter: 'header_mutation', config: { mutations: { request_mutations: [{ append }] } } };
}

function certificate(name: string, commonName: string): Certificate {
  const base = join(dir, commonName.replaceAll('*', 'any'));
  const subject = ['-subj', `/CN=${commonName}`, '-addext', `subjectAltName=DNS:${commonName}`];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', ...subject].concat(
      ['-keyout', `${base}.key`, '-out', `${base}.crt`],
    ),
    { stdio: 'ignore' },
  );
  const chain = readFileSync(`${base}.crt`, 'utf8');
  return { name, chain, key: new SecretText(readFileSync(`${base}.key`, 'utf8')), ca: chain, origin };
}

let one: Echo;
let two: Echo;
let h2: Http2Server;
let h2Port = 0;
let envoy: StaticEnvoy;
const certA = certificate('default/a', 'tls-a.test');
const certB = certificate('default/b', '*.b.test');

beforeAll(async () => {
  one = await startEcho('one');
  two = await startEcho('two');
  h2 = createHttp2Server((request, response) => {
    response.end(JSON.stringify({ name: 'h2', version: request.httpVersion }));
  });
  await new Promise<void>((resolve) => h2.listen(0, '127.0.0.1', resolve));
  h2Port = (h2.address() as { port: number }).port;
  const built = createBuilder(options, plugins).build(exampleGateway());
  expect(built.problems).toEqual([]);
  envoy = await startStaticEnvoy(built.resources);
}, 60_000);

afterAll(async () => {
  await envoy?.stop();
  await one.stop();
  await two.stop();
  h2.close();
  rmSync(dir, { recursive: true, force: true });
});

function exampleGateway(): Gateway {
  const edits = {
    request: {
      set: [
        { name: 'x-set', value: 'v-%REQ(x-in)%' },
        { name: 'x-pct', value: '100%' },
      ],
      add: [{ name: 'x-add', value: 'b' }],
      remove: ['x-gone'],
    },
    response: { set: [{ name: 'x-out', value: 'done' }], remove: ['content-type'] },
  };
  const model = '%REQUEST_BODY(model)%';
  const router: NativeStep = {
    filter: 'transform',
    config: {
      request_transformation: { headers_mutations: [{ append: { header: { key: 'x-model', value: model } } }] },
      clear_route_cache: true,
    },
  };
  const rename: NativeStep = {
    filter: 'transform',
    config: {
      request_transformation: {
        body_transformation: { action: 'MERGE', body_format: { json_format: { model: 'mapped' } } },
      },
    },
  };
  const bindRouter = builtin(
    'model-router',
    { steps: [router], reroutes: true, bufferBytes: 10_000_000 },
    { phase: 'AUTHN', priority: 900 },
  );
  const onModel = (value: string) => ({ headers: [{ name: 'x-model', type: 'exact' as const, value }] });
  return gateway({
    downstream: { addXRealIpHeader: true },
    hosts: [
      host('a.test', [
        route('=/exact', { to: 'two' }),
        route('/seg/**', { to: 'two', name: 'segments' }),
        route('/CASE', { match: { path: { type: 'prefix', value: '/CASE', ignoreCase: true } }, to: 'two' }),
        route('~/re/[0-9]+', { to: 'two' }),
        route('/m', { match: { methods: ['POST', 'PUT'] }, to: 'two' }),
        route('/m', { match: { headers: [{ name: 'x-kind', type: 'prefix', value: 'ca' }] }, to: 'two' }),
        route('/m', { match: { query: [{ name: 'v', type: 'regex', value: '[0-9]+' }] }, to: 'two' }),
        route('/m', { match: { headers: [{ name: ':authority', type: 'exact', value: 'a.test:81' }] }, to: 'two' }),
        route('/rw-prefix/', { action: forward('one', { rewrite: { path: { type: 'prefix', value: '/new' } } }) }),
        route('/rw-seg/**', {
          action: forward('one', { rewrite: { path: { type: 'prefix', value: '/' }, host: 'up.test' } }),
        }),
        route('/rw-full', { action: forward('one', { rewrite: { path: { type: 'full', value: '/fixed' } } }) }),
        route('/rw-re', {
          action: forward('one', {
            rewrite: { path: { type: 'regex', pattern: '^/rw-re/(.*)/(.*)$', substitution: '/\\2/\\1' } },
          }),
        }),
        route('=/go', { action: { type: 'redirect', status: 302, scheme: 'https', host: 'b.test', path: '/there' } }),
        route('/go-port', { action: { type: 'redirect', status: 308, port: 8443 } }),
        route('/secure', { policies: { httpsRedirect: true } }),
        route('/say', { action: { type: 'respond', status: 418, body: 'tea' } }),
        route('/none', { to: [] }),
        route('/gone', { to: 'dead' }),
        route('/split', {
          to: [
            { backend: 'one', weight: 3, headers: { request: { set: [{ name: 'x-side', value: 'one' }] } } },
            { backend: 'two', weight: 1 },
            { backend: 'dead', weight: 0 },
          ],
        }),
        route('/hash', { action: forward('ring', { hash: [{ type: 'header', name: 'x-user' }] }) }),
        route('/cookie', { action: forward('ring', { hash: [{ type: 'cookie', name: 'AFF', path: '/' }] }) }),
        route('=/retry', { action: forward('half-dead') }),
        route('/retry-503', { action: forward('one', { retry: { attempts: 2, on: [], codes: [503] } }) }),
        route('/cors', {
          policies: {
            cors: {
              origins: [
                { type: 'exact', value: 'https://ok.test' },
                { type: 'regex', value: 'https://.*\\.ok\\.test' },
              ],
              methods: ['GET', 'PUT'],
              headers: ['x-a'],
              exposeHeaders: [],
              credentials: true,
              maxAgeSeconds: 60,
            },
          },
        }),
        route('/deny-me', { policies: { ipAccess: { deny: ['127.0.0.0/8'] } } }),
        route('/not-me', { policies: { ipAccess: { allow: ['10.0.0.0/8', '2001:db8::1'] } } }),
        route('/let-me', { policies: { ipAccess: { allow: ['127.0.0.1', '10.0.0.0/8'], deny: ['10.1.0.0/16'] } } }),
        route('/limit', { policies: { rateLimit: { fill: 1, intervalMs: 3_600_000, burst: 2 } } }),
        route('/edit', { policies: { headers: edits } }),
        route('/h2', { to: 'h2' }),
        route('/big', { plugins: [builtin('native', { steps: [rename], bufferBytes: 5_000_000 })] }),
        route('/', { to: 'one', name: 'rest' }),
      ]),
      host('ai.test', [
        route('/v1', {
          match: onModel('gpt'),
          to: 'two',
          plugins: [bindRouter, builtin('native', { steps: [setHeaderStep('x-step', 'gpt'), rename] })],
        }),
        route('/v1', {
          match: onModel('secret'),
          to: 'two',
          policies: { ipAccess: { deny: ['127.0.0.1'] } },
        }),
        route('/v1', {
          match: onModel('rare'),
          to: 'two',
          policies: { rateLimit: { fill: 1, intervalMs: 3_600_000, burst: 1 } },
        }),
        route('/v1', {
          to: 'one',
          plugins: [bindRouter, builtin('other', { steps: [setHeaderStep('x-other', 'first')] })],
        }),
      ]),
      host('tls-a.test', [route('/', { to: 'one' }), route('/secure', { policies: { httpsRedirect: true } })], true),
      host('*.b.test', [route('/plain', { policies: { httpsRedirect: true } }), route('/', { to: 'two' })], true),
      host('deep.b.test', [route('/', { to: 'one' })], true),
      host('*', [route('/', { action: { type: 'respond', status: 200, body: 'star' } })]),
    ],
    backends: [
      backend('one', one.port),
      backend('two', two.port),
      backend('dead', 1),
      backend('half-dead', [1, one.port]),
      backend('ring', [one.port, two.port], { loadBalancing: { type: 'ring_hash' } }),
      backend('h2', h2Port, { protocol: 'http2' }),
      backend('echo', one.port),
    ],
    tls: [
      { name: '*.b.test', certificate: 'default/b', origin },
      {
        name: 'strict.b.test',
        certificate: 'default/b',
        clientCa: 'default/b',
        minVersion: 'TLSv1_2',
        maxVersion: 'TLSv1_2',
        ciphers: ['ECDHE-ECDSA-AES128-GCM-SHA256'],
        origin,
      },
      { name: 'tls-a.test', certificate: 'default/a', origin },
    ],
    certificates: [certA, certB],
  });
}

const call = (path: string, more: SendOptions = {}) => send(envoy.httpPort, path, more);
async function seenBy(path: string, more: SendOptions = {}): Promise<Seen> {
  return JSON.parse((await call(path, more)).body) as Seen;
}
async function upstream(path: string, more: SendOptions = {}): Promise<string> {
  return (await seenBy(path, more)).name;
}

describe('matching', () => {
  it('takes exact, whole-segment, case-insensitive and regex paths', async () => {
    expect(await upstream('/exact')).toBe('two');
    expect(await upstream('/exact/')).toBe('one');
    expect(await upstream('/seg')).toBe('two');
    expect(await upstream('/seg/x?y')).toBe('two');
    expect(await upstream('/segment')).toBe('one');
    expect(await upstream('/case/x')).toBe('two');
    expect(await upstream('/re/12?q=1')).toBe('two');
    expect(await upstream('/re/12/x')).toBe('one');
  });

  it('takes methods, headers, query parameters and :authority', async () => {
    expect(await upstream('/m', { method: 'PUT' })).toBe('two');
    expect(await upstream('/m')).toBe('one');
    expect(await upstream('/m', { headers: { 'x-kind': 'cat' } })).toBe('two');
    expect(await upstream('/m?v=12')).toBe('two');
    expect(await upstream('/m?v=1x')).toBe('one');
    expect(await upstream('/m', { host: 'a.test:81' })).toBe('two');
  });

  it('prefers exact hosts to wildcards, longer wildcards to *, and does not mind a port', async () => {
    expect(await upstream('/', { host: 'deep.b.test' })).toBe('one');
    expect(await upstream('/', { host: 'x.b.test:8080' })).toBe('two');
    expect((await call('/', { host: 'elsewhere.test' })).body).toBe('star');
  });

  it('passes the path byte for byte', async () => {
    expect((await seenBy('/a%2Fb//c%20?x=%2F')).path).toBe('/a%2Fb//c%20?x=%2F');
  });
});

describe('actions', () => {
  it('rewrites path and host', async () => {
    expect((await seenBy('/rw-prefix/x?q=1')).path).toBe('/new/x?q=1');
    expect((await seenBy('/rw-prefix/')).path).toBe('/new/');
    const seg = await seenBy('/rw-seg/x');
    expect(seg.path).toBe('/x');
    expect(seg.headers.host).toBe('up.test');
    expect(seg.headers['x-envoy-original-host']).toBe('a.test');
    expect((await seenBy('/rw-seg')).path).toBe('/');
    expect((await seenBy('/rw-full/x?q=1')).path).toBe('/fixed?q=1');
    const regex = await seenBy('/rw-re/a/b');
    expect(regex.path).toBe('/b/a');
    expect(regex.headers['x-envoy-original-path']).toBe('/rw-re/a/b');
  });

  it('redirects, keeping the query', async () => {
    const go = await call('/go?q=1');
    expect([go.status, go.headers.location]).toEqual([302, 'https://b.test/there?q=1']);
    const port = await call('/go-port/x?q=1', { host: 'a.test:99' });
    expect([port.status, port.headers.location]).toEqual([308, 'http://a.test:8443/go-port/x?q=1']);
  });

  it('redirects to https without the plain port, on the plain listener only', async () => {
    const exact = await call('/secure/x?q=1', { host: 'a.test:8080' });
    expect([exact.status, exact.headers.location]).toEqual([308, 'https://a.test/secure/x?q=1']);
    const wildcard = await call('/plain', { host: 'x.b.test' });
    expect(wildcard.headers.location).toBe('https://x.b.test/plain');
    const withPort = await call('/plain', { host: 'x.b.test:8080' });
    expect(withPort.headers.location).toBe('https://x.b.test:443/plain');
    const over = await send(envoy.httpsPort, '/plain', { host: 'x.b.test', sni: 'x.b.test' });
    expect(over.status).toBe(200);
  });

  it('answers by itself, and 503 without destinations', async () => {
    const say = await call('/say');
    expect([say.status, say.body]).toEqual([418, 'tea']);
    expect((await call('/none')).status).toBe(503);
    expect((await call('/gone')).status).toBe(503);
  });

  it('splits by weight with header edits per destination', async () => {
    const counts: Record<string, number> = { one: 0, two: 0 };
    for (let n = 0; n < 200; n += 1) {
      const seen = await seenBy('/split');
      counts[seen.name] = (counts[seen.name] ?? 0) + 1;
      expect(seen.headers['x-side']).toBe(seen.name === 'one' ? 'one' : undefined);
    }
    expect(counts.one).toBeGreaterThan(110);
    expect(counts.two).toBeGreaterThan(20);
  });

  it('keeps a user on one endpoint by header hash and by cookie', async () => {
    const names = new Map<string, Set<string>>();
    for (let n = 0; n < 60; n += 1) {
      const user = `user-${n % 12}`;
      const set = names.get(user) ?? new Set();
      names.set(user, set.add(await upstream('/hash', { headers: { 'x-user': user } })));
    }
    expect([...names.values()].every((set) => set.size === 1)).toBe(true);
    expect(new Set([...names.values()].flatMap((set) => [...set])).size).toBe(2);
    const first = await call('/cookie');
    expect(String(first.headers['set-cookie'])).toMatch(/^AFF=/);
  });

  it('retries other endpoints on connect failures, and listed codes for idempotent methods only', async () => {
    for (let n = 0; n < 10; n += 1) expect((await call('/retry', { method: 'POST', body: 'x' })).status).toBe(200);
    const before = one.seen.length;
    await call('/retry-503', { headers: { 'x-echo-status': '503' } });
    expect(one.seen.length - before).toBe(3);
    await call('/retry-503', { method: 'POST', headers: { 'x-echo-status': '503' } });
    expect(one.seen.length - before).toBe(4);
  });

  it('speaks HTTP/2 to upstreams that want it', async () => {
    expect(JSON.parse((await call('/h2')).body)).toEqual({ name: 'h2', version: '2.0' });
  });
});

describe('policies', () => {
  it('answers CORS preflights and echoes the origin', async () => {
    const ask = (origin: string) =>
      call('/cors', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT' } });
    const ok = await ask('https://ok.test');
    expect(ok.status).toBe(200);
    expect(ok.headers['access-control-allow-origin']).toBe('https://ok.test');
    expect(ok.headers['access-control-allow-methods']).toBe('GET, PUT');
    expect(ok.headers['access-control-allow-credentials']).toBe('true');
    expect(ok.headers['access-control-max-age']).toBe('60');
    expect((await ask('https://a.ok.test')).headers['access-control-allow-origin']).toBe('https://a.ok.test');
    expect((await ask('https://a.ok.test.evil')).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('lets addresses in or not', async () => {
    const denied = await call('/deny-me');
    expect([denied.status, denied.body]).toEqual([403, 'RBAC: access denied']);
    expect((await call('/not-me')).status).toBe(403);
    expect((await call('/let-me')).status).toBe(200);
    // The client's own word about its address does not count.
    expect((await call('/let-me', { headers: { 'x-forwarded-for': '10.1.2.3' } })).status).toBe(200);
  });

  it('limits the rate per route', async () => {
    expect((await call('/limit')).status).toBe(200);
    expect((await call('/limit')).status).toBe(200);
    const over = await call('/limit');
    expect([over.status, over.body, over.headers['x-local-rate-limit']]).toEqual([429, 'local_rate_limited', 'true']);
  });

  it('edits headers both ways', async () => {
    const answer = await call('/edit', { headers: { 'x-in': 'i', 'x-set': 'old', 'x-add': 'a', 'x-gone': '1' } });
    const seen = JSON.parse(answer.body) as Seen;
    expect(seen.headers).toMatchObject({ 'x-set': 'v-i', 'x-pct': '100%', 'x-add': 'a, b' });
    expect(seen.headers['x-gone']).toBeUndefined();
    expect(answer.headers['x-out']).toBe('done');
    expect(answer.headers['content-type']).toBeUndefined();
  });

  it('removes internal headers of clients and names the real client', async () => {
    const seen = await seenBy('/', {
      headers: { 'x-mse-consumer': 'root', 'x-higress-chain': 'x', 'x-real-ip': '9.9.9.9', 'x-envoy-retry-on': '5xx' },
    });
    expect(seen.headers['x-mse-consumer']).toBeUndefined();
    expect(seen.headers['x-higress-chain']).toBeUndefined();
    expect(seen.headers['x-envoy-retry-on']).toBeUndefined();
    expect(seen.headers['x-real-ip']).toBe('127.0.0.1');
    expect(seen.headers['x-envoy-internal']).toBeUndefined();
    expect(seen.headers['x-envoy-external-address']).toBe('127.0.0.1');
  });

  it('buffers bodies far beyond the connection limit for filters that need them', async () => {
    const text = 'x'.repeat(1_000_000);
    const seen = await seenBy('/big', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'a', text }),
    });
    const body = JSON.parse(seen.body) as { model: string; text: string };
    expect(body.model).toBe('mapped');
    expect(body.text.length).toBe(text.length);
  });
});

describe('TLS', () => {
  it('shows each name its certificate and offers h2', async () => {
    const peer = (servername: string) =>
      new Promise<{ cn: string | string[] | undefined; alpn: string | false | null }>((resolve, reject) => {
        const socket = tlsConnect(
          {
            host: '127.0.0.1',
            port: envoy.httpsPort,
            servername,
            rejectUnauthorized: false,
            ALPNProtocols: ['h2', 'http/1.1'],
          },
          () => {
            resolve({ cn: socket.getPeerCertificate().subject.CN, alpn: socket.alpnProtocol });
            socket.destroy();
          },
        );
        socket.on('error', reject);
      });
    expect(await peer('tls-a.test')).toEqual({ cn: 'tls-a.test', alpn: 'h2' });
    expect(await peer('x.b.test')).toEqual({ cn: '*.b.test', alpn: 'h2' });
    await expect(peer('unknown.test')).rejects.toThrow();
  });

  it('asks for client certificates where told', async () => {
    await expect(send(envoy.httpsPort, '/', { host: 'strict.b.test', sni: 'strict.b.test' })).rejects.toThrow();
    const clientCertificate = { cert: certB.chain!, key: certB.key!.reveal() };
    const answer = await send(envoy.httpsPort, '/', { host: 'strict.b.test', sni: 'strict.b.test', clientCertificate });
    expect(answer.status).toBe(200);
  });

  it('serves only TLS hosts over TLS', async () => {
    expect((await send(envoy.httpsPort, '/', { host: 'a.test', sni: 'tls-a.test' })).status).toBe(404);
  });
});

describe('re-routing', () => {
  const ask = (model: string, headers: Record<string, string> = {}) =>
    call('/v1/chat', {
      host: 'ai.test',
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model, n: 1 }),
    });

  it('runs the new route’s filters, and not those of the first', async () => {
    const seen = JSON.parse((await ask('gpt')).body) as Seen;
    expect(seen.name).toBe('two');
    expect(seen.headers['x-step']).toBe('gpt');
    expect(seen.headers['x-other']).toBeUndefined();
    expect(JSON.parse(seen.body)).toEqual({ model: 'mapped', n: 1 });
  });

  it('runs the first route’s own filters when the request stays', async () => {
    const seen = JSON.parse((await ask('unknown')).body) as Seen;
    expect(seen.name).toBe('one');
    expect(seen.headers['x-other']).toBe('first');
    expect(seen.headers['x-step']).toBeUndefined();
  });

  it('keeps the access rules and limits of the new route', async () => {
    expect((await ask('secret')).status).toBe(403);
    expect((await ask('rare')).status).toBe(200);
    expect((await ask('rare')).status).toBe(429);
  });

  it('gives the same to requests that match the new route at once', async () => {
    const seen = JSON.parse((await ask('gpt', { 'x-model': 'gpt' })).body) as Seen;
    expect(seen.headers['x-step']).toBe('gpt');
    expect(JSON.parse(seen.body)).toEqual({ model: 'mapped', n: 1 });
  });
});
