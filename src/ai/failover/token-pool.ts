/** The tokens of one provider, those that work apart from those that failed. Time and probes are the business of `TokenHealth`. */

export interface PoolSettings {
  readonly tokens: readonly string[];
  /** Failures in a row that take a token out. */
  readonly failureThreshold: number;
  /** Good probes in a row that bring it back. */
  readonly successThreshold: number;
}

export class TokenPool {
  readonly #settings: PoolSettings;
  readonly #available: Set<string>;
  /** Token to good probes in a row. */
  readonly #unavailable = new Map<string, number>();
  readonly #failures = new Map<string, number>();

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.#available = new Set(settings.tokens);
  }

  get available(): readonly string[] {
    return [...this.#available];
  }

  get unavailable(): readonly string[] {
    return [...this.#unavailable.keys()];
  }

  /** Any token that works; when none does, any. `random` in [0, 1). */
  choose(random: number): string | undefined {
    return pick(this.#available.size > 0 ? this.available : this.unavailable, random);
  }

  /** True when this failure takes the token out. */
  failed(token: string): boolean {
    if (!this.#available.has(token)) return false;
    const failures = (this.#failures.get(token) ?? 0) + 1;
    this.#failures.set(token, failures);
    if (failures < this.#settings.failureThreshold) return false;
    this.#failures.delete(token);
    this.#available.delete(token);
    this.#unavailable.set(token, 0);
    return true;
  }

  succeeded(token: string): void {
    this.#failures.delete(token);
  }

  /** True when this probe brings the token back. */
  probed(token: string, good: boolean): boolean {
    const before = this.#unavailable.get(token);
    if (before === undefined) return false;
    const successes = good ? before + 1 : 0;
    if (successes < this.#settings.successThreshold) {
      this.#unavailable.set(token, successes);
      return false;
    }
    this.#unavailable.delete(token);
    this.#available.add(token);
    return true;
  }
}

/** An element by a number in [0, 1); undefined of an empty list. */
export function pick<T>(list: readonly T[], random: number): T | undefined {
  return list[Math.min(list.length - 1, Math.floor(random * list.length))];
}
