/** Waits of one length, of which nearly all end early: one timer for all of them instead of one that is set and cleared for each. */
export class Waits {
  readonly #ms: number;
  /** A ring of what waits, oldest first behind it. */
  readonly #ring = new Wait(() => {});
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Calls `overdue` once, when the wait is over and was not ended; each waits at most once at a time. */
  begin(wait: Wait): void {
    wait.endMs = performance.now() + this.#ms;
    wait.enter(this.#ring);
    this.#timer ??= this.#look(this.#ms);
  }

  end(wait: Wait): void {
    wait.leave();
  }

  #look(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#check(), Math.max(1, ms)).unref();
  }

  #check(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (let wait = this.#ring.next; wait !== this.#ring; wait = this.#ring.next) {
      if (wait.endMs > now) {
        this.#timer = this.#look(wait.endMs - now);
        return;
      }
      wait.leave();
      wait.overdue();
    }
  }
}

/**
 * One place in the ring. What has left points to nothing: a link from something old would keep everything alive that came later (see `NumberMap`, which says
 * why this is no `Map` either).
 */
export class Wait {
  readonly overdue: () => void;
  /** By `performance.now`. */
  endMs = 0;
  #before: Wait = this;
  #next: Wait = this;

  constructor(overdue: () => void) {
    this.overdue = overdue;
  }

  get next(): Wait {
    return this.#next;
  }

  /** As the last of the ring. */
  enter(ring: Wait): void {
    this.leave();
    this.#before = ring.#before;
    this.#next = ring;
    ring.#before.#next = this;
    ring.#before = this;
  }

  leave(): void {
    this.#before.#next = this.#next;
    this.#next.#before = this.#before;
    this.#before = this;
    this.#next = this;
  }
}
