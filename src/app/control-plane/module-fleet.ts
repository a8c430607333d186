/**
 * Whether every connected gateway can load the native module. While pods are replaced, as when the chart's value for it changes, some cannot; then plugins run in
 * the plugin server for all, so that none is left with a configuration that it cannot take.
 */
import type { Clock } from '#lib/clock.ts';
import type { NodeInfo } from '#xds/server/node.ts';

/** A gateway that only reconnects does not change the way of plugins twice. */
const RETURN_AFTER_MS = 5_000;

export interface ModuleFleetOptions {
  /** What gateways of this version call their module; empty = they do not say, and all have it. */
  readonly name: string;
  readonly clock: Clock;
  readonly onChange: () => void;
}

export class ModuleFleet {
  readonly #options: ModuleFleetOptions;
  #without = 0;
  #usable = true;
  #cancelReturn: (() => void) | undefined;

  constructor(options: ModuleFleetOptions) {
    this.#options = options;
  }

  get usable(): boolean {
    return this.#usable;
  }

  /** A gateway with the module of another version uses what it can, and keeps what it has where it cannot. */
  speaksForAll({ role, nativeModule }: NodeInfo): boolean {
    const { name } = this.#options;
    return role !== 'gateway' || name === '' || nativeModule === name;
  }

  connected(node: NodeInfo): void {
    if (!this.#lacksModule(node)) return;
    this.#without += 1;
    this.stop();
    this.#set(false);
  }

  disconnected(node: NodeInfo): void {
    if (!this.#lacksModule(node)) return;
    this.#without -= 1;
    if (this.#without > 0) return;
    this.#cancelReturn = this.#options.clock.after(RETURN_AFTER_MS, () => this.#set(true));
  }

  stop(): void {
    this.#cancelReturn?.();
    this.#cancelReturn = undefined;
  }

  #lacksModule({ role, nativeModule }: NodeInfo): boolean {
    return role === 'gateway' && this.#options.name !== '' && nativeModule === undefined;
  }

  #set(usable: boolean): void {
    if (this.#usable === usable) return;
    this.#usable = usable;
    this.#options.onChange();
  }
}
