/** Exponential back-off with jitter. */

export interface BackoffOptions {
  /** First delay. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** 0 to 1, default Math.random. */
  readonly random?: () => number;
}

export interface Backoff {
  /** Delay before the next attempt: between half and the whole of `base * 2^n`, never above `maxMs`. */
  next(): number;
  /** After a success: the next delay is the first one again. */
  reset(): void;
}

export function createBackoff({ baseMs, maxMs, random = Math.random }: BackoffOptions): Backoff {
  let ceiling = Math.min(baseMs, maxMs);
  return {
    next() {
      const delay = Math.round(ceiling * (0.5 + random() / 2));
      ceiling = Math.min(ceiling * 2, maxMs);
      return delay;
    },
    reset() {
      ceiling = Math.min(baseMs, maxMs);
    },
  };
}
