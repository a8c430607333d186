import { describe, expect, it } from '@jest/globals';
import type { Gateway } from '#ir/types.ts';
import { createLogger } from '#lib/log.ts';
import type { World } from '#model/world.ts';
import { RESOURCE_TYPES } from '#xds/snapshot/order.ts';
import type { Resource, ResourceSet, ResourceType } from '#xds/snapshot/resources.ts';
import { Pipeline, type PipelineParts } from './pipeline.ts';

type Names = Partial<Record<ResourceType, readonly string[]>>;

function resources(names: Names): ResourceSet {
  const one = (type: ResourceType, name: string): [string, Resource] => [
    name,
    { type, name, message: {}, origins: [] },
  ];
  return Object.fromEntries(
    RESOURCE_TYPES.map((type) => [type, new Map((names[type] ?? []).map((name) => one(type, name)))]),
  ) as unknown as ResourceSet;
}

/** A pipeline whose world is the names of the resources that it makes. */
function pipeline(parts: Partial<PipelineParts> = {}) {
  const published: Names[] = [];
  const made = new Pipeline({
    translate: (world) => ({ gateway: world as unknown as Gateway, problems: [] }),
    build: (gateway) => ({ resources: resources(gateway as unknown as Names), problems: [], explain: [] }),
    publish: (set) =>
      published.push(
        Object.fromEntries(
          RESOURCE_TYPES.filter((type) => set[type].size > 0).map((type) => [type, [...set[type].keys()]]),
        ),
      ),
    chainsAcknowledged: () => Promise.resolve(true),
    gatewaysAcknowledged: () => Promise.resolve(true),
    onResult: () => undefined,
    onTiming: () => undefined,
    log: createLogger({ component: 'test', level: 'silent' }),
    ...parts,
  });
  const ask = (names: Names) => made.request(() => names as unknown as World);
  return { made, published, ask };
}

async function idle(made: Pipeline): Promise<void> {
  while (!made.idle) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

describe('the pipeline', () => {
  it('gives plugin servers a chain before Envoy a route that names it, and takes it away after', async () => {
    const { made, published, ask } = pipeline();
    ask({ route: ['with-a'], chain: ['a'] });
    await idle(made);
    ask({ route: ['with-b'], chain: ['b'] });
    await idle(made);
    expect(published).toEqual([
      { chain: ['a'] },
      { route: ['with-a'], chain: ['a'] },
      { route: ['with-a'], chain: ['a', 'b'] },
      { route: ['with-b'], chain: ['a', 'b'] },
      { route: ['with-b'], chain: ['b'] },
    ]);
  });

  it('does not wait for plugin servers when no chain is new', async () => {
    let waits = 0;
    const { made, published, ask } = pipeline({
      chainsAcknowledged: () => {
        waits += 1;
        return Promise.resolve(true);
      },
    });
    ask({ route: ['one'], chain: ['a'] });
    await idle(made);
    ask({ route: ['two'], chain: ['a'] });
    await idle(made);
    expect(waits).toBe(1);
    expect(published.at(-1)).toEqual({ route: ['two'], chain: ['a'] });
  });

  it('folds a burst of requests into one run with the newest world', async () => {
    const { made, published, ask } = pipeline();
    for (let n = 0; n < 50; n += 1) ask({ route: [`r${n}`] });
    await idle(made);
    expect(published).toEqual([{ route: ['r49'] }]);
  });

  it('keeps what is published when a run fails, and goes on with the next', async () => {
    const { made, published, ask } = pipeline({
      translate: (world) => {
        if ('cluster' in world) throw new Error('a defect');
        return { gateway: world as unknown as Gateway, problems: [] };
      },
    });
    ask({ route: ['good'] });
    await idle(made);
    ask({ cluster: ['x'] });
    await idle(made);
    ask({ route: ['better'] });
    await idle(made);
    expect(published).toEqual([{ route: ['good'] }, { route: ['better'] }]);
  });

  it('is not idle before the first publication', () => {
    const { made } = pipeline();
    expect(made.idle).toBe(false);
  });
});
