/**
 * Splits the hosts of a listener over route tables: each exact host is in the table of its key, wildcard hosts are in all of them, so that
 * within any table the most specific host still wins. Keeps its memory between builds, so that a table is split or merged seldom.
 */
import { KEY_COUNT } from './host-key.ts';
import { type Leaf, ShardTree } from './shard-tree.ts';

export interface Shard<T> {
  /** Name of the RouteConfiguration. */
  readonly name: string;
  /** In the order in which they came, exact hosts before wildcards. */
  readonly hosts: readonly T[];
}

export interface Sharding<T> {
  readonly shards: readonly Shard<T>[];
  /** By key: the name of its RouteConfiguration. The same array as before when no key moved. */
  readonly shardOfKey: readonly string[];
}

export interface ShardedHost {
  /** `hostKey` of its name. */
  readonly shardKey: number | undefined;
}

export class HostSharder<T extends ShardedHost> {
  readonly #listener: string;
  readonly #tree = new ShardTree();
  #leaves: readonly Leaf[] = [];
  #shardOfKey: readonly string[] = [];

  constructor(listener: string) {
    this.#listener = listener;
  }

  shard(hosts: readonly T[]): Sharding<T> {
    const byKey: T[][] = Array.from({ length: KEY_COUNT }, () => []);
    const everywhere: T[] = [];
    for (const host of hosts) {
      (host.shardKey === undefined ? everywhere : byKey[host.shardKey]!).push(host);
    }
    const leaves = this.#tree.grow(
      byKey.map(({ length }) => length),
      everywhere.length,
    );
    if (leaves !== this.#leaves) {
      this.#leaves = leaves;
      const shardOfKey: string[] = [];
      for (const leaf of leaves) for (const key of leaf.keys) shardOfKey[key] = this.#name(leaf);
      this.#shardOfKey = shardOfKey;
    }
    const shards = leaves.map((leaf) => ({
      name: this.#name(leaf),
      hosts: [...leaf.keys.flatMap((key) => byKey[key]!), ...everywhere],
    }));
    return { shards, shardOfKey: this.#shardOfKey };
  }

  #name({ bits }: Leaf): string {
    return bits === '' ? this.#listener : `${this.#listener}/${bits}`;
  }
}
