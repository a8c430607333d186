/** Lists sorted by a text, in the order of code units, that change in a few places. */

/** With more changes than this, sorting everything costs less than putting each into its place. */
const MANY = 200;

/** The list without the ones and with the others, which stand behind those of equal text; the same array when there are none of both. */
export function changedSorted<T>(
  list: readonly T[],
  removed: readonly T[],
  added: readonly T[],
  textOf: (item: T) => string,
): readonly T[] {
  if (removed.length + added.length === 0) return list;
  if (removed.length + added.length > MANY) {
    const gone = new Set(removed);
    const all = [...list.filter((one) => !gone.has(one)), ...added];
    return all.sort((a, b) => compareText(textOf(a), textOf(b)));
  }
  const out = [...list];
  for (const one of removed) {
    const text = textOf(one);
    let at = lowerBound(out.length, (index) => textOf(out[index]!) < text);
    while (at < out.length && out[at] !== one) at += 1;
    out.splice(at, 1);
  }
  for (const one of added) {
    const text = textOf(one);
    out.splice(
      lowerBound(out.length, (index) => textOf(out[index]!) <= text),
      0,
      one,
    );
  }
  return out;
}

/** The first index of which `isBefore` is false; it is true of a part at the beginning and of nothing else. */
export function lowerBound(length: number, isBefore: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Order of code units: the same on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
