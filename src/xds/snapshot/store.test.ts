import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resource, resourceSet } from '#test/xds.ts';
import { encodeResource } from './encoded.ts';
import type { Resource } from './resources.ts';
import { type SnapshotChange, SnapshotStore } from './store.ts';

function changesOf(store: SnapshotStore): Record<string, string[]>[] {
  const seen: Record<string, string[]>[] = [];
  store.onChange((change: SnapshotChange) =>
    seen.push(Object.fromEntries([...change].map(([type, names]) => [type, [...names].sort()]))),
  );
  return seen;
}

const version = (store: SnapshotStore, type: Resource['type'], name: string) => store.served(type).get(name)?.version;

describe('SnapshotStore', () => {
  it('tells what changed, and nothing when the content is the same', () => {
    const store = new SnapshotStore();
    const changes = changesOf(store);
    const a = resource('cluster', 'a');
    store.set(resourceSet(a, resource('cluster', 'b'), resource('route', 'r')));
    store.set(resourceSet(a, resource('cluster', 'b'), resource('route', 'r')));
    store.set(resourceSet(a, resource('cluster', 'b', { alt_stat_name: 'x' }), resource('cluster', 'c')));
    expect(changes).toEqual([
      { cluster: ['a', 'b'], route: ['r'] },
      { cluster: ['b', 'c'], route: ['r'] },
    ]);
  });

  it('encodes a resource object once', () => {
    let calls = 0;
    const store = new SnapshotStore((one) => {
      calls++;
      return encodeResource(one);
    });
    const a = resource('cluster', 'a');
    store.set(resourceSet(a));
    store.set(resourceSet(a, resource('cluster', 'b')));
    store.set(resourceSet(a));
    expect(calls).toBe(2);
  });

  it('has a version per type that depends on names and contents only, not on history or order', () => {
    const names: fc.Arbitrary<string[]> = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'));
    const content = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('x', 'y'));
    const make = (entries: [string, string][]) =>
      resourceSet(...entries.map(([name, stat]) => resource('cluster', name, { alt_stat_name: stat })));
    fc.assert(
      fc.property(fc.array(content, { maxLength: 5 }), content, names, (history, last, order) => {
        const long = new SnapshotStore();
        for (const step of history) long.set(make(Object.entries(step)));
        long.set(make(Object.entries(last)));
        const short = new SnapshotStore();
        short.set(make(Object.entries(last).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))));
        expect(long.served('cluster').version).toBe(short.served('cluster').version);
        expect(long.served('cluster').size).toBe(Object.keys(last).length);
      }),
    );
  });

  it('differs in version when names or contents differ', () => {
    const of = (...list: Resource[]) => {
      const store = new SnapshotStore();
      store.set(resourceSet(...list));
      return store.served('cluster').version;
    };
    const versions = [
      of(),
      of(resource('cluster', 'a')),
      of(resource('cluster', 'b')),
      of(resource('cluster', 'a', { alt_stat_name: 'x' })),
      of(resource('cluster', 'a'), resource('cluster', 'b')),
    ];
    expect(new Set(versions).size).toBe(versions.length);
  });

  it('keeps the last good version of a resource that cannot be encoded, and says so', () => {
    const store = new SnapshotStore();
    store.set(resourceSet(resource('route', 'r', { validate_clusters: true })));
    const good = version(store, 'route', 'r');
    const problems = store.set(resourceSet(resource('route', 'r', { virtual_host: [] }), resource('route', 's')));
    expect(problems).toEqual([
      {
        type: 'route',
        name: 'r',
        origins: [{ kind: 'Ingress', namespace: 'shop', name: 'of-r' }],
        detail: expect.stringContaining('virtual_hosts'),
      },
    ]);
    expect(version(store, 'route', 'r')).toBe(good);
    expect(version(store, 'route', 's')).toBeDefined();
  });

  it('repeats the problem of a resource as long as it is there', () => {
    const store = new SnapshotStore();
    const bad = resourceSet(resource('route', 'r', { virtual_host: [] }));
    const first = store.set(bad);
    expect(first).toHaveLength(1);
    expect(store.set(bad)).toEqual(first);
    expect(store.set({ ...bad, route: new Map(bad.route) })).toEqual(first);
    expect(store.set(resourceSet(resource('route', 'r')))).toEqual([]);
  });

  it('serves the last accepted version of a refused resource until its content changes', () => {
    const store = new SnapshotStore();
    const good = resource('route', 'r');
    store.set(resourceSet(good));
    const accepted = store.served('route').get('r');
    store.accept('route', accepted as never);
    store.set(resourceSet(resource('route', 'r', { validate_clusters: true })));
    const bad = version(store, 'route', 'r') as string;

    expect(store.reject('route', 'r', bad, 'no')).toMatchObject({
      name: 'r',
      version: bad,
      fallback: accepted?.version,
    });
    expect(version(store, 'route', 'r')).toBe(accepted?.version);
    // The same content again changes nothing.
    store.set(resourceSet(resource('route', 'r', { validate_clusters: true })));
    expect(version(store, 'route', 'r')).toBe(accepted?.version);
    expect(store.rejections()).toHaveLength(1);

    store.set(resourceSet(resource('route', 'r', { validate_clusters: false })));
    expect(store.rejections()).toEqual([]);
    expect(version(store, 'route', 'r')).not.toBe(bad);
  });

  it('withholds a refused resource that was never accepted', () => {
    const store = new SnapshotStore();
    store.set(resourceSet(resource('listener', 'l')));
    store.reject('listener', 'l', version(store, 'listener', 'l') as string, 'no');
    expect(store.served('listener').get('l')).toBeUndefined();
    expect(store.isWithheld('listener', 'l')).toBe(true);
  });

  it('falls back behind a version that one node took and another refused', () => {
    const store = new SnapshotStore();
    store.set(resourceSet(resource('route', 'r')));
    const first = store.served('route').get('r');
    store.accept('route', first as never);
    store.set(resourceSet(resource('route', 'r', { validate_clusters: true })));
    const second = store.served('route').get('r');
    store.accept('route', second as never);
    store.reject('route', 'r', second?.version as string, 'no');
    expect(version(store, 'route', 'r')).toBe(first?.version);
  });

  it('brings back the clusters that a refused route still leads to, and lets them go after', () => {
    const store = new SnapshotStore();
    store.set(resourceSet(resource('route', 'r'), resource('cluster', 'old')));
    store.accept('route', store.served('route').get('r') as never);
    store.set(resourceSet(resource('route', 'r', { validate_clusters: true }), resource('cluster', 'new')));
    expect([...store.served('cluster').names()]).toEqual(['new']);
    store.reject('route', 'r', version(store, 'route', 'r') as string, 'no');
    expect([...store.served('cluster').names()].sort()).toEqual(['new', 'old']);
    // Other changes meanwhile do not take it away.
    store.set(
      resourceSet(
        resource('route', 'r', { validate_clusters: true }),
        resource('cluster', 'new'),
        resource('cluster', 'newer'),
      ),
    );
    expect([...store.served('cluster').names()].sort()).toEqual(['new', 'newer', 'old']);
    store.set(resourceSet(resource('route', 'r', { validate_clusters: false }), resource('cluster', 'new')));
    expect([...store.served('cluster').names()]).toEqual(['new']);
  });

  it('ignores a refusal of a version that is no longer current', () => {
    const store = new SnapshotStore();
    store.set(resourceSet(resource('route', 'r')));
    const old = version(store, 'route', 'r') as string;
    store.set(resourceSet(resource('route', 'r', { validate_clusters: true })));
    expect(store.reject('route', 'r', old, 'no')).toBeUndefined();
    expect(store.rejections()).toEqual([]);
  });

  it('takes chains as JSON', () => {
    const store = new SnapshotStore();
    store.set(resourceSet(resource('chain', 'abc', { id: 'abc', kind: 'filter', plugins: [] })));
    expect(JSON.parse(Buffer.from(store.served('chain').get('abc')?.bytes ?? []).toString())).toMatchObject({
      id: 'abc',
      kind: 'filter',
    });
  });
});
