/** Lists sorted by name, in the order of code units, that change in a few places. */
export interface Named {
  readonly name: string;
}

/** With more changes than this, sorting everything costs less than putting each into its place. */
const MANY = 200;

/** The list without the ones and with the others; the same array when there are none of both. */
export function changedByName<T extends Named>(
  list: readonly T[],
  removed: readonly T[],
  added: readonly T[],
): readonly T[] {
  if (removed.length + added.length === 0) return list;
  if (removed.length + added.length > MANY) {
    const gone = new Set(removed);
    return [...list.filter((one) => !gone.has(one)), ...added].sort((a, b) => compareText(a.name, b.name));
  }
  const out = [...list];
  for (const one of removed) {
    let at = placeOf(out, one);
    while (at < out.length && out[at] !== one) at += 1;
    out.splice(at, 1);
  }
  for (const one of added) out.splice(placeOf(out, one), 0, one);
  return out;
}

function placeOf(list: readonly Named[], { name }: Named): number {
  return lowerBound(list.length, (at) => list[at]!.name < name);
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
