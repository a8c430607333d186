/**
 * Splits the hosts of a listener over route tables: each exact host is in the table of its key, wildcard hosts are in all of them, so that
 * within any table the most specific host still wins. Keeps its memory between builds, so that a table is split or merged seldom.
 */
import { difference } from '#lib/difference.ts';
import { changedSorted } from '#lib/sorted.ts';
import { KEY_COUNT } from './host-key.ts';
import { type Leaf, ShardTree } from './shard-tree.ts';

export interface Shard<T> {
  /** Name of the RouteConfiguration. */
  readonly name: string;
  /** By key and name, exact hosts before wildcards. The same array as before when none is another. */
  readonly hosts: readonly T[];
}

export interface Sharding<T> {
  readonly shards: readonly Shard<T>[];
  /** By key: the name of its RouteConfiguration. The same array as before when no key moved. */
  readonly shardOfKey: readonly string[];
}

export interface ShardedHost {
  readonly name: string;
  /** `hostKey` of its name. */
  readonly shardKey: number | undefined;
}

export class HostSharder<T extends ShardedHost> {
  readonly #listener: string;
  readonly #tree = new ShardTree();
  #from: readonly T[] = [];
  readonly #byKey: (readonly T[])[] = Array.from({ length: KEY_COUNT }, () => []);
  #everywhere: readonly T[] = [];
  #leaves: readonly Leaf[] = [];
  #shards: readonly Shard<T>[] = [];
  #shardOfKey: readonly string[] = [];

  constructor(listener: string) {
    this.#listener = listener;
  }

  shard(hosts: readonly T[]): Sharding<T> {
    const { removed, added } = difference(this.#from, hosts);
    this.#from = hosts;
    if (removed.length + added.length > 0 || this.#leaves.length === 0) this.#change(removed, added);
    return { shards: this.#shards, shardOfKey: this.#shardOfKey };
  }

  #change(removed: readonly T[], added: readonly T[]): void {
    const [gone, come] = [grouped(removed), grouped(added)];
    const touched = new Set([...gone.keys(), ...come.keys()]);
    for (const key of touched) {
      const change = (list: readonly T[]) =>
        changedSorted(list, gone.get(key) ?? [], come.get(key) ?? [], ({ name }) => name);
      if (key === undefined) this.#everywhere = change(this.#everywhere);
      else this.#byKey[key] = change(this.#byKey[key]!);
    }
    const before = new Map(this.#leaves.map((leaf, at) => [leaf, this.#shards[at]]));
    const leaves = this.#tree.grow(
      this.#byKey.map(({ length }) => length),
      this.#everywhere.length,
    );
    if (leaves !== this.#leaves) {
      this.#leaves = leaves;
      const shardOfKey: string[] = [];
      for (const leaf of leaves) for (const key of leaf.keys) shardOfKey[key] = this.#name(leaf);
      this.#shardOfKey = shardOfKey;
    }
    this.#shards = leaves.map((leaf) => {
      const known = touched.has(undefined) || leaf.keys.some((key) => touched.has(key)) ? undefined : before.get(leaf);
      if (known !== undefined) return known;
      return {
        name: this.#name(leaf),
        hosts: [...leaf.keys.flatMap((key) => this.#byKey[key]!), ...this.#everywhere],
      };
    });
  }

  #name({ bits }: Leaf): string {
    return bits === '' ? this.#listener : `${this.#listener}/${bits}`;
  }
}

function grouped<T extends ShardedHost>(hosts: readonly T[]): Map<number | undefined, T[]> {
  return Map.groupBy(hosts, ({ shardKey }) => shardKey);
}
