/** The last hundred picks, so that no endpoint or service gets more than its share. */
const SIZE = 100;

export class RecentPicks {
  readonly #picks: string[] = [];
  readonly #counts = new Map<string, number>();

  share(address: string): number {
    return this.#picks.length === 0 ? 0 : (this.#counts.get(address) ?? 0) / this.#picks.length;
  }

  add(address: string): void {
    this.#picks.push(address);
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
    if (this.#picks.length <= SIZE) return;
    const oldest = this.#picks.shift()!;
    const left = this.#counts.get(oldest)! - 1;
    if (left > 0) this.#counts.set(oldest, left);
    else this.#counts.delete(oldest);
  }
}
