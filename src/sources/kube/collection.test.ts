import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Ingress } from '#model/ingress/ingress.ts';
import { parseIngress } from '#model/ingress/ingress.ts';
import { Collection } from './collection.ts';
import type { RawObject } from './reflector.ts';

let changes = 0;
let asides = 0;
let collection: Collection<Ingress>;

beforeEach(() => {
  changes = 0;
  asides = 0;
  collection = new Collection<Ingress>({
    kind: 'Ingress',
    apiVersion: 'networking.k8s.io/v1',
    parse: parseIngress,
    wanted: ({ metadata }) => metadata.name !== 'unwanted',
    aside: ({ status }) => status,
    onChange: () => {
      changes += 1;
    },
    onAside: () => {
      asides += 1;
    },
    onFailed: () => undefined,
    onRecovered: () => undefined,
  });
});

const raw = (name: string, version: number, more: object = {}, metadata: object = {}): RawObject => ({
  metadata: { name, namespace: 'ns', resourceVersion: String(version), ...metadata },
  spec: {
    rules: [
      {
        host: `${name}.test`,
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
        },
      },
    ],
  },
  ...more,
});
const list = (...objects: RawObject[]) => {
  collection.listing();
  for (const object of objects) collection.seen(object);
  collection.listed();
};
const names = () => collection.objects.map(({ metadata }) => metadata.name);

describe('a collection', () => {
  it('holds what a list says, and drops what the next one lacks', () => {
    expect(collection.synced).toBe(false);
    list(raw('a', 1), raw('b', 1));
    expect([names(), collection.synced]).toEqual([['a', 'b'], true]);
    list(raw('b', 1), raw('c', 2));
    expect(names()).toEqual(['b', 'c']);
  });

  it('keeps the same object over a list that tells nothing new, and over changes of its status alone', () => {
    list(raw('a', 1));
    const [before] = collection.objects;
    changes = 0;
    list(raw('a', 1));
    expect(collection.objects[0]).toBe(before);
    changes = 0;
    collection.changed(raw('a', 2, { status: { loadBalancer: {} } }, { managedFields: [{}] }));
    expect([collection.objects[0] === before, changes, asides]).toEqual([true, 0, 1]);
    expect(collection.aside('ns', 'a')).toEqual({ loadBalancer: {} });
    collection.changed(raw('a', 3, { spec: { rules: [] } }));
    expect([collection.objects[0] === before, changes]).toEqual([false, 1]);
  });

  it('knows an object of a list again in a watch, which names the kind too', () => {
    list(raw('a', 1));
    changes = 0;
    collection.changed({ kind: 'Ingress', apiVersion: 'networking.k8s.io/v1', ...raw('a', 2, { status: {} }) });
    expect([changes, asides]).toEqual([0, 1]);
  });

  it('takes the answer to a write as known, when it is newer than what it knows', () => {
    list(raw('a', 9));
    changes = 0;
    const answer: RawObject = {
      kind: 'Ingress',
      ...raw('a', 10, { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } }),
    };
    collection.wrote(answer);
    expect([collection.aside('ns', 'a'), changes]).toEqual([answer.status, 0]);
    // The watch brings it a second time.
    collection.changed(answer);
    expect([changes, asides]).toEqual([0, 0]);
    collection.changed(raw('a', 11, { status: {} }));
    collection.wrote(answer);
    expect(collection.aside('ns', 'a')).toEqual({});
  });

  it('leaves an answer to the watch that is of another specification, or of an object that is gone', () => {
    list(raw('a', 1), raw('b', 1));
    collection.wrote(raw('a', 2, { spec: { rules: [] }, status: {} }));
    collection.deleted(raw('b', 2));
    collection.wrote(raw('b', 3, { status: {} }));
    expect([names(), collection.aside('ns', 'a')]).toEqual([['a'], undefined]);
    changes = 0;
    collection.changed(raw('a', 2, { spec: { rules: [] }, status: {} }));
    expect(changes).toBe(1);
  });

  it('does not hold what nobody reads', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'higress.io/x': 'y' };
    list(raw('a', 1, {}, { annotations }), raw('unwanted', 1));
    expect(names()).toEqual(['a']);
    expect(collection.objects[0]?.metadata.annotations).toEqual({ 'higress.io/x': 'y' });
  });

  it('keeps the last good version of an object that turns bad, and says so', () => {
    list(raw('a', 1));
    const [good] = collection.objects;
    collection.changed(raw('a', 2, { spec: 'nonsense' }));
    expect(collection.objects[0]).toBe(good);
    expect(collection.problems[0]?.hint).toContain('last valid version');
    collection.changed(raw('a', 3));
    expect(collection.problems).toEqual([]);
    collection.deleted(raw('a', 4));
    expect(names()).toEqual([]);
  });
});
