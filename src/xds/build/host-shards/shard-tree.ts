/**
 * Which keys share a route table. Keys are split bit by bit, lowest bit first, where a table would hold too many hosts, so a split or a merge
 * changes one table into two or back, and every other table stays as it is.
 */
import { KEY_BITS, KEY_COUNT } from './host-key.ts';

/** A table is split when it would hold more exact hosts. Envoy applies a change of one in about 12 µs for each host in it. */
const MAX_HOSTS = 100;
/** Two tables become one again when they hold fewer than this share of the limit together. */
const MERGE_SHARE = 0.5;

export interface Leaf {
  /** The key's lowest bits that all keys of the leaf have, as text, lowest first; empty = all keys. */
  readonly bits: string;
  readonly keys: readonly number[];
}

export class ShardTree {
  readonly #split = new Set<string>();
  #leaves: readonly Leaf[] = [];

  /**
   * The tables for so many hosts of each key, `everywhere` more hosts being in every table. The same array as before when nothing is split or
   * merged.
   */
  grow(counts: readonly number[], everywhere: number): readonly Leaf[] {
    const limit = limitFor(everywhere);
    const before = new Set(this.#split);
    const leaves: Leaf[] = [];
    const visit = (bits: string, keys: readonly number[]): void => {
      const hosts = keys.reduce((sum, key) => sum + counts[key]!, 0);
      const divided = this.#split.has(bits) ? hosts >= limit * MERGE_SHARE : hosts > limit;
      if (!divided || bits.length === KEY_BITS) {
        for (const split of this.#split) if (split.startsWith(bits)) this.#split.delete(split);
        leaves.push({ bits, keys });
        return;
      }
      this.#split.add(bits);
      for (const bit of [0, 1])
        visit(
          `${bits}${bit}`,
          keys.filter((key) => ((key >> bits.length) & 1) === bit),
        );
    };
    visit('', ALL_KEYS);
    const same = this.#leaves.length > 0 && sameSet(before, this.#split);
    if (!same) this.#leaves = leaves;
    return this.#leaves;
  }
}

const ALL_KEYS: readonly number[] = Array.from({ length: KEY_COUNT }, (_, key) => key);

/** Many wildcards make every table large: then fewer tables cost less. In steps, so that one wildcard more or less regroups nothing. */
function limitFor(everywhere: number): number {
  return Math.max(MAX_HOSTS, 2 * 2 ** Math.ceil(Math.log2(Math.max(everywhere, 1))));
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one));
}
