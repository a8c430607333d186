/** Plugins in a real Envoy: hops to the plugin server, terminal plugins, user modules, egress, and re-routing across them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import asc from 'assemblyscript/asc';
import { z } from 'zod';
import type { Gateway, WasmBinding } from '#ir/types.ts';
import { sha256 } from '#lib/hash.ts';
import { definePlugin, type PluginDefinition } from '#plugin-sdk/definition.ts';
import type { HookNeeds } from '#plugin-sdk/hooks.ts';
import { type Echo, type Seen, startEcho } from '#test/echo.ts';
import { waitFor } from '#test/envoy.ts';
import { type FakePluginServer, startFakePluginServer } from '#test/fake-plugin-server.ts';
import { backend, builtin, catalogue, gateway, host, origin, route } from '#test/ir.ts';
import { type SendOptions, send } from '#test/send.ts';
import { buildOptionsIn, type StaticEnvoy, startStaticEnvoy } from '#test/static-envoy.ts';
import { type BuildOptions, type BuildResult, createBuilder } from '#xds/build/build.ts';

const dir = mkdtempSync(join(tmpdir(), 'hgp-'));
const modulePath = join(dir, 'module.wasm');

const options: BuildOptions = {
  ...buildOptionsIn(dir),
  wasm: {
    moduleUri: (ref) =>
      ref.url.includes('late')
        ? { ready: false, reason: 'still being fetched', pending: true }
        : ref.url.includes('remote')
          ? { ready: true, uri: 'http://plugin-server/modules/mine.wasm', sha256: sha256(readFileSync(modulePath)) }
          : { ready: true, uri: `file://${modulePath}`, sha256: ref.sha256 },
  },
};

function hookPlugin(name: string, needs: HookNeeds, mayReroute = false): PluginDefinition {
  const manifest = {
    name,
    version: '1',
    title: name,
    summary: '',
    phase: 'UNSPECIFIED_PHASE',
    priority: 0,
    category: 'ai',
    mayReroute,
  } as const;
  return definePlugin({ manifest, schema: z.unknown(), hooks: () => ({ needs }) });
}

const plugins = catalogue([
  hookPlugin('headers', { requestHeaders: true }),
  hookPlugin('reader', { requestBody: 'buffered', responseBody: 'auto', sourceAddress: true }),
  hookPlugin('router', { requestBody: 'buffered' }, true),
  {
    ...hookPlugin('server', {}),
    serve: () => ({ handle: () => Promise.resolve({ status: 200 }) }),
  },
]);

/** A module that adds `x-wasm: yes` to requests. */
const MODULE = `
@external("env", "proxy_add_header_map_value")
declare function addHeader(kind: u32, k: usize, kl: u32, v: usize, vl: u32): u32;
export function proxy_abi_version_0_2_1(): void {}
export function malloc(n: u32): usize { return heap.alloc(n); }
export function proxy_on_context_create(id: u32, parent: u32): void {}
export function proxy_on_vm_start(a: u32, b: u32): u32 { return 1; }
export function proxy_on_configure(a: u32, b: u32): u32 { return 1; }
export function proxy_on_request_headers(id: u32, n: u32, e: u32): u32 {
  const k = String.UTF8.encode("x-wasm"); const v = String.UTF8.encode("yes");
  addHeader(0, changetype<usize>(k), 6, changetype<usize>(v), 3);
  return 0;
}
export function proxy_on_done(id: u32): u32 { return 1; }
export function proxy_on_delete(id: u32): void {}
`;

async function compile(): Promise<void> {
  const { error } = await asc.main(['m.ts', '-o', 'm.wasm', '--runtime', 'stub', '--use', 'abort=', '-O'], {
    readFile: (name) => (name === 'm.ts' ? MODULE : null),
    writeFile: (name, data) => {
      if (name === 'm.wasm') writeFileSync(modulePath, data);
    },
    listFiles: () => [],
  });
  if (error) throw error;
}

function module(url: string, more: Partial<WasmBinding> = {}): WasmBinding {
  return {
    kind: 'wasm',
    instance: 'higress-system/mine',
    phase: 'UNSPECIFIED_PHASE',
    priority: 5,
    failStrategy: 'closed',
    origin,
    module: { url, sha256: 'ab'.repeat(32), pullPolicy: 'IfNotPresent' },
    rootId: '',
    config: { a: 1 },
    env: [{ name: 'MODE', value: 'test' }],
    ...more,
  };
}

let echo: Echo;
let server: FakePluginServer;
let envoy: StaticEnvoy;
let built: BuildResult;

beforeAll(async () => {
  await compile();
  echo = await startEcho('echo');
  server = await startFakePluginServer(join(dir, 'ep.sock'), join(dir, 'ph.sock'), readFileSync(modulePath));
  built = createBuilder(options, plugins).build(example());
  expect(built.problems).toEqual([]);
  envoy = await startStaticEnvoy(built.resources);
}, 60_000);

afterAll(async () => {
  await envoy?.stop();
  server?.stop();
  await echo?.stop();
  rmSync(dir, { recursive: true, force: true });
});

function example(): Gateway {
  const late = (name: string, more: Partial<WasmBinding>) =>
    module('oci://x/late:1', { instance: `higress-system/${name}`, ...more });
  const router = builtin('router', { r: 1 }, { phase: 'AUTHN', priority: 900 });
  return gateway({
    hosts: [
      host('a.test', [
        route('=/headers', { name: 'r-headers', plugins: [builtin('headers', { v: 1 })] }),
        route('=/both', { plugins: [builtin('headers', { v: 1 }), builtin('reader', { v: 2 })] }),
        route('=/serve', {
          name: 'the % route',
          plugins: [builtin('headers', { v: 1 }, { phase: 'AUTHN' }), builtin('server', { s: 1 })],
        }),
        route('=/wasm', { plugins: [module('oci://x/mine:1')] }),
        route('=/wasm-remote', { plugins: [module('oci://x/remote:1', { instance: 'ns/remote' })] }),
        route('=/guard-late', { plugins: [late('g', { phase: 'AUTHN' })] }),
        route('=/open', { plugins: [builtin('headers', { v: 4 }, { failStrategy: 'open' })] }),
        route('=/late', { plugins: [late('l', {})] }),
        route('/', {}),
      ]),
      host('ai.test', [
        route('/', {
          name: 'gpt',
          match: { headers: [{ name: 'x-model', type: 'exact', value: 'gpt' }] },
          plugins: [router, builtin('headers', { to: 'gpt' }), module('oci://x/mine:1')],
        }),
        route('/', { name: 'plain', match: { headers: [{ name: 'x-model', type: 'exact', value: 'plain' }] } }),
        route('/', { name: 'rest', plugins: [router, builtin('reader', { to: 'rest' })] }),
      ]),
    ],
    backends: [backend('echo', echo.port), backend('outbound|80||echo.test', echo.port)],
  });
}

const call = (path: string, more: SendOptions = {}) => send(envoy.httpPort, path, more);

function chainOf(routeName: string, plugin: string): string {
  return built.explain.find((entry) => entry.route === routeName && entry.plugin === plugin)?.chain ?? 'none';
}

describe('ext_proc', () => {
  it('calls the plugin server with the chain and the route, once for neighbouring plugins', async () => {
    const at = server.streams.length;
    const seen = JSON.parse((await call('/headers')).body) as Seen;
    expect(seen.headers['x-chains']).toBe(chainOf('r-headers', 'headers'));
    const stream = server.streams[at]!;
    expect(stream.kinds).toEqual(['request_headers']);
    expect(stream.metadata).toMatchObject({ 'x-higress-route': 'r-headers', 'x-higress-cluster': 'echo' });
    expect(stream.metadata).not.toHaveProperty('x-higress-source');
    await call('/both', { method: 'POST', body: 'hello' });
    expect(server.streams.length - at).toBe(2);
    expect(server.streams[at + 1]).toMatchObject({ requestBody: 'hello' });
    expect(server.streams[at + 1]!.metadata['x-higress-source']).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(server.streams[at + 1]!.kinds.slice(0, 4)).toEqual([
      'request_headers',
      'request_body',
      'response_headers',
      'response_body',
    ]);
  });

  it('asks upstreams for plain answers when plugins read them', async () => {
    const accept = { headers: { 'accept-encoding': 'gzip' } };
    expect((JSON.parse((await call('/both', accept)).body) as Seen).headers['accept-encoding']).toBeUndefined();
    expect((JSON.parse((await call('/headers', accept)).body) as Seen).headers['accept-encoding']).toBe('gzip');
  });

  it('buffers large request bodies', async () => {
    const at = server.streams.length;
    const answer = await call('/both', { method: 'POST', body: 'y'.repeat(3_000_000) });
    expect(answer.status).toBe(200);
    expect(server.streams[at]!.requestBody.length).toBe(3_000_000);
  });
});

describe('terminal plugins', () => {
  it('come behind the plugins before them and know chain and route', async () => {
    const answer = await call('/serve', { headers: { 'x-higress-chain': 'forged' } });
    expect(answer.body).toBe('served');
    const { headers } = server.served.at(-1)!;
    expect(headers['x-higress-chain']).toBe(chainOf('the % route', 'server'));
    expect(headers['x-higress-route']).toBe('the % route');
    expect(headers['x-chains']).toBe(chainOf('the % route', 'headers'));
  });
});

describe('modules of users', () => {
  it('run in Envoy', async () => {
    expect((JSON.parse((await call('/wasm')).body) as Seen).headers['x-wasm']).toBe('yes');
    const remote = () =>
      call('/wasm-remote').then((answer) => answer.status === 200 && (JSON.parse(answer.body) as Seen));
    await waitFor(async () => (await remote()) !== false);
    expect(await remote()).toMatchObject({ headers: { 'x-wasm': 'yes' } });
  });

  it('that guard are waited for with 503, others are not', async () => {
    expect((await call('/guard-late')).status).toBe(503);
    expect((await call('/late')).status).toBe(200);
    expect(built.explain.filter((entry) => entry.plugin.includes('late')).map((entry) => entry.way)).toEqual([
      'unavailable',
      'skipped',
    ]);
  });
});

describe('egress', () => {
  const out = (path: string, cluster: string) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const headers = { host: 'vendor.test', 'x-higress-egress-cluster': cluster };
      const req = request({ socketPath: join(dir, 'egress.sock'), path, headers }, (res) => {
        let body = '';
        res.on('data', (part: Buffer) => {
          body += part.toString();
        });
        res.on('end', () => resolve({ status: res.statusCode ?? 0, body }));
      });
      req.on('error', reject);
      req.end();
    });

  it('goes to the named cluster, adding nothing', async () => {
    const seen = JSON.parse((await out('/v1%2Fx//y', 'outbound|80||echo.test')).body) as Seen;
    expect(seen.path).toBe('/v1%2Fx//y');
    expect(seen.headers).toEqual({ host: 'vendor.test' });
    expect((await out('/', 'nowhere')).status).toBe(503);
  });
});

describe('re-routing by a plugin of the plugin server', () => {
  const ask = (model: string) =>
    call('/', {
      host: 'ai.test',
      method: 'POST',
      body: `{"model":"${model}"}`,
      headers: { 'content-type': 'application/json' },
    });

  it('runs the new route’s chain and modules behind it', async () => {
    const at = server.streams.length;
    const seen = JSON.parse((await ask('gpt')).body) as Seen;
    expect(server.streams.slice(at).map((stream) => stream.chain)).toEqual([
      chainOf('rest', 'router'),
      chainOf('gpt', 'headers'),
    ]);
    expect(server.streams.slice(at).map((stream) => stream.metadata['x-higress-route'])).toEqual(['rest', 'gpt']);
    expect(seen.headers['x-wasm']).toBe('yes');
  });

  it('opens no stream for a route without plugins', async () => {
    const at = server.streams.length;
    expect((await ask('plain')).status).toBe(200);
    expect(server.streams.length - at).toBe(1);
  });

  it('runs the first route’s own chain when the request stays', async () => {
    const at = server.streams.length;
    await ask('other');
    expect(server.streams.slice(at).map((stream) => stream.chain)).toEqual([
      chainOf('rest', 'router'),
      chainOf('rest', 'reader'),
    ]);
    expect(server.streams[at + 1]!.requestBody).toBe('{"model":"other"}');
    expect(server.streams[at + 1]!.metadata['x-higress-source']).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(server.streams[at + 1]!.responseBody).toContain('"name":"echo"');
  });
});

describe('without a plugin server', () => {
  it('routes of plugins that fail closed answer 503, all others go on', async () => {
    server.stop();
    await waitFor(async () => (await call('/headers')).status === 503);
    expect((await call('/open')).status).toBe(200);
    expect((await call('/')).status).toBe(200);
  });
});
