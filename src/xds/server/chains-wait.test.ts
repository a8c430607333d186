import { afterEach, describe, expect, it } from '@jest/globals';
import { deltaStream, resource, resourceSet, SILENT } from '#test/xds.ts';
import { TYPE_URL } from '#xds/snapshot/resources.ts';
import { SnapshotStore } from '#xds/snapshot/store.ts';
import { AdsServer } from './ads-server.ts';
import type { Address } from './transport.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(store: SnapshotStore, chainsWaitMs: number): Promise<{ server: AdsServer; address: Address }> {
  const server = new AdsServer({ store, log: SILENT, chainsWaitMs });
  closers.push(() => server.stop());
  return {
    server,
    address: { host: '127.0.0.1', port: await server.listen({ address: { host: '127.0.0.1', port: 0 } }) },
  };
}

function connect(address: Address, cluster: string, typeUrl: string) {
  const stream = deltaStream(address);
  closers.push(() => stream.close());
  stream.send({ node: { id: cluster, cluster }, type_url: typeUrl, resource_names_subscribe: ['*'] });
  return stream;
}

const gateway = (address: Address) => connect(address, 'higress-gateway', TYPE_URL.cluster);
const pluginServer = (address: Address) => connect(address, 'higress-plugin-server', TYPE_URL.chain);

function withChain(): SnapshotStore {
  const store = new SnapshotStore();
  store.set(resourceSet(resource('cluster', 'a'), resource('chain', 'c', { id: 'c', kind: 'filter', plugins: [] })));
  return store;
}

describe('a gateway that connects after the start', () => {
  it('gets nothing, and counts as waiting, until a plugin server has confirmed the chains', async () => {
    const { server, address } = await serve(withChain(), 60_000);
    const first = gateway(address);
    const plugins = pluginServer(address);
    const chains = await plugins.next();
    // One that has been sent the chains does not have them yet.
    await expect(first.next(100)).rejects.toThrow();
    expect(server.allAcknowledged({ role: 'gateway' })).toEqual({ ok: false, waiting: ['higress-gateway: cluster'] });
    plugins.send({ type_url: TYPE_URL.chain, response_nonce: chains.nonce });
    expect((await first.next()).resources.map(({ name }) => name)).toEqual(['a']);
    // From then on they do not wait, whoever is connected.
    plugins.close();
    expect((await gateway(address).next()).resources).toHaveLength(1);
  });

  it('waits no longer than it is told to', async () => {
    const { address } = await serve(withChain(), 50);
    expect((await gateway(address).next()).resources).toHaveLength(1);
  });

  it('does not wait where there are no chains', async () => {
    const store = new SnapshotStore();
    store.set(resourceSet(resource('cluster', 'a')));
    const { address } = await serve(store, 60_000);
    expect((await gateway(address).next()).resources).toHaveLength(1);
  });
});
