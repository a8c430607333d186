/** A replica of the plugin server that fails before it has said a word costs no request while another one runs. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Http2Server, constants as http2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { definePlugin } from '#plugin-sdk/definition.ts';
import { type Echo, startEcho } from '#test/echo.ts';
import { type FakePluginServer, startFakePluginServer } from '#test/fake-plugin-server.ts';
import { backend, builtin, catalogue, gateway, host, route } from '#test/ir.ts';
import { send } from '#test/send.ts';
import { buildOptionsIn, type StaticEnvoy, startStaticEnvoy } from '#test/static-envoy.ts';
import { createBuilder } from '#xds/build/build.ts';
import { CLUSTER_EXT_PROC } from '#xds/build/options.ts';

const dir = mkdtempSync(join(tmpdir(), 'hgr-'));
const bad = join(dir, 'bad.sock');
const REQUESTS = 20;

const reader = definePlugin({
  manifest: {
    name: 'reader',
    version: '1',
    title: 'reader',
    summary: '',
    phase: 'UNSPECIFIED_PHASE',
    priority: 0,
    category: 'ai',
  },
  schema: z.unknown(),
  hooks: () => ({ needs: { requestBody: 'buffered', responseBody: 'auto' } }),
});

let echo: Echo;
let good: FakePluginServer;
let envoy: StaticEnvoy;
let failing: Http2Server | undefined;

beforeAll(async () => {
  echo = await startEcho('echo');
  good = await startFakePluginServer(join(dir, 'ep.sock'), join(dir, 'ph.sock'), new Uint8Array());
  const plugins = [builtin('reader', {})];
  const { resources } = createBuilder(buildOptionsIn(dir), catalogue([reader])).build(
    gateway({ hosts: [host('a.test', [route('/', { plugins })])], backends: [backend('echo', echo.port)] }),
  );
  envoy = await startStaticEnvoy({ ...resources, cluster: withReplica(resources.cluster, bad) });
}, 60_000);

afterEach(() => {
  failing?.close();
  failing = undefined;
});

afterAll(async () => {
  await envoy?.stop();
  good?.stop();
  await echo?.stop();
  rmSync(dir, { recursive: true, force: true });
});

function withReplica<T extends { readonly message: object }>(clusters: ReadonlyMap<string, T>, path: string) {
  const own = clusters.get(CLUSTER_EXT_PROC)!;
  const { load_assignment: load } = own.message as { load_assignment: { endpoints: { lb_endpoints: object[] }[] } };
  const lb_endpoints = [...load.endpoints[0]!.lb_endpoints, { endpoint: { address: { pipe: { path } } } }];
  const message = { ...own.message, load_assignment: { ...load, endpoints: [{ lb_endpoints }] } };
  return new Map([...clusters, [CLUSTER_EXT_PROC, { ...own, message }]]);
}

async function statuses(): Promise<number[]> {
  const at = good.streams.length;
  const found: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    found.push((await send(envoy.httpPort, '/', { host: 'a.test', method: 'POST', body: 'hello' })).status);
  }
  expect(good.streams.length - at).toBe(REQUESTS);
  return found;
}

const ALL_WELL = Array<number>(REQUESTS).fill(200);

it('one that nobody reaches costs no request', async () => {
  expect(await statuses()).toEqual(ALL_WELL);
});

it('one that breaks off every stream costs no request', async () => {
  let broken = 0;
  failing = createServer();
  failing.on('stream', (stream) => {
    broken++;
    stream.on('error', () => {});
    stream.close(http2.NGHTTP2_INTERNAL_ERROR);
  });
  await once(failing.listen(bad), 'listening');
  expect(await statuses()).toEqual(ALL_WELL);
  expect(broken).toBeGreaterThan(0);
});

it('one that closes its connections costs no request', async () => {
  let closed = 0;
  failing = createServer();
  failing.on('stream', (stream) => {
    closed++;
    stream.on('error', () => {});
    stream.session?.destroy();
  });
  await once(failing.listen(bad), 'listening');
  expect(await statuses()).toEqual(ALL_WELL);
  expect(closed).toBeGreaterThan(0);
});
