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
    const visit = (bits: string): void => {
      const keys = keysOf(bits);
      let hosts = 0;
      for (const key of keys) hosts += counts[key]!;
      const divided = this.#split.has(bits) ? hosts >= limit * MERGE_SHARE : hosts > limit;
      if (!divided || bits.length === KEY_BITS) {
        for (const split of this.#split) if (split.startsWith(bits)) this.#split.delete(split);
        leaves.push({ bits, keys });
        return;
      }
      this.#split.add(bits);
      visit(`${bits}0`);
      visit(`${bits}1`);
    };
    visit('');
    const same = this.#leaves.length > 0 && sameSet(before, this.#split);
    if (!same) this.#leaves = leaves;
    return this.#leaves;
  }
}

const KEYS = new Map<string, readonly number[]>([['', Array.from({ length: KEY_COUNT }, (_, key) => key)]]);

/** The keys that have these lowest bits. */
function keysOf(bits: string): readonly number[] {
  let keys = KEYS.get(bits);
  if (keys === undefined) {
    const last = bits.length - 1;
    keys = keysOf(bits.slice(0, last)).filter((key) => ((key >> last) & 1) === Number(bits[last]));
    KEYS.set(bits, keys);
  }
  return keys;
}

/** Many wildcards make every table large: then fewer tables cost less. In steps, so that one wildcard more or less regroups nothing. */
function limitFor(everywhere: number): number {
  return Math.max(MAX_HOSTS, 2 * 2 ** Math.ceil(Math.log2(Math.max(everywhere, 1))));
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one));
}
