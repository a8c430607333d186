import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { resource, resourceSet, SILENT } from '#test/xds.ts';
import { TYPE_URL } from '#xds/snapshot/resources.ts';
import { SnapshotStore } from '#xds/snapshot/store.ts';
import { AdsServer, type NackReport } from './ads-server.ts';
import { AdsClient, type ResourceUpdate } from './client.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Serving {
  readonly server: AdsServer;
  readonly port: number;
}

async function serve(store: SnapshotStore, port = 0, onNack?: (report: NackReport) => void): Promise<Serving> {
  const server = new AdsServer({ store, log: SILENT, ...(onNack === undefined ? {} : { onNack }) });
  const bound = await server.listen({ address: { host: '127.0.0.1', port } });
  closers.push(() => server.stop());
  return { server, port: bound };
}

/** A client whose updates are waited for one by one. */
function subscribe(
  port: number,
  take: (update: ResourceUpdate) => void = () => {},
  more: readonly string[] = [],
  answerWithinMs = 3_000,
) {
  const updates: { upsert: Record<string, unknown>; removed: readonly string[] }[] = [];
  let wake = () => {};
  const onResources = (update: ResourceUpdate) => {
    updates.push({
      upsert: Object.fromEntries(
        [...update.upsert].map(([name, bytes]) => [name, JSON.parse(Buffer.from(bytes).toString())]),
      ),
      removed: update.removed,
    });
    wake();
    take(update);
  };
  const client = new AdsClient({
    address: { host: '127.0.0.1', port },
    node: { id: 'plugins-1', cluster: 'higress-plugin-server' },
    log: SILENT,
    firstDelayMs: 10,
    maxDelayMs: 50,
    answerWithinMs,
    subscriptions: [TYPE_URL.chain, ...more].map((typeUrl) => ({ typeUrl, onResources })),
  });
  client.start();
  closers.push(() => client.stop());
  const next = async () => {
    while (updates.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return updates.shift();
  };
  return { client, next, updates };
}

const chain = (id: string, plugins: unknown[] = []) => resource('chain', id, { id, kind: 'filter', plugins });

describe('AdsClient', () => {
  it('takes chains, changes and removals, and acknowledges them', async () => {
    const store = new SnapshotStore();
    store.set(resourceSet(chain('a'), resource('cluster', 'not-for-it')));
    const { server, port } = await serve(store);
    const { client, next } = subscribe(port);
    expect(await next()).toEqual({ upsert: { a: { name: 'a', id: 'a', kind: 'filter', plugins: [] } }, removed: [] });
    expect(await server.whenAcknowledged(2_000, { role: 'plugin-server' })).toBe(true);
    expect(client.synced).toBe(true);
    store.set(resourceSet(chain('b')));
    expect(await next()).toMatchObject({ upsert: { b: { id: 'b' } }, removed: ['a'] });
    expect(await server.whenAcknowledged(2_000)).toBe(true);
    expect(server.status().nodes[0]).toMatchObject({ id: 'plugins-1', role: 'plugin-server' });
  });

  it('is told at once that there is nothing', async () => {
    const { port } = await serve(new SnapshotStore());
    expect(await subscribe(port).next()).toEqual({ upsert: {}, removed: [] });
  });

  it('sends the reason of what it throws; other chains go on', async () => {
    const store = new SnapshotStore();
    const nacks: NackReport[] = [];
    const { server, port } = await serve(store, 0, (report) => nacks.push(report));
    const { next } = subscribe(port, ({ upsert }) => {
      if (upsert.has('bad')) throw new Error('no plugin of that name');
    });
    await next();
    store.set(resourceSet(chain('bad'), chain('good')));
    expect(Object.keys((await next())?.upsert ?? {}).sort()).toEqual(['bad', 'good']);
    const alone = [await next(), await next()].map((update) => Object.keys(update?.upsert ?? {}));
    expect(alone.flat().sort()).toEqual(['bad', 'good']);
    expect(await server.whenAcknowledged(2_000)).toBe(true);
    expect(nacks).toEqual([
      expect.objectContaining({ type: 'chain', resourceName: 'bad', detail: 'no plugin of that name' }),
    ]);
  });

  it('comes back after the server did, and gets only what changed', async () => {
    const store = new SnapshotStore();
    store.set(resourceSet(chain('a'), chain('b'), chain('c')));
    const first = await serve(store);
    const { next } = subscribe(first.port);
    await next();
    expect(await first.server.whenAcknowledged(2_000)).toBe(true);
    await first.server.stop();
    store.set(resourceSet(chain('a'), chain('b', [1]), chain('d')));
    await serve(store, first.port);
    const update = await next();
    expect(Object.keys(update?.upsert ?? {}).sort()).toEqual(['b', 'd']);
    expect(update?.removed).toEqual(['c']);
  });

  it('takes several types over one stream', async () => {
    const store = new SnapshotStore();
    store.set(resourceSet(chain('a'), resource('upstream', 'u', { name: 'u', dns: false, endpoints: [] })));
    const { server, port } = await serve(store);
    const { client, next } = subscribe(port, () => {}, [TYPE_URL.upstream]);
    const both = [await next(), await next()].flatMap((update) => Object.keys(update?.upsert ?? {}));
    expect(both.sort()).toEqual(['a', 'u']);
    expect(await server.whenAcknowledged(2_000, { role: 'plugin-server' })).toBe(true);
    expect(client.synced).toBe(true);
    expect(server.status().nodes).toHaveLength(1);
    store.set(resourceSet(chain('a')));
    expect(await next()).toEqual({ upsert: {}, removed: ['u'] });
  });

  it("tries anew over another connection when there is no answer, as from an address that is nobody's any more", async () => {
    const store = new SnapshotStore();
    store.set(resourceSet(chain('a')));
    const { port } = await serve(store);
    const sockets: Socket[] = [];
    const silentFirst = createServer((socket) => {
      socket.on('error', () => undefined);
      if (sockets.push(socket) === 1) return;
      const through = connect(port, '127.0.0.1').on('error', () => undefined);
      sockets.push(through);
      socket.pipe(through).pipe(socket);
    });
    await new Promise<void>((resolve) => silentFirst.listen(0, '127.0.0.1', resolve));
    closers.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silentFirst.close(resolve));
    });
    const { next } = subscribe((silentFirst.address() as AddressInfo).port, undefined, [], 200);
    expect(await next()).toMatchObject({ upsert: { a: { id: 'a' } } });
    expect(sockets.length).toBeGreaterThan(2);
  });

  it('keeps trying a server that is not there yet', async () => {
    const store = new SnapshotStore();
    store.set(resourceSet(chain('a')));
    const probe = await serve(store);
    await probe.server.stop();
    const { next } = subscribe(probe.port);
    await serve(store, probe.port);
    expect(await next()).toMatchObject({ upsert: { a: { id: 'a' } } });
  });
});
