import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { definePlugin, type PluginCatalogue, type PluginDefinition } from '#plugin-sdk/definition.ts';
import type { HostServices } from '#plugin-sdk/host.ts';
import type { ServeHooks, ServeResponse } from '#plugin-sdk/serve.ts';
import { applyChains } from './chain-feed.ts';
import { ChainStore } from './chain-store.ts';
import { egressClient } from './host/http-call.ts';
import { pluginMetrics } from './host/metrics.ts';
import { type PluginServer, startPluginServer } from './server.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

function plugin(name: string, more: Partial<PluginDefinition>): PluginDefinition {
  const manifest = {
    name,
    version: '1.0.0',
    title: name,
    summary: name,
    phase: 'AUTHN',
    priority: 0,
    category: 'mcp',
  } as const;
  return definePlugin<unknown>({ manifest, schema: z.unknown(), ...more });
}

let aborted: (() => void) | undefined;

const serving: ServeHooks = {
  handle: async (call, context): Promise<ServeResponse> => {
    if (call.path === '/throws') throw new Error('boom');
    if (call.path === '/endless') {
      const left = new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
      return {
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        body: (async function* () {
          yield 'data: first\n\n';
          await left;
          aborted?.();
        })(),
      };
    }
    return {
      status: 202,
      headers: { 'x-plugin': 'yes' },
      body: JSON.stringify({
        ...call,
        headers: Object.fromEntries(call.headers.entries()),
        body: call.body.toString(),
        route: context.routeName,
        destinations: context.destinations,
      }),
    };
  },
};

const catalogue: PluginCatalogue = {
  names: () => ['ok', 'bad', 'server'],
  get: (name) =>
    ({
      ok: plugin('ok', { hooks: () => ({ needs: {} }), secretKeys: ['hidden'] }),
      bad: plugin('bad', {
        hooks: () => {
          throw new Error('key "x" is missing');
        },
      }),
      server: plugin('server', { serve: () => serving }),
    })[name],
};

const chainJson = (id: string, name: string, more: object = {}) =>
  Buffer.from(
    JSON.stringify({
      id,
      kind: 'filter',
      plugins: [
        {
          plugin: name,
          instance: `ns/${name}`,
          version: '1',
          failStrategy: 'closed',
          config: { hidden: 'a', apiTokens: ['b'], shown: 1 },
        },
      ],
      ...more,
    }),
  );

describe('chains from the control plane', () => {
  const update = (entries: Record<string, Buffer>, removed: string[] = []) => ({
    upsert: new Map(Object.entries(entries)),
    removed,
  });

  it('are taken when they are good, and the bad ones are refused with the reason', () => {
    const store = new ChainStore({ catalogue });
    expect(() =>
      applyChains(store, update({ a: chainJson('a', 'ok'), b: chainJson('b', 'bad'), c: chainJson('c', 'gone') })),
    ).toThrow(
      'b: plugin "bad" of ns/bad refuses its configuration: key "x" is missing; c: plugin "gone" of ns/gone is not built in',
    );
    expect([store.filter('a')?.id, store.filter('b')]).toEqual(['a', undefined]);
    expect(() => applyChains(store, update({ d: Buffer.from('{') }))).toThrow('d: the chain is not JSON');
    expect(() => applyChains(store, update({ d: chainJson('e', 'ok') }))).toThrow('calls itself "e"');
    store.stop();
  });

  it('wake those who wait for them; others are told after the time is over', async () => {
    const store = new ChainStore({ catalogue, waitMs: 30 });
    const waiting = store.waitForFilter('a');
    applyChains(store, update({ a: chainJson('a', 'ok') }));
    expect((await waiting)?.id).toBe('a');
    expect(await store.waitForFilter('never')).toBeUndefined();
    applyChains(store, update({}, ['a']));
    expect(store.filter('a')?.id).toBe('a');
    store.stop();
  });
});

describe('the HTTP face', () => {
  let dir: string;
  let server: PluginServer;
  let socketPath: string;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'hps-'));
    socketPath = join(dir, 'http.sock');
    server = await startPluginServer({
      catalogue,
      log: SILENT,
      extProc: { path: join(dir, 'e.sock') },
      http: { path: socketPath },
      mounts: { '/wasm/': (incoming, outgoing) => void outgoing.end(`module ${incoming.url}`) },
      chainWaitMs: 30,
    });
    const kind = { kind: 'serve', destinations: [{ backend: 'outbound|80||a', weight: 1 }] };
    applyChains(server.store, {
      upsert: new Map([
        ['s', chainJson('s', 'server', kind)],
        ['f', chainJson('f', 'ok')],
      ]),
      removed: [],
    });
  });

  afterEach(async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  function call(
    path: string,
    headers: Record<string, string> = {},
    body = '',
  ): Promise<{ status: number; headers: object; body: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { socketPath, path, headers, method: body === '' ? 'GET' : 'POST', agent: false },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          answer.on('error', reject);
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  it('brings requests to the terminal plugin of their chain', async () => {
    const headers = {
      'x-higress-chain': 's',
      'x-higress-route': 'r',
      host: 'h.example',
      'x-forwarded-for': '9.9.9.9, 1.2.3.4',
    };
    const answer = await call('/a?b=c', headers, 'hello');
    expect([answer.status, answer.headers]).toMatchObject([202, { 'x-plugin': 'yes' }]);
    const seen = JSON.parse(answer.body) as Record<string, unknown>;
    expect(seen).toMatchObject({
      method: 'POST',
      path: '/a?b=c',
      authority: 'h.example',
      body: 'hello',
      route: 'r',
      sourceAddress: '1.2.3.4',
      destinations: [{ backend: 'outbound|80||a', weight: 1 }],
    });
    expect(Object.keys(seen.headers as object)).not.toContain('x-higress-chain');
  });

  it('answers 500 when the plugin throws, 503 for unknown chains, 404 elsewhere', async () => {
    expect((await call('/throws', { 'x-higress-chain': 's' })).status).toBe(500);
    expect((await call('/', { 'x-higress-chain': 'none' })).status).toBe(503);
    expect((await call('/nowhere')).status).toBe(404);
  });

  it('streams parts as they come and tells the plugin when the client leaves', async () => {
    const left = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const outgoing = request({ socketPath, path: '/endless', headers: { 'x-higress-chain': 's' }, agent: false });
    outgoing.on('error', () => {});
    outgoing.end();
    const answer = await new Promise<IncomingMessage>((resolve) => outgoing.once('response', resolve));
    const [first] = await new Promise<Buffer[]>((resolve) => answer.once('data', (part: Buffer) => resolve([part])));
    expect(String(first)).toBe('data: first\n\n');
    outgoing.destroy();
    await left;
  });

  it('serves mounted handlers, health, metrics, and chains without their secrets', async () => {
    expect((await call('/wasm/x.wasm')).body).toBe('module /wasm/x.wasm');
    expect(JSON.parse((await call('/healthz')).body)).toMatchObject({ chains: 2, synced: false });
    expect((await call('/metrics')).status).toBe(200);
    const page = JSON.parse((await call('/debug/plugins')).body) as {
      chains: { id: string; plugins: { config: unknown }[] }[];
    };
    expect(page.chains.find((one) => one.id === 'f')?.plugins[0]?.config).toEqual({
      hidden: '[redacted]',
      apiTokens: '[redacted]',
      shown: 1,
    });
  });
});

describe('calls of plugins', () => {
  it('reach the egress listener with cluster, host and path byte for byte', async () => {
    let sockets = 0;
    const egress = createServer((incoming, outgoing) => {
      if (incoming.url === '/hang') return;
      if (incoming.url === '/big') return void outgoing.end(Buffer.alloc(5_000));
      outgoing.setHeader('set-cookie', ['a', 'b']);
      outgoing.end(JSON.stringify({ url: incoming.url, headers: incoming.headers, method: incoming.method }));
    });
    egress.on('connection', () => sockets++);
    await new Promise<void>((resolve) => egress.listen(0, '127.0.0.1', resolve));
    const bound = egress.address();
    const client = egressClient(
      { host: '127.0.0.1', port: typeof bound === 'object' && bound !== null ? bound.port : 0 },
      4_000,
    );
    const base = { cluster: 'outbound|80||svc.test', method: 'POST' };
    const answer = await client.call({
      ...base,
      path: '/a%2Fb//c?x=[1]',
      body: 'ä',
      headers: { 'x-higress-egress-cluster': 'evil' },
    });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([200, 'a, b']);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      url: '/a%2Fb//c?x=[1]',
      method: 'POST',
      headers: { host: 'svc.test', 'x-higress-egress-cluster': 'outbound|80||svc.test', 'content-length': '2' },
    });
    await client.call({ ...base, path: '/', headers: [['Host', 'other']] });
    expect(sockets).toBe(1);
    await expect(client.call({ ...base, path: '/hang', timeoutMs: 20 })).rejects.toMatchObject({ timeout: true });
    await expect(client.call({ ...base, path: '/big' })).rejects.toThrow(/larger than 4000/);
    const gone = new AbortController();
    const pending = client.call({ ...base, path: '/hang', signal: gone.signal });
    gone.abort();
    await expect(pending).rejects.toThrow(/is over/);
    client.stop();
    egress.closeAllConnections();
    egress.close();
    await expect(egressClient(undefined).call({ ...base, path: '/' })).rejects.toThrow(/no way out/);
  });
});

describe('metrics of plugins', () => {
  it('are bounded in their series and never throw into a plugin', async () => {
    const registry = new Registry();
    const metrics: HostServices['metrics'] = pluginMetrics(registry, 3);
    for (let i = 0; i < 10; i++) metrics.count('route.tokens', { user: `u${i}` }, 2);
    metrics.count('route.tokens', { other: 'label' });
    metrics.count('route.tokens', { user: 'u0' }, -1);
    metrics.observe('route.tokens', { user: 'u0' }, 1);
    metrics.observe('took', { user: 'a' }, 7);
    const text = await registry.metrics();
    expect(text).toContain('route_tokens{user="u0"} 2');
    expect(text).toMatch(/route_tokens\{user="other"\} 15/);
    expect(text).toContain('took_sum{user="a"} 7');
  });
});
