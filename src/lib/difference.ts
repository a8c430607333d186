/** What only one of two lists holds. Compared from both ends, so what stayed in its place costs next to nothing. */
export function difference<T>(before: readonly T[], after: readonly T[]): { removed: T[]; added: T[] } {
  if (before === after) return { removed: [], added: [] };
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const old = new Set(before.slice(head, before.length - tail));
  const added: T[] = [];
  for (const one of after.slice(head, after.length - tail)) if (!old.delete(one)) added.push(one);
  return { removed: [...old], added };
}
