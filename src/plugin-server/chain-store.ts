/**
 * The plugin chains that this server can run. Chains are content-addressed, so a chain never changes: it comes, is used, and goes. Requests in
 * flight keep their chain alive by holding it.
 */

import type { PluginCatalogue, PluginDefinition } from '#plugin-sdk/definition.ts';
import { type Chain, makeChain } from '#plugin-sdk/engine/chain.ts';
import type { ServeHooks } from '#plugin-sdk/serve.ts';
import type { ChainMessage } from '#xds/snapshot/resources.ts';

/** How long a request waits for a chain that it names and that has not arrived. */
export const CHAIN_WAIT_MS = 10_000;
/** A chain that was withdrawn still serves so long: Envoy may finish with the old routes a little later. */
const RETIRE_MS = 30_000;

export interface ServeChain {
  readonly id: string;
  readonly plugin: string;
  readonly hooks: ServeHooks;
  readonly destinations: readonly { readonly backend: string; readonly weight: number }[];
  readonly timeoutMs: number | undefined;
}

interface Entry {
  readonly message: ChainMessage;
  readonly filter?: Chain;
  readonly serve?: ServeChain;
}

/** A chain that cannot be made; the text goes to the control plane as the reason of a NACK. */
export class ChainError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ChainError';
  }
}

export interface ChainStoreOptions {
  readonly catalogue: PluginCatalogue;
  readonly waitMs?: number;
}

export class ChainStore {
  readonly #catalogue: PluginCatalogue;
  readonly #waitMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #retiring = new Map<string, NodeJS.Timeout>();
  readonly #waiters = new Map<string, Set<() => void>>();

  constructor(options: ChainStoreOptions) {
    this.#catalogue = options.catalogue;
    this.#waitMs = options.waitMs ?? CHAIN_WAIT_MS;
  }

  /** Takes a chain in; throws ChainError when it cannot run. A chain that is already there is left alone. */
  add(id: string, message: ChainMessage): void {
    const timer = this.#retiring.get(id);
    if (timer !== undefined) {
      clearTimeout(timer);
      this.#retiring.delete(id);
    }
    if (this.#entries.has(id)) return;
    this.#entries.set(id, this.#make(id, message));
    const waiters = this.#waiters.get(id);
    this.#waiters.delete(id);
    if (waiters) for (const wake of waiters) wake();
  }

  /** Withdraws a chain. */
  remove(id: string): void {
    if (!this.#entries.has(id) || this.#retiring.has(id)) return;
    const timer = setTimeout(() => {
      dispose(this.#entries.get(id));
      this.#entries.delete(id);
      this.#retiring.delete(id);
    }, RETIRE_MS);
    timer.unref();
    this.#retiring.set(id, timer);
  }

  filter(id: string): Chain | undefined {
    return this.#entries.get(id)?.filter;
  }

  serve(id: string): ServeChain | undefined {
    return this.#entries.get(id)?.serve;
  }

  /** The chain as soon as it is there; undefined when it does not come in time. */
  async waitForFilter(id: string): Promise<Chain | undefined> {
    await this.#wait(id);
    return this.filter(id);
  }

  async waitForServe(id: string): Promise<ServeChain | undefined> {
    await this.#wait(id);
    return this.serve(id);
  }

  /** All chains, as they were sent: secrets inside. */
  messages(): readonly ChainMessage[] {
    return [...this.#entries.values()].map((entry) => entry.message);
  }

  stop(): void {
    for (const timer of this.#retiring.values()) clearTimeout(timer);
    this.#retiring.clear();
    for (const entry of this.#entries.values()) dispose(entry);
    for (const waiters of this.#waiters.values()) for (const wake of waiters) wake();
  }

  #wait(id: string): Promise<void> {
    if (this.#entries.has(id)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(id) ?? new Set();
      this.#waiters.set(id, waiters);
      const wake = () => {
        clearTimeout(timer);
        waiters.delete(wake);
        if (waiters.size === 0 && this.#waiters.get(id) === waiters) this.#waiters.delete(id);
        resolve();
      };
      const timer = setTimeout(wake, this.#waitMs);
      waiters.add(wake);
    });
  }

  #make(id: string, message: ChainMessage): Entry {
    if (message.kind === 'serve') return { message, serve: this.#makeServe(id, message) };
    const plugins = message.plugins.map(({ plugin, instance, failStrategy, config }) => {
      const definition = this.#definition(plugin, instance);
      if (definition.hooks === undefined) throw new ChainError(`plugin "${plugin}" of ${instance} has no hooks`);
      const { hooks } = definition;
      return { name: plugin, failStrategy, hooks: instantiate(instance, plugin, () => hooks(config)) };
    });
    return { message, filter: makeChain(id, plugins) };
  }

  #makeServe(id: string, message: ChainMessage): ServeChain {
    const [only] = message.plugins;
    if (only === undefined || message.plugins.length !== 1) {
      throw new ChainError(`chain ${id} serves, so it must have one plugin; it has ${message.plugins.length}`);
    }
    const { plugin, instance, config } = only;
    const { serve } = this.#definition(plugin, instance);
    if (serve === undefined) throw new ChainError(`plugin "${plugin}" of ${instance} cannot serve requests itself`);
    const hooks = instantiate(instance, plugin, () => serve(config));
    return { id, plugin, hooks, destinations: message.destinations ?? [], timeoutMs: message.timeoutMs };
  }

  #definition(plugin: string, instance: string): PluginDefinition {
    const definition = this.#catalogue.get(plugin);
    if (definition === undefined) throw new ChainError(`plugin "${plugin}" of ${instance} is not built in`);
    return definition;
  }
}

function dispose(entry: Entry | undefined): void {
  for (const { hooks } of entry?.filter?.plugins ?? []) hooks.dispose?.();
}

function instantiate<T>(instance: string, plugin: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ChainError(`plugin "${plugin}" of ${instance} refuses its configuration: ${reason}`);
  }
}
