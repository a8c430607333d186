/** The ADS server in front of a real Envoy, over both protocols: delivery, change, refusal with fallback, restart of the server. */

import { rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join as joinPath } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SecretText } from '../../src/lib/secret.ts';
import { AdsServer, type NackReport, type ServerLog } from '../../src/xds/server/index.ts';
import {
  type Message,
  type Resource,
  type ResourceSet,
  type ResourceType,
  SnapshotStore,
} from '../../src/xds/snapshot/index.ts';
import { adsBootstrap, type Envoy, socketDir, startEnvoy, waitFor } from '../support/envoy.ts';
import { resourceSet } from '../support/xds.ts';

const TIMEOUT_MS = 60_000;
const SILENT: ServerLog = { debug() {}, info() {}, warn() {}, error() {} };
const TYPE = 'type.googleapis.com/';

const closers: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function resource(type: ResourceType, message: Message): Resource {
  const name = String(message.name ?? message.cluster_name);
  return { type, name, message, origins: [{ kind: 'Ingress', namespace: 'shop', name }] };
}

function listener(name: string, route: string): Resource {
  const hcm = {
    '@type': `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: name,
    rds: { route_config_name: route, config_source: { ads: {}, resource_api_version: 'V3' } },
    http_filters: [
      {
        name: 'credential',
        typed_config: {
          '@type': `${TYPE}envoy.extensions.filters.http.credential_injector.v3.CredentialInjector`,
          overwrite: true,
          credential: {
            name: 'envoy.http.injected_credentials.generic',
            typed_config: {
              '@type': `${TYPE}envoy.extensions.http.injected_credentials.generic.v3.Generic`,
              credential: { name: 'shop/token', sds_config: { ads: {}, resource_api_version: 'V3' } },
            },
          },
        },
      },
      { name: 'router', typed_config: { '@type': `${TYPE}envoy.extensions.filters.http.router.v3.Router` } },
    ],
  };
  return resource('listener', {
    name,
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [{ filters: [{ name: 'hcm', typed_config: hcm }] }],
  });
}

function routeTo(name: string, cluster: string, marker: string): Resource {
  return resource('route', {
    name,
    response_headers_to_add: [{ header: { key: 'x-marker', value: marker } }],
    virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster } }] }],
  });
}

/** Well-formed, but Envoy refuses two virtual hosts for one domain. */
function brokenRoute(name: string): Resource {
  const route = { match: { prefix: '/' }, direct_response: { status: 200 } };
  return resource('route', {
    name,
    virtual_hosts: [
      { name: 'one', domains: ['*'], routes: [route] },
      { name: 'two', domains: ['*'], routes: [route] },
    ],
  });
}

function cluster(name: string): Resource {
  return resource('cluster', {
    name,
    type: 'EDS',
    connect_timeout: '1s',
    eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3' } },
  });
}

function endpoints(name: string, port: number): Resource {
  const address = { socket_address: { address: '127.0.0.1', port_value: port } };
  return resource('endpoint', { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] });
}

function token(text: string): Resource {
  return resource('secret', {
    name: 'shop/token',
    generic_secret: { secret: { inline_string: new SecretText(text) } },
  });
}

/** Answers with the credential that it got. */
async function upstream(): Promise<number> {
  const server: Server = createServer((req, res) => res.end(req.headers.authorization ?? 'none'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function get(port: number): Promise<{ status: number; marker: string; body: string }> {
  return new Promise((resolve, reject) => {
    const ask = request({ host: '127.0.0.1', port, path: '/', agent: false }, (response) => {
      let body = '';
      response.on('data', (part) => {
        body += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, marker: String(response.headers['x-marker'] ?? ''), body }),
      );
    });
    ask.on('error', reject);
    ask.end();
  });
}

interface World {
  readonly store: SnapshotStore;
  readonly nacks: NackReport[];
  readonly envoy: Envoy;
  readonly server: () => AdsServer;
  readonly restartServer: () => Promise<void>;
  /** Another Envoy on the same server. */
  readonly join: () => Promise<Envoy>;
}

async function start(protocol: 'sotw' | 'delta', first: ResourceSet): Promise<World> {
  const dir = socketDir();
  closers.push(() => rmSync(dir, { recursive: true, force: true }));
  const path = joinPath(dir, 'ads.sock');
  const store = new SnapshotStore();
  expect(store.set(first)).toEqual([]);
  const nacks: NackReport[] = [];
  const newServer = async () => {
    const made = new AdsServer({ store, log: SILENT, onNack: (report) => nacks.push(report) });
    await made.listen({ address: { path } });
    return made;
  };
  let server = await newServer();
  closers.push(() => server.stop());
  const join = async () => {
    const made = await startEnvoy(adsBootstrap({ nodeId: `test-${protocol}`, adsSocket: path, protocol }));
    closers.push(() => made.stop());
    await made.ready();
    return made;
  };
  const envoy = await join();
  const restartServer = async () => {
    await server.stop();
    server = await newServer();
  };
  return { store, nacks, envoy, server: () => server, restartServer, join };
}

describe.each(['delta', 'sotw'] as const)('ADS to a real Envoy, %s', (protocol) => {
  it(
    'delivers all kinds of resources and changes of them',
    async () => {
      const port = await upstream();
      const base = [listener('edge', 'http'), cluster('web'), endpoints('web', port), token('one')];
      const { store, envoy, server } = await start(protocol, resourceSet(...base, routeTo('http', 'web', 'v1')));
      const edge = await envoy.listenerPort('edge');
      expect(await get(edge)).toEqual({ status: 200, marker: 'v1', body: 'one' });

      // A new route that leads to a new cluster: never a moment without a target.
      const other = await upstream();
      store.set(resourceSet(...base, cluster('new'), endpoints('new', other), routeTo('http', 'new', 'v2')));
      const statuses = new Set<number>();
      await waitFor(async () => {
        const answer = await get(edge);
        statuses.add(answer.status);
        return answer.marker === 'v2';
      });
      expect([...statuses]).toEqual([200]);

      // The old cluster goes, the secret turns.
      store.set(
        resourceSet(
          listener('edge', 'http'),
          cluster('new'),
          endpoints('new', other),
          token('two'),
          routeTo('http', 'new', 'v2'),
        ),
      );
      await waitFor(async () => (await get(edge)).body === 'two');
      expect(await server().whenAcknowledged(5_000, { role: 'gateway' })).toBe(true);
      await waitFor(async () => !(await envoy.admin('/clusters')).body.includes('web::'));
      expect(server().status().nodes[0]).toMatchObject({
        id: `test-${protocol}`,
        role: 'gateway',
        version: '1.40.0',
        protocol,
      });
    },
    TIMEOUT_MS,
  );

  it(
    'keeps the last good version of a refused route, applies the rest of the same push and tries the mended one',
    async () => {
      const port = await upstream();
      const base = [listener('one', 'a'), listener('two', 'b'), cluster('web'), endpoints('web', port), token('t')];
      const { store, envoy, nacks, server, join } = await start(
        protocol,
        resourceSet(...base, routeTo('a', 'web', 'a1'), routeTo('b', 'web', 'b1')),
      );
      const one = await envoy.listenerPort('one');
      const two = await envoy.listenerPort('two');
      await waitFor(async () => (await get(one)).marker === 'a1' && (await get(two)).marker === 'b1');

      // Good and bad change at once, with a cluster that only the last good route still needs.
      store.set(
        resourceSet(
          listener('one', 'a'),
          listener('two', 'b'),
          cluster('web2'),
          endpoints('web2', port),
          token('t'),
          brokenRoute('a'),
          routeTo('b', 'web2', 'b2'),
        ),
      );
      await waitFor(async () => (await get(two)).marker === 'b2' && nacks.length > 0);
      expect(await server().whenAcknowledged(5_000)).toBe(true);
      expect(nacks).toEqual([
        expect.objectContaining({
          type: 'route',
          resourceName: 'a',
          origins: [{ kind: 'Ingress', namespace: 'shop', name: 'a' }],
        }),
      ]);
      expect(nacks[0]?.detail).toContain('domain');
      expect(await get(one)).toMatchObject({ status: 200, marker: 'a1' });
      expect(store.rejections()).toEqual([expect.objectContaining({ type: 'route', name: 'a' })]);

      // An Envoy that starts now gets the last good route, with the cluster that this leads to.
      const late = await join();
      const lateOne = await late.listenerPort('one');
      await waitFor(async () => (await get(lateOne)).status === 200);
      expect((await get(lateOne)).marker).toBe('a1');
      await late.stop();

      store.set(
        resourceSet(
          listener('one', 'a'),
          listener('two', 'b'),
          cluster('web2'),
          endpoints('web2', port),
          token('t'),
          routeTo('a', 'web2', 'a3'),
          routeTo('b', 'web2', 'b2'),
        ),
      );
      await waitFor(async () => (await get(one)).marker === 'a3');
      expect(store.rejections()).toEqual([]);
      await waitFor(async () => !(await envoy.admin('/clusters')).body.includes('web::'));
    },
    TIMEOUT_MS,
  );

  it(
    'names the refused listener out of several, and serves the others',
    async () => {
      const port = await upstream();
      const base = [cluster('web'), endpoints('web', port), token('t'), routeTo('http', 'web', 'v1')];
      const { store, envoy, nacks, server } = await start(protocol, resourceSet(...base));
      const bad = resource('listener', {
        ...listener('bad', 'http').message,
        name: 'bad',
        listener_filters: [{ name: 'no.such.filter', typed_config: { '@type': `${TYPE}envoy.config.core.v3.Node` } }],
      });
      store.set(resourceSet(...base, bad, listener('good', 'http')));
      const good = await envoy.listenerPort('good');
      await waitFor(async () => (await get(good)).status === 200);
      await waitFor(() => nacks.length > 0);
      expect(nacks.map((nack) => nack.resourceName)).toEqual(['bad']);
      expect(await server().whenAcknowledged(5_000)).toBe(true);
    },
    TIMEOUT_MS,
  );

  it(
    'sends nothing again that the node has when the server comes back',
    async () => {
      const port = await upstream();
      const { store, envoy, server, restartServer } = await start(
        protocol,
        resourceSet(
          listener('edge', 'http'),
          cluster('web'),
          endpoints('web', port),
          token('t'),
          routeTo('http', 'web', 'v1'),
        ),
      );
      const edge = await envoy.listenerPort('edge');
      await waitFor(async () => (await get(edge)).status === 200);
      expect(await server().whenAcknowledged(5_000)).toBe(true);
      const before = await envoy.stat('listener_manager.lds.update_success');
      const clusters = await envoy.stat('cluster_manager.cds.update_success');
      const routes = await envoy.stat('http.edge.rds.http.update_success');
      expect(routes).toBeGreaterThan(0);
      await restartServer();
      await waitFor(
        () => server().connected('gateway') === 1 && Object.keys(server().status().nodes[0]?.types ?? {}).length >= 5,
      );
      expect(await server().whenAcknowledged(5_000)).toBe(true);
      expect(await envoy.stat('listener_manager.lds.update_success')).toBe(before);
      expect(await envoy.stat('cluster_manager.cds.update_success')).toBe(clusters);
      // By state of the world, a list of names says nothing about what the node has: those are sent again, and Envoy sees no change.
      if (protocol === 'delta') expect(await envoy.stat('http.edge.rds.http.update_success')).toBe(routes);
      expect(await envoy.stat('http.edge.rds.http.config_reload')).toBe(1);
      expect((await get(edge)).marker).toBe('v1');

      store.set(
        resourceSet(
          listener('edge', 'http'),
          cluster('web'),
          endpoints('web', port),
          token('t'),
          routeTo('http', 'web', 'v2'),
        ),
      );
      await waitFor(async () => (await get(edge)).marker === 'v2');
      expect(await envoy.stat('listener_manager.lds.update_success')).toBe(before);
    },
    TIMEOUT_MS,
  );
});
