/** Lists of a few among many keyed things: those with an empty list cost nothing. */
export class Few<T> {
  readonly #lists = new Map<string, readonly T[]>();

  set(key: string, list: readonly T[]): void {
    if (list.length === 0) this.#lists.delete(key);
    else this.#lists.set(key, list);
  }

  delete(key: string): void {
    this.#lists.delete(key);
  }

  clear(): void {
    this.#lists.clear();
  }

  all(): T[] {
    return [...this.#lists.values()].flat();
  }
}
