/**
 * Work by key: a key stands in the queue once however often it is added, is never worked on twice at a time, and comes again with back-off when
 * the work failed. Starts are spread to a rate.
 */
import { type Backoff, createBackoff } from './backoff.ts';
import { type Clock, systemClock } from './clock.ts';

export interface WorkQueueOptions {
  readonly work: (key: string) => Promise<void>;
  readonly onError: (key: string, error: unknown) => void;
  readonly concurrency?: number;
  /** Starts per second. */
  readonly rate?: number;
  readonly clock?: Clock;
}

const CONCURRENCY = 8;
const RATE = 80;
const BACKOFF = { baseMs: 100, maxMs: 60_000 };

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #clock: Clock;
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  /** Added again while it was worked on. */
  readonly #again = new Set<string>();
  readonly #failing = new Map<string, { readonly backoff: Backoff; cancel: () => void }>();
  #nextStartAt = 0;
  #cancelPump: (() => void) | undefined;
  #stopped = false;
  #idle: (() => void)[] = [];

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Keys waiting, being worked on, or waiting for another try. */
  get size(): number {
    return this.#waiting.size + this.#running.size + this.#failing.size;
  }

  add(key: string): void {
    if (this.#stopped) return;
    if (this.#running.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#pump();
  }

  /** Forgets what waits and resolves when nothing is worked on any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.clear();
    this.#cancelPump?.();
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  clear(): void {
    this.#waiting.clear();
    this.#again.clear();
    for (const { cancel } of this.#failing.values()) cancel();
    this.#failing.clear();
  }

  #pump(): void {
    const { concurrency = CONCURRENCY, rate = RATE } = this.#options;
    while (this.#waiting.size > 0 && this.#running.size < concurrency && !this.#stopped) {
      const now = this.#clock.now();
      if (now < this.#nextStartAt) {
        this.#cancelPump ??= this.#clock.after(this.#nextStartAt - now, () => {
          this.#cancelPump = undefined;
          this.#pump();
        });
        return;
      }
      // Up to a tenth of a second's worth may start at once.
      this.#nextStartAt = Math.max(this.#nextStartAt, now - 100) + 1000 / rate;
      const [key] = this.#waiting;
      if (key === undefined) return;
      this.#waiting.delete(key);
      this.#run(key);
    }
  }

  #run(key: string): void {
    this.#running.add(key);
    this.#options
      .work(key)
      .then(
        () => this.#forgive(key),
        (error: unknown) => this.#failed(key, error),
      )
      .finally(() => {
        this.#running.delete(key);
        if (this.#again.delete(key) && !this.#stopped) this.#waiting.add(key);
        if (this.#running.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
        this.#pump();
      });
  }

  #forgive(key: string): void {
    this.#failing.get(key)?.cancel();
    this.#failing.delete(key);
  }

  #failed(key: string, error: unknown): void {
    this.#options.onError(key, error);
    if (this.#stopped) return;
    const known = this.#failing.get(key);
    known?.cancel();
    const backoff = known?.backoff ?? createBackoff(BACKOFF);
    this.#failing.set(key, { backoff, cancel: this.#clock.after(backoff.next(), () => this.add(key)) });
  }
}
