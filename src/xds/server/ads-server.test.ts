import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SecretText } from '#lib/secret.ts';
import { deltaStream, RawStream, resource, resourceSet, SILENT, sotwStream } from '#test/xds.ts';
import { decode } from '#xds/proto/index.ts';
import { type Resource, TYPE_URL } from '#xds/snapshot/resources.ts';
import { SnapshotStore } from '#xds/snapshot/store.ts';
import { type AckReport, AdsServer, type NackReport } from './ads-server.ts';
import type { DeltaResponse } from './messages.ts';
import { DELTA_METHOD } from './transport.ts';

const NODE = {
  id: 'gw-1',
  cluster: 'higress-gateway',
  user_agent_build_version: { version: { major_number: 1, minor_number: 40 } },
};
const ONE_HOST = [{ name: 'all', domains: ['*'] }];

let store: SnapshotStore;
let server: AdsServer;
let address: { host: string; port: number };
let nacks: NackReport[];
let acks: AckReport[];
const streams: { close(): void }[] = [];

async function startServer(): Promise<void> {
  server = new AdsServer({
    store,
    log: SILENT,
    speaksForAll: ({ nativeModule }) => nativeModule !== 'other',
    onNack: (report) => nacks.push(report),
    onAck: (report) => acks.push(report),
    readyWaitMs: 300,
  });
  address = { host: '127.0.0.1', port: await server.listen({ address: { host: '127.0.0.1', port: 0 } }) };
}

beforeEach(async () => {
  store = new SnapshotStore();
  nacks = [];
  acks = [];
  await startServer();
});

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close();
  await server.stop();
});

function delta() {
  const stream = deltaStream(address);
  streams.push(stream);
  return stream;
}

function sotw() {
  const stream = sotwStream(address);
  streams.push(stream);
  return stream;
}

type Delta = ReturnType<typeof delta>;

const names = (answer: DeltaResponse) => answer.resources.map((one) => one.name).sort();
const ack = (stream: Delta, answer: DeltaResponse) =>
  stream.send({ type_url: answer.typeUrl, response_nonce: answer.nonce });
const nack = (stream: Delta, answer: DeltaResponse, message: string) =>
  stream.send({ type_url: answer.typeUrl, response_nonce: answer.nonce, error_detail: { code: 13, message } });
const settled = async () => expect(await server.whenAcknowledged(2_000)).toBe(true);

/** The stream answers in order, so once an answer to a later request is there, nothing more was said to the earlier ones. */
async function fence(stream: Delta): Promise<DeltaResponse[]> {
  const mark = `fence-${Math.random()}`;
  stream.send({ type_url: TYPE_URL.extension, resource_names_subscribe: [mark] });
  const before: DeltaResponse[] = [];
  for (;;) {
    const answer = await stream.next();
    if (answer.typeUrl === TYPE_URL.extension) {
      ack(stream, answer);
      return before;
    }
    before.push(answer);
  }
}

describe('delta', () => {
  it('answers a wildcard subscription with everything, then with changes and removals only', async () => {
    store.set(resourceSet(resource('cluster', 'a'), resource('cluster', 'b')));
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.cluster });
    const first = await stream.next();
    expect(names(first)).toEqual(['a', 'b']);
    expect(decode('envoy.config.cluster.v3.Cluster', first.resources[0]?.bytes ?? new Uint8Array())).toEqual({
      name: 'a',
    });
    ack(stream, first);

    store.set(resourceSet(resource('cluster', 'b', { alt_stat_name: 'x' })));
    const second = await stream.next();
    expect([names(second), second.removed]).toEqual([['b'], []]);
    ack(stream, second);
    const third = await stream.next();
    expect([names(third), third.removed]).toEqual([[], ['a']]);
    ack(stream, third);
    await settled();
    expect(acks.map((report) => [report.type, report.resourceNames])).toEqual([
      ['cluster', ['a', 'b']],
      ['cluster', ['b']],
      ['cluster', []],
    ]);
  });

  it('answers an empty wildcard subscription, so that the node can start', async () => {
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.listener });
    expect(await stream.next()).toMatchObject({ resources: [], removed: [] });
  });

  it('sends named resources only, says that a name does not exist, and sends it when it comes to be', async () => {
    store.set(resourceSet(resource('endpoint', 'a'), resource('endpoint', 'c')));
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.endpoint, resource_names_subscribe: ['a', 'b'] });
    const first = await stream.next();
    expect([names(first), first.removed]).toEqual([['a'], ['b']]);
    ack(stream, first);
    store.set(
      resourceSet(
        resource('endpoint', 'a'),
        resource('endpoint', 'b'),
        resource('endpoint', 'c', { named_endpoints: {}, policy: {} }),
      ),
    );
    expect(names(await stream.next())).toEqual(['b']);
  });

  it('sends a resource again when it is asked for again', async () => {
    store.set(resourceSet(resource('endpoint', 'a')));
    const stream = delta();
    for (const _ of [1, 2]) {
      stream.send({ node: NODE, type_url: TYPE_URL.endpoint, resource_names_subscribe: ['a'] });
      const answer = await stream.next();
      expect(names(answer)).toEqual(['a']);
      ack(stream, answer);
    }
  });

  it('is silent about names that were given up', async () => {
    store.set(resourceSet(resource('endpoint', 'a')));
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.endpoint, resource_names_subscribe: ['a'] });
    const first = await stream.next();
    stream.send({ type_url: TYPE_URL.endpoint, response_nonce: first.nonce, resource_names_unsubscribe: ['a'] });
    await settled();
    store.set(resourceSet(resource('endpoint', 'a', { policy: {} })));
    expect(await fence(stream)).toEqual([]);
  });

  it('sends after a reconnect only what the node lacks, and removes what is gone', async () => {
    const same = resource('cluster', 'same');
    store.set(resourceSet(same, resource('cluster', 'old'), resource('cluster', 'gone')));
    const versions = Object.fromEntries(
      ['same', 'old', 'gone'].map((name) => [name, store.served('cluster').get(name)?.version ?? '']),
    );
    await server.stop();
    await startServer();
    store.set(resourceSet(same, resource('cluster', 'old', { alt_stat_name: 'new' }), resource('cluster', 'more')));
    const stream = delta();
    stream.send({
      node: NODE,
      type_url: TYPE_URL.cluster,
      resource_names_subscribe: ['*'],
      initial_resource_versions: versions,
    });
    const answer = await stream.next();
    expect(names(answer)).toEqual(['more', 'old']);
    ack(stream, answer);
    const removal = await stream.next();
    expect(removal.removed).toEqual(['gone']);
  });

  it('folds changes that come before the answer into one response', async () => {
    store.set(resourceSet(resource('route', 'r')));
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.route, resource_names_subscribe: ['r'] });
    const first = await stream.next();
    for (let i = 0; i < 20; i++)
      store.set(resourceSet(resource('route', 'r', { max_direct_response_body_size_bytes: i })));
    expect(await fence(stream)).toEqual([]);
    ack(stream, first);
    const second = await stream.next();
    expect(
      decode('envoy.config.route.v3.RouteConfiguration', second.resources[0]?.bytes ?? new Uint8Array()),
    ).toMatchObject({ max_direct_response_body_size_bytes: 19 });
    ack(stream, second);
    expect(await fence(stream)).toEqual([]);
  });

  it('serves thousands of resources, and one change as one resource', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => resource('cluster', `c${index}`));
    store.set(resourceSet(...many));
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.cluster });
    const first = await stream.next();
    expect(first.resources).toHaveLength(5_000);
    ack(stream, first);
    store.set(resourceSet(...many.slice(1), resource('cluster', 'c0', { alt_stat_name: 'x' })));
    expect(names(await stream.next())).toEqual(['c0']);
  });

  it('ignores types that it does not serve and goes on', async () => {
    store.set(resourceSet(resource('cluster', 'a')));
    const stream = delta();
    stream.send({ node: NODE, type_url: 'type.googleapis.com/envoy.service.runtime.v3.Runtime' });
    stream.send({ node: NODE, type_url: TYPE_URL.cluster });
    expect(names(await stream.next())).toEqual(['a']);
  });
});

describe('the order of a change', () => {
  async function envoyWith(...list: Resource[]) {
    store.set(resourceSet(...list));
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.cluster });
    ack(stream, await stream.next());
    stream.send({ type_url: TYPE_URL.endpoint, resource_names_subscribe: ['old'] });
    ack(stream, await stream.next());
    stream.send({ type_url: TYPE_URL.route, resource_names_subscribe: ['r'] });
    ack(stream, await stream.next());
    await settled();
    return stream;
  }

  it('is new clusters, their endpoints, routes, and only then the removal of old clusters', async () => {
    const stream = await envoyWith(resource('cluster', 'old'), resource('endpoint', 'old'), resource('route', 'r'));
    store.set(
      resourceSet(
        resource('cluster', 'new'),
        resource('endpoint', 'new'),
        resource('route', 'r', { virtual_hosts: ONE_HOST }),
      ),
    );
    const clusters = await stream.next();
    expect([clusters.typeUrl, names(clusters), clusters.removed]).toEqual([TYPE_URL.cluster, ['new'], []]);
    expect(await fence(stream)).toEqual([]);
    ack(stream, clusters);
    // The cluster is known, but it has no endpoints yet.
    expect(await fence(stream)).toEqual([]);
    stream.send({ type_url: TYPE_URL.endpoint, resource_names_subscribe: ['new'] });
    const endpoints = await stream.next();
    expect(names(endpoints)).toEqual(['new']);
    ack(stream, endpoints);
    const routes = await stream.next();
    expect([routes.typeUrl, names(routes)]).toEqual([TYPE_URL.route, ['r']]);
    expect(await fence(stream)).toEqual([]);
    ack(stream, routes);
    const gone = [await stream.next(), await stream.next()];
    expect(gone.map((answer) => [answer.typeUrl, answer.removed])).toEqual([
      [TYPE_URL.cluster, ['old']],
      [TYPE_URL.endpoint, ['old']],
    ]);
    expect(server.allAcknowledged().ok).toBe(false);
    for (const answer of gone) ack(stream, answer);
    await settled();
  });

  it('does not wait for ever for a cluster that gets no endpoints', async () => {
    const stream = await envoyWith(resource('cluster', 'old'), resource('endpoint', 'old'), resource('route', 'r'));
    store.set(
      resourceSet(
        resource('cluster', 'new'),
        resource('endpoint', 'new'),
        resource('route', 'r', { virtual_hosts: ONE_HOST }),
      ),
    );
    ack(stream, await stream.next());
    expect((await stream.next()).typeUrl).toBe(TYPE_URL.route);
  });
});

describe('hosts that move to another route table', () => {
  const table = (name: string) => resource('route', name);
  const scope = (name: string, to: string) =>
    resource('scope', name, { route_configuration_name: to, key: { fragments: [{ string_key: name }] } });

  it('are led there once the node has it, and the old table goes last', async () => {
    store.set(resourceSet(table('one'), scope('anchor:one', 'one'), scope('key', 'one')));
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.scope });
    ack(stream, await stream.next());
    stream.send({ type_url: TYPE_URL.route, resource_names_subscribe: ['one'] });
    ack(stream, await stream.next());
    await settled();

    store.set(resourceSet(table('two'), scope('anchor:two', 'two'), scope('key', 'two')));
    const anchor = await stream.next();
    expect([anchor.typeUrl, names(anchor), anchor.removed]).toEqual([TYPE_URL.scope, ['anchor:two'], ['anchor:one']]);
    ack(stream, anchor);
    expect(await fence(stream)).toEqual([]);
    expect(server.allAcknowledged().ok).toBe(false);
    stream.send({ type_url: TYPE_URL.route, resource_names_subscribe: ['two'] });
    const two = await stream.next();
    expect([names(two), two.removed]).toEqual([['two'], []]);
    expect(await fence(stream)).toEqual([]);
    ack(stream, two);
    const moved = await stream.next();
    expect([moved.typeUrl, names(moved)]).toEqual([TYPE_URL.scope, ['key']]);
    expect(await fence(stream)).toEqual([]);
    ack(stream, moved);
    const gone = await stream.next();
    expect([gone.typeUrl, gone.removed]).toEqual([TYPE_URL.route, ['one']]);
    ack(stream, gone);
    await settled();
  });

  it('stay where they are while the new table is refused', async () => {
    store.set(resourceSet(table('one'), scope('key', 'one')));
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.scope });
    ack(stream, await stream.next());
    stream.send({ type_url: TYPE_URL.route, resource_names_subscribe: ['one'] });
    ack(stream, await stream.next());
    await settled();

    store.set(resourceSet(table('two'), scope('anchor:two', 'two'), scope('key', 'two')));
    ack(stream, await stream.next());
    stream.send({ type_url: TYPE_URL.route, resource_names_subscribe: ['two'] });
    const two = await stream.next();
    stream.send({ type_url: TYPE_URL.route, response_nonce: two.nonce, error_detail: { code: 3, message: 'bad' } });
    // Envoy takes no notice of it as long as a scope leads there.
    const gone = await stream.next();
    expect([gone.typeUrl, gone.removed]).toEqual([TYPE_URL.route, ['one']]);
    ack(stream, gone);
    await settled();

    store.set(
      resourceSet(
        resource('route', 'two', { virtual_hosts: ONE_HOST }),
        scope('anchor:two', 'two'),
        scope('key', 'two'),
      ),
    );
    const mended = await stream.next();
    expect(names(mended)).toEqual(['two']);
    ack(stream, mended);
    const moved = await stream.next();
    expect([moved.typeUrl, names(moved)]).toEqual([TYPE_URL.scope, ['key']]);
    ack(stream, moved);
    await settled();
  });
});

describe('a refusal', () => {
  async function routesOf(...list: string[]): Promise<Delta> {
    store.set(resourceSet(...list.map((name) => resource('route', name))));
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.route, resource_names_subscribe: list });
    ack(stream, await stream.next());
    await settled();
    return stream;
  }

  const changed = (name: string) => resource('route', name, { virtual_hosts: ONE_HOST });

  it('of one resource is reported on its objects; that version is not offered again', async () => {
    const stream = await routesOf('a');
    store.set(resourceSet(changed('a')));
    nack(stream, await stream.next(), 'duplicate domain');
    expect(await fence(stream)).toEqual([]);
    expect(nacks).toEqual([
      expect.objectContaining({
        type: 'route',
        resourceName: 'a',
        detail: 'duplicate domain',
        origins: [{ kind: 'Ingress', namespace: 'shop', name: 'of-a' }],
      }),
    ]);
    expect(nacks[0]?.node).toMatchObject({ id: 'gw-1', role: 'gateway', version: '1.40.0' });
    await settled();
    expect(server.status().nodes[0]?.types.route?.lastNack).toMatchObject({
      detail: 'duplicate domain',
      resourceNames: ['a'],
    });
    store.set(resourceSet(resource('route', 'a', { validate_clusters: true })));
    expect(names(await stream.next())).toEqual(['a']);
  });

  it('of several without a name is searched one by one; the good ones get through', async () => {
    const stream = await routesOf('a', 'b', 'c');
    store.set(resourceSet(changed('a'), changed('b'), changed('c')));
    nack(stream, await stream.next(), 'something is wrong');
    const tried: string[] = [];
    for (let i = 0; i < 3; i++) {
      const answer = await stream.next();
      tried.push(...names(answer));
      if (names(answer)[0] === 'b') nack(stream, answer, 'something is wrong');
      else ack(stream, answer);
    }
    expect(tried.sort()).toEqual(['a', 'b', 'c']);
    await settled();
    expect(nacks.map((report) => report.resourceName)).toEqual(['b']);
    expect(await fence(stream)).toEqual([]);
  });

  it('of a listener by name leaves the others alone', async () => {
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.listener });
    ack(stream, await stream.next());
    store.set(resourceSet(resource('listener', 'one'), resource('listener', 'two'), resource('listener', 'three')));
    nack(stream, await stream.next(), 'Error adding/updating listener(s) two: no filter, three: bad address: x');
    const retry = await stream.next();
    expect(names(retry)).toEqual(['one']);
    ack(stream, retry);
    await settled();
    expect(nacks.map((report) => [report.resourceName, report.detail])).toEqual([
      ['two', 'no filter'],
      ['three', 'bad address: x'],
    ]);
  });

  it('goes back to the accepted version for a node that comes later', async () => {
    const stream = await routesOf('a');
    const good = store.served('route').get('a')?.version;
    store.set(resourceSet(changed('a')));
    nack(stream, await stream.next(), 'no');
    await settled();
    const other = delta();
    other.send({ node: { id: 'gw-2' }, type_url: TYPE_URL.route, resource_names_subscribe: ['a'] });
    expect((await other.next()).resources[0]?.version).toBe(good);
  });

  it('by a node that does not speak for all costs the others nothing, and that node nothing that it has', async () => {
    const stream = await routesOf('a');
    const odd = delta();
    const node = { id: 'gw-2', metadata: { native_module: 'other' } };
    odd.send({ node, type_url: TYPE_URL.route, resource_names_subscribe: ['a'] });
    ack(odd, await odd.next());
    await settled();
    store.set(resourceSet(changed('a')));
    nack(odd, await odd.next(), 'no such module');
    ack(stream, await stream.next());
    await settled();
    expect(await fence(odd)).toEqual([]);
    expect(await fence(stream)).toEqual([]);
    expect(nacks).toEqual([expect.objectContaining({ resourceName: 'a', forAll: false })]);
    expect(nacks[0]?.node).toMatchObject({ id: 'gw-2', nativeModule: 'other' });
    expect(store.rejections()).toEqual([]);
    const wanted = store.served('route').get('a')?.version;
    const later = delta();
    later.send({ node: NODE, type_url: TYPE_URL.route, resource_names_subscribe: ['a'] });
    expect((await later.next()).resources[0]?.version).toBe(wanted);
    // What comes next is offered to it again.
    store.set(resourceSet(resource('route', 'a', { virtual_hosts: [{ name: 'b', domains: ['*'] }] })));
    ack(odd, await odd.next());
  });

  it('of the fallback itself ends, rather than going round', async () => {
    const stream = await routesOf('a');
    store.set(resourceSet(changed('a')));
    nack(stream, await stream.next(), 'no');
    const other = delta();
    other.send({ node: { id: 'gw-2' }, type_url: TYPE_URL.route, resource_names_subscribe: ['a'] });
    nack(other, await other.next(), 'neither');
    expect(await fence(other)).toEqual([]);
    await settled();
  });

  it('without an older version does not take away what the node runs from before', async () => {
    store.set(resourceSet(resource('listener', 'l')));
    const stream = delta();
    stream.send({
      node: NODE,
      type_url: TYPE_URL.listener,
      resource_names_subscribe: ['*'],
      initial_resource_versions: { l: 'of-an-earlier-server' },
    });
    nack(stream, await stream.next(), 'no');
    expect(await fence(stream)).toEqual([]);
    await settled();
  });
});

describe('state of the world', () => {
  it('lists all clusters in each response and keeps removed ones until routes let go of them', async () => {
    store.set(resourceSet(resource('cluster', 'old'), resource('route', 'r')));
    const stream = sotw();
    stream.send({ node: NODE, type_url: TYPE_URL.cluster });
    const answer = async (type: keyof typeof TYPE_URL, names?: string[]) => {
      const got = await stream.next();
      expect(got.type_url).toBe(TYPE_URL[type]);
      stream.send({
        type_url: TYPE_URL[type],
        version_info: got.version_info ?? '',
        response_nonce: got.nonce ?? '',
        ...(names === undefined ? {} : { resource_names: names }),
      });
      return (got.resources ?? []).map((one) => one.name);
    };
    expect(await answer('cluster')).toEqual(['old']);
    stream.send({ type_url: TYPE_URL.route, resource_names: ['r'] });
    expect(await answer('route', ['r'])).toEqual(['r']);
    await settled();
    store.set(resourceSet(resource('cluster', 'new'), resource('route', 'r', { virtual_hosts: ONE_HOST })));
    expect((await answer('cluster')).sort()).toEqual(['new', 'old']);
    expect(await answer('route', ['r'])).toEqual(['r']);
    expect(await answer('cluster')).toEqual(['new']);
    await settled();
    expect(stream.waiting).toEqual([]);
  });

  it('sends nothing after a reconnect with the current version', async () => {
    store.set(resourceSet(resource('cluster', 'a'), resource('listener', 'l')));
    const stream = sotw();
    stream.send({ node: NODE, type_url: TYPE_URL.cluster, version_info: store.served('cluster').version });
    stream.send({ type_url: TYPE_URL.listener, version_info: 'another' });
    expect((await stream.next()).type_url).toBe(TYPE_URL.listener);
    expect(server.status().nodes[0]?.types.cluster).toMatchObject({
      settled: true,
      resources: { a: store.served('cluster').get('a')?.version },
    });
  });

  it('sends what a grown list of names adds, and answers a repeated list', async () => {
    store.set(resourceSet(resource('endpoint', 'a'), resource('endpoint', 'b')));
    const stream = sotw();
    const say = (list: string[], nonce = '') =>
      stream.send({ node: NODE, type_url: TYPE_URL.endpoint, resource_names: list, response_nonce: nonce });
    say(['a']);
    const first = await stream.next();
    say(['a'], first.nonce);
    say(['a', 'b'], first.nonce);
    const second = await stream.next();
    expect(second.resources?.map((one) => one.cluster_name)).toEqual(['b']);
    say(['a', 'b'], second.nonce);
    await settled();
    say(['a', 'b'], second.nonce);
    const third = await stream.next();
    expect(third.resources?.map((one) => one.cluster_name)).toEqual(['a', 'b']);
  });

  it('goes back to the accepted set after a refused listener', async () => {
    store.set(resourceSet(resource('listener', 'a')));
    const stream = sotw();
    stream.send({ node: NODE, type_url: TYPE_URL.listener });
    const first = await stream.next();
    stream.send({
      type_url: TYPE_URL.listener,
      version_info: first.version_info ?? '',
      response_nonce: first.nonce ?? '',
    });
    await settled();
    store.set(resourceSet(resource('listener', 'a'), resource('listener', 'bad'), resource('listener', 'good')));
    const second = await stream.next();
    stream.send({
      type_url: TYPE_URL.listener,
      version_info: first.version_info ?? '',
      response_nonce: second.nonce ?? '',
      error_detail: { message: 'Error adding/updating listener(s) bad: why' },
    });
    const third = await stream.next();
    expect(third.resources?.map((one) => one.name).sort()).toEqual(['a', 'good']);
    stream.send({
      type_url: TYPE_URL.listener,
      version_info: third.version_info ?? '',
      response_nonce: third.nonce ?? '',
    });
    await settled();
    expect(nacks.map((report) => report.resourceName)).toEqual(['bad']);
  });
});

describe('the record', () => {
  it('shows nodes, versions and roles, and no contents', async () => {
    store.set(
      resourceSet(
        resource('secret', 's', { generic_secret: { secret: { inline_string: new SecretText('hunter2') } } }),
      ),
    );
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.secret, resource_names_subscribe: ['s'] });
    expect(server.allAcknowledged().ok).toBe(true);
    const answer = await stream.next();
    expect(server.allAcknowledged()).toEqual({ ok: false, waiting: ['gw-1: secret'] });
    expect(server.allAcknowledged({ role: 'plugin-server' })).toEqual({ ok: true });
    expect(server.allAcknowledged({ types: ['route'] })).toEqual({ ok: true });
    ack(stream, answer);
    await settled();
    const status = server.status();
    expect(status.nodes[0]).toMatchObject({
      id: 'gw-1',
      role: 'gateway',
      protocol: 'delta',
      types: {
        secret: {
          subscribed: ['s'],
          settled: true,
          ackedVersion: store.served('secret').version,
          resources: { s: store.served('secret').get('s')?.version },
        },
      },
    });
    expect(status.served.secret).toEqual({ version: store.served('secret').version, count: 1 });
    expect(JSON.stringify(status)).not.toContain('hunter2');
  });

  it('forgets a node that went away, and waits no longer for it', async () => {
    store.set(resourceSet(resource('cluster', 'a')));
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.cluster });
    await stream.next();
    const acknowledged = server.whenAcknowledged(3_000);
    stream.close();
    expect(await acknowledged).toBe(true);
    expect(server.connected()).toBe(0);
  });

  it('gives up waiting after the given time', async () => {
    store.set(resourceSet(resource('cluster', 'a')));
    const stream = delta();
    stream.send({ node: NODE, type_url: TYPE_URL.cluster });
    await stream.next();
    expect(await server.whenAcknowledged(30)).toBe(false);
  });
});

describe('a stream of nonsense', () => {
  it('is ended; the others go on', async () => {
    store.set(resourceSet(resource('cluster', 'a')));
    const good = delta();
    good.send({ node: NODE, type_url: TYPE_URL.cluster });
    ack(good, await good.next());
    const bad = new RawStream<Buffer, Buffer>(
      address,
      DELTA_METHOD.path,
      (bytes) => bytes,
      (bytes) => bytes,
    );
    streams.push(bad);
    bad.send(Buffer.from('0a05', 'hex'));
    expect(await bad.ended).toMatch(/ends too early/);
    store.set(resourceSet(resource('cluster', 'b')));
    expect(names(await good.next())).toEqual(['b']);
  });
});

describe('a Unix socket', () => {
  it('replaces a stale file, is open to its owner only, and goes on stop', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hg-'));
    const path = join(dir, 'ads.sock');
    writeFileSync(path, 'left behind');
    const other = new AdsServer({ store, log: SILENT });
    await other.listen({ address: { path } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const stream = deltaStream({ path });
    streams.push(stream);
    stream.send({ node: NODE, type_url: TYPE_URL.cluster });
    await stream.next();
    await other.stop();
    expect(() => statSync(path)).toThrow('ENOENT');
    rmSync(dir, { recursive: true });
  });
});
