/** Random changes of bytes, the same for the same seed. */

/** A number from 0 (inclusive) to 1 (exclusive), or a whole number below a limit. */
export interface Random {
  next(): number;
  below(limit: number): number;
}

/** mulberry32: small, and good enough to choose bytes. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, below: (limit) => Math.floor(next() * limit) };
}

const MAX_CHANGES = 6;
const MAX_SPAN = 64;
/** Bytes that mean something in YAML, numbers, paths, regexes and templates. */
const TELLING = Buffer.from('{}[]:,-?|>&*!%@#"\'\\\n\t $()+.^~=/0129 ex\u0000\u007f');

type Change = (bytes: Buffer, random: Random, pool: readonly Buffer[]) => Buffer;

function replaced(bytes: Buffer, at: number, cut: number, put: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]);
}

function span(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  return bytes.subarray(at, at + 1 + random.below(MAX_SPAN));
}

const CHANGES: readonly Change[] = [
  // A bit flips.
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    const at = random.below(copy.length);
    if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    return copy;
  },
  // Any byte comes in.
  (bytes, random) => replaced(bytes, random.below(bytes.length + 1), 0, Buffer.from([random.below(256)])),
  // A byte with a meaning comes in, or takes the place of another.
  (bytes, random) => {
    const put = TELLING.subarray(random.below(TELLING.length)).subarray(0, 1);
    return replaced(bytes, random.below(bytes.length + 1), random.below(2), put);
  },
  // A span goes.
  (bytes, random) => replaced(bytes, random.below(bytes.length + 1), 1 + random.below(MAX_SPAN), Buffer.alloc(0)),
  // A span stands twice, at the same place or elsewhere.
  (bytes, random) => replaced(bytes, random.below(bytes.length + 1), 0, span(bytes, random)),
  // A span of another sample comes in, or takes the place of one.
  (bytes, random, pool) => {
    const other = pool[random.below(pool.length)] ?? bytes;
    return replaced(
      bytes,
      random.below(bytes.length + 1),
      random.below(2) * random.below(MAX_SPAN),
      span(other, random),
    );
  },
];

/** One to six changes, each of any kind. */
export function mutate(sample: Buffer, pool: readonly Buffer[], random: Random): Buffer {
  let bytes = sample;
  for (let left = 1 + random.below(MAX_CHANGES); left > 0; left -= 1) {
    const change = CHANGES[random.below(CHANGES.length)]!;
    bytes = change(bytes, random, pool);
  }
  return bytes;
}
