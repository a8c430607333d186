/** Whether two lists hold the same objects in the same order; false when there is no second one. */
export function sameItems(a: readonly unknown[], b: readonly unknown[] | undefined): boolean {
  return a === b || (b !== undefined && a.length === b.length && a.every((item, index) => item === b[index]));
}
