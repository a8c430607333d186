/**
 * Reads the Huffman code of RFC 7541, appendix B. The code is canonical: its lengths say everything. Four bits are read at a time through a table of
 * (node of the code tree, four bits) to (next node, symbol); no code is shorter than five bits, so four bits never end two symbols.
 */
import { ConnectionError, ERROR } from '../protocol.ts';

/** Bits of the code of each byte. */
const LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26,
];

/** A step's bits: the next node, whether a symbol ends here, the symbol. */
const NODE_MASK = 0x1ff;
const HAS_SYMBOL = 0x200;
const SYMBOL_SHIFT = 10;
/** The end-of-string symbol, which no string may hold. */
const FORBIDDEN = -1;

const { steps, mayEnd } = build();

/** @throws ConnectionError (compression) */
export function readHuffman(bytes: Buffer, from: number, to: number): string {
  // No code is shorter than five bits.
  const out = Buffer.allocUnsafe(Math.ceil(((to - from) * 8) / 5));
  let size = 0;
  let node = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    for (const nibble of [byte >> 4, byte & 15]) {
      const step = steps[(node << 4) | nibble]!;
      if (step === FORBIDDEN)
        throw new ConnectionError(ERROR.compression, 'a header string holds the end-of-string code');
      if (step & HAS_SYMBOL) out[size++] = step >> SYMBOL_SHIFT;
      node = step & NODE_MASK;
    }
  }
  if (!mayEnd[node]) throw new ConnectionError(ERROR.compression, 'a header string ends within a code');
  return out.toString('latin1', 0, size);
}

function build(): { readonly steps: Int32Array; readonly mayEnd: readonly boolean[] } {
  /** Children of the inner nodes: another node, or the symbol s as -1 - s. */
  const tree: [number, number][] = [[0, 0]];
  const symbols = [...LENGTHS, 30].map((length, symbol) => ({ length, symbol }));
  symbols.sort((one, other) => one.length - other.length || one.symbol - other.symbol);
  let code = 0;
  let before = symbols[0]!.length;
  for (const { length, symbol } of symbols) {
    code *= 2 ** (length - before);
    before = length;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const side = (code >>> bit) & 1;
      if (tree[node]![side] === 0) {
        tree.push([0, 0]);
        tree[node]![side] = tree.length - 1;
      }
      node = tree[node]![side]!;
    }
    tree[node]![code & 1] = -1 - symbol;
    code++;
  }
  const table = new Int32Array(tree.length * 16);
  for (let start = 0; start < tree.length; start++) {
    for (let nibble = 0; nibble < 16; nibble++) table[start * 16 + nibble] = stepOf(tree, start, nibble);
  }
  // A string is filled up with the first bits, at most seven, of the end-of-string code, which is all ones.
  const ends: boolean[] = tree.map(() => false);
  for (let node = 0, depth = 0; depth <= 7; depth++) {
    ends[node] = true;
    node = tree[node]![1];
  }
  return { steps: table, mayEnd: ends };
}

function stepOf(tree: readonly (readonly [number, number])[], start: number, nibble: number): number {
  let node = start;
  let found = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const next = tree[node]![((nibble >> bit) & 1) as 0 | 1];
    if (next >= 0) {
      node = next;
      continue;
    }
    const symbol = -1 - next;
    if (symbol === 256) return FORBIDDEN;
    found = HAS_SYMBOL | (symbol << SYMBOL_SHIFT);
    node = 0;
  }
  return found | node;
}
