/** A cluster that is replaced gets its endpoints again. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deltaStream, type RawStream, resource, resourceSet, SILENT, sotwStream } from '#test/xds.ts';
import { TYPE_URL } from '#xds/snapshot/resources.ts';
import { SnapshotStore } from '#xds/snapshot/store.ts';
import { AdsServer } from './ads-server.ts';

const NODE = { id: 'gw-1', cluster: 'higress-gateway' };
const endpoints = resource('endpoint', 'web', {
  endpoints: [
    { lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: 1 } } } }] },
  ],
});
const cluster = (lb_policy: string) => resource('cluster', 'web', { lb_policy });

let store: SnapshotStore;
let server: AdsServer;
let address: { host: string; port: number };
let stream: { close(): void } | undefined;

beforeEach(async () => {
  store = new SnapshotStore();
  store.set(resourceSet(cluster('RANDOM'), endpoints));
  server = new AdsServer({ store, log: SILENT, readyWaitMs: 300 });
  address = { host: '127.0.0.1', port: await server.listen({ address: { host: '127.0.0.1', port: 0 } }) };
});

afterEach(async () => {
  stream?.close();
  await server.stop();
});

function opened<T extends RawStream<never, unknown>>(one: T): T {
  stream = one;
  return one;
}

describe('a replaced cluster', () => {
  it('gets its endpoints again in delta, before it is confirmed', async () => {
    const node = opened(deltaStream(address));
    node.send({ node: NODE, type_url: TYPE_URL.cluster });
    const first = await node.next();
    node.send({ type_url: TYPE_URL.endpoint, resource_names_subscribe: ['web'] });
    const filled = await node.next();
    node.send({ type_url: TYPE_URL.cluster, response_nonce: first.nonce });
    node.send({ type_url: TYPE_URL.endpoint, response_nonce: filled.nonce });
    expect(await server.whenAcknowledged(2_000)).toBe(true);

    store.set(resourceSet(cluster('RING_HASH'), endpoints));
    const replaced = await node.next();
    const again = await node.next();
    expect([replaced.typeUrl, again.typeUrl]).toEqual([TYPE_URL.cluster, TYPE_URL.endpoint]);
    node.send({ type_url: TYPE_URL.endpoint, response_nonce: again.nonce });
    node.send({ type_url: TYPE_URL.cluster, response_nonce: replaced.nonce });
    expect(await server.whenAcknowledged(2_000)).toBe(true);
    expect(node.waiting).toEqual([]);
  });

  it('gets them in the state of the world when it asks', async () => {
    const node = opened(sotwStream(address));
    node.send({ node: NODE, type_url: TYPE_URL.cluster });
    const first = await node.next();
    node.send({ type_url: TYPE_URL.endpoint, resource_names: ['web'] });
    const filled = await node.next();
    const ack = (type: 'cluster' | 'endpoint', { nonce = '', version_info = '' }, names: string[] = []) =>
      node.send({ type_url: TYPE_URL[type], response_nonce: nonce, version_info, resource_names: names });
    ack('cluster', first);
    ack('endpoint', filled, ['web']);
    expect(await server.whenAcknowledged(2_000)).toBe(true);

    store.set(resourceSet(cluster('RING_HASH'), endpoints));
    const replaced = await node.next();
    expect(replaced.type_url).toBe(TYPE_URL.cluster);
    ack('endpoint', filled, ['web']);
    expect((await node.next()).type_url).toBe(TYPE_URL.endpoint);
  });
});
