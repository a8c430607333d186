/** Builder, snapshot, ADS server and a real Envoy in a row: a gateway that grows while it serves. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Certificate, Gateway } from '#ir/types.ts';
import { SecretText } from '#lib/secret.ts';
import { plugins, setHeader } from '#test/build-cases.ts';
import { type Echo, type Seen, startEcho } from '#test/echo.ts';
import { adsBootstrap, type Envoy, socketDir, startEnvoy, waitFor } from '#test/envoy.ts';
import { backend, builtin, gateway, host, origin, route } from '#test/ir.ts';
import { send } from '#test/send.ts';
import { buildOptionsIn } from '#test/static-envoy.ts';
import { type Builder, createBuilder } from '#xds/build/build.ts';
import { AdsServer, type NackReport } from '#xds/server/index.ts';
import { SnapshotStore } from '#xds/snapshot/index.ts';

const dir = socketDir();
const nacks: NackReport[] = [];
const store = new SnapshotStore();
let builder: Builder;
let server: AdsServer;
let envoy: Envoy;
let one: Echo;
let two: Echo;
let port = 0;

function publish(value: Gateway): void {
  const built = builder.build(value);
  expect(built.problems).toEqual([]);
  expect(store.set(built.resources)).toEqual([]);
}

beforeAll(async () => {
  [one, two] = [await startEcho('one'), await startEcho('two')];
  builder = createBuilder(
    {
      ...buildOptionsIn(dir),
    },
    plugins,
  );
  publish(gateway({ hosts: [] }));
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  server = new AdsServer({ store, log, onNack: (report) => nacks.push(report) });
  await server.listen({ address: { path: join(dir, 'ads.sock') } });
  envoy = await startEnvoy(adsBootstrap({ nodeId: 'test', adsSocket: join(dir, 'ads.sock'), protocol: 'delta' }));
  await envoy.ready();
  port = await envoy.listenerPort('http');
}, 60_000);

afterAll(async () => {
  await envoy?.stop();
  await server?.stop();
  await one?.stop();
  await two?.stop();
  rmSync(dir, { recursive: true, force: true });
});

function certificate(): Certificate {
  const [key, cert] = [join(dir, 'a.key'), join(dir, 'a.crt')];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...args, '-subj', '/CN=a.test', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { name: 'ns/a', chain: readFileSync(cert, 'utf8'), key: new SecretText(readFileSync(key, 'utf8')), origin };
}

describe('a gateway that grows', () => {
  const mark = builtin('native', { steps: [setHeader('x-mark', 'yes')] });
  const parts = () => ({
    hosts: [host('a.test', [route('/', { to: 'web', plugins: [mark] })], true)],
    backends: [backend('web', one.port)],
  });
  const ask = () =>
    send(port, '/').then((answer) => (answer.status === 200 ? (JSON.parse(answer.body) as Seen) : undefined));

  it('serves routes, plugins and new endpoints without a change of its listeners', async () => {
    expect((await send(port, '/')).status).toBe(404);
    publish(gateway(parts()));
    await waitFor(async () => (await ask())?.headers['x-mark'] === 'yes');
    publish(gateway({ ...parts(), backends: [backend('web', two.port)] }));
    await waitFor(async () => (await ask())?.name === 'two');
    publish(
      gateway({
        hosts: [
          host('a.test', [
            route('/', { to: 'web', policies: { rateLimit: { fill: 1, intervalMs: 3_600_000, burst: 1 } } }),
          ]),
        ],
        backends: [backend('web', two.port)],
      }),
    );
    await waitFor(async () => (await send(port, '/')).status === 429);
    expect(await envoy.stat('listener_manager.listener_modified')).toBe(0);
    expect(await envoy.stat('listener_manager.listener_in_place_updated')).toBe(0);
    expect(await envoy.stat('cluster_manager.cluster_modified')).toBe(0);
    expect(nacks).toEqual([]);
  });

  it('serves TLS on the port that was there before', async () => {
    const tlsPort = await envoy.listenerPort('https');
    await expect(send(tlsPort, '/', { sni: 'a.test' })).rejects.toThrow();
    publish(
      gateway({ ...parts(), tls: [{ name: 'a.test', certificate: 'ns/a', origin }], certificates: [certificate()] }),
    );
    await waitFor(async () => (await send(tlsPort, '/', { sni: 'a.test' }).catch(() => undefined))?.status === 200);
    expect(await envoy.listenerPort('https')).toBe(tlsPort);
    expect(await envoy.listenerPort('http')).toBe(port);
    expect(nacks).toEqual([]);
  });
});
