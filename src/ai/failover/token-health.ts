/** Watches the tokens of one provider: takes those out that fail, and probes them until they work again. One for all chains with the same settings. */
import type { StatusMatch } from './status-match.ts';
import { type PoolSettings, TokenPool } from './token-pool.ts';

/** Where a request that failed went. */
export interface Endpoint {
  readonly cluster: string;
  readonly authority: string;
  /** The caller's path, or undefined when it was no chat completion. */
  readonly path: string | undefined;
}

export interface HealthSettings extends PoolSettings {
  readonly intervalMs: number;
  readonly failsOn: StatusMatch;
}

export interface HealthDeps {
  /** The status of a probe with this token; rejects when there was no answer. */
  readonly probe: (token: string, endpoint: Endpoint) => Promise<number>;
  /** `number` counts from 1 in the order of the configuration, so that the token itself stays unsaid. */
  readonly onChange: (change: 'out' | 'back', number: number) => void;
  /** Runs `act` once, later; returns how to call that off. */
  readonly schedule: (act: () => void, delayMs: number) => () => void;
}

const OK = 200;

export class TokenHealth {
  readonly #settings: HealthSettings;
  readonly #deps: HealthDeps;
  readonly #pool: TokenPool;
  /** The probe endpoint of each token that is out. */
  readonly #endpoints = new Map<string, Endpoint>();
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(settings: HealthSettings, deps: HealthDeps) {
    this.#settings = settings;
    this.#deps = deps;
    this.#pool = new TokenPool(settings);
  }

  get available(): readonly string[] {
    return this.#pool.available;
  }

  /** `random` in [0, 1). */
  choose(random: number): string | undefined {
    return this.#pool.choose(random);
  }

  report(token: string, status: number, endpoint: Endpoint): void {
    if (status === OK) {
      this.#pool.succeeded(token);
      return;
    }
    if (!this.#settings.failsOn(status) || !this.#pool.failed(token)) return;
    this.#endpoints.set(token, endpoint);
    this.#deps.onChange('out', this.#number(token));
    this.#plan();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #plan(): void {
    if (this.#stopped || this.#cancel !== undefined || this.#endpoints.size === 0) return;
    this.#cancel = this.#deps.schedule(() => {
      void this.#round().finally(() => {
        this.#cancel = undefined;
        this.#plan();
      });
    }, this.#settings.intervalMs);
  }

  async #round(): Promise<void> {
    await Promise.all([...this.#endpoints].map(([token, endpoint]) => this.#probe(token, endpoint)));
  }

  async #probe(token: string, endpoint: Endpoint): Promise<void> {
    const status = await this.#deps.probe(token, endpoint).catch(() => 0);
    if (this.#stopped || !this.#pool.probed(token, status === OK)) return;
    this.#endpoints.delete(token);
    this.#deps.onChange('back', this.#number(token));
  }

  #number(token: string): number {
    return this.#settings.tokens.indexOf(token) + 1;
  }
}
