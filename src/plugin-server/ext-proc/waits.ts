/** Waits of one length, of which nearly all end early: one timer for all of them instead of one that is set and cleared for each. */
export class Waits {
  readonly #ms: number;
  /** What waits, with the end of its wait, in milliseconds of `performance.now`; oldest first. */
  readonly #ends = new Map<() => void, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Calls `overdue` once, when the wait is over and was not ended; a callback waits at most once at a time. */
  begin(overdue: () => void): void {
    this.#ends.set(overdue, performance.now() + this.#ms);
    this.#timer ??= this.#look(this.#ms);
  }

  end(overdue: () => void): void {
    this.#ends.delete(overdue);
  }

  #look(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#check(), Math.max(1, ms)).unref();
  }

  #check(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [overdue, end] of this.#ends) {
      if (end > now) {
        this.#timer = this.#look(end - now);
        return;
      }
      this.#ends.delete(overdue);
      overdue();
    }
  }
}
