/**
 * The middle of the house, run once per batch of changes: World → Gateway → resources → snapshot. Publishing is make before break:
 * plugin servers hold a chain before Envoy gets a route that names it, and lose it only after Envoy has let go of it.
 */
import type { Gateway, Problem } from '#ir/types.ts';
import type { Logger } from '#lib/log.ts';
import type { World } from '#model/world.ts';
import type { ExplainEntry } from '#xds/build/explain.ts';
import type { Resource, ResourceSet } from '#xds/snapshot/resources.ts';

export interface PipelineParts {
  readonly translate: (world: World) => { readonly gateway: Gateway; readonly problems: readonly Problem[] };
  readonly build: (gateway: Gateway) => {
    readonly resources: ResourceSet;
    readonly problems: readonly Problem[];
    readonly explain: readonly ExplainEntry[];
  };
  /** Makes the resources the current ones for every connected node. */
  readonly publish: (resources: ResourceSet) => void;
  /** Resolves when all connected plugin servers hold the published chains, or after the given time. */
  readonly chainsAcknowledged: (timeoutMs: number) => Promise<boolean>;
  /** Resolves when all connected Envoys took the published resources, or after the given time. */
  readonly gatewaysAcknowledged: (timeoutMs: number) => Promise<boolean>;
  readonly onResult: (result: PipelineResult) => void;
  readonly onTiming: (durationMs: number) => void;
  /** Called when all that was asked for has been published. */
  readonly onIdle?: () => void;
  readonly log: Logger;
}

export interface PipelineResult {
  readonly gateway: Gateway;
  readonly resources: ResourceSet;
  readonly problems: readonly Problem[];
  readonly explain: readonly ExplainEntry[];
}

/** A plugin server that is down must not hold back routes for longer than this: they then fail as their failStrategy says. */
const CHAIN_WAIT_MS = 3_000;
/** Chains that no route names any more are kept this long at most when an Envoy does not answer. */
const CHAIN_RETIRE_MS = 15_000;

type Chains = ReadonlyMap<string, Resource>;

export class Pipeline {
  readonly #parts: PipelineParts;
  #pending: (() => World) | undefined;
  #running: Promise<void> | undefined;
  #published: ResourceSet | undefined;
  #stopped = false;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** True when everything asked for so far has been published. */
  get idle(): boolean {
    return this.#running === undefined && this.#pending === undefined && this.#published !== undefined;
  }

  /** Asks for a run with the newest world; calls during a run are folded into one more run. */
  request(world: () => World): void {
    if (this.#stopped) return;
    this.#pending = world;
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      this.#parts.onIdle?.();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pending = undefined;
    await this.#running;
  }

  /** Publishes again with the same world, for example when a Wasm module became ready. */
  async #drain(): Promise<void> {
    while (this.#pending !== undefined && !this.#stopped) {
      // One turn of the event loop, so that a burst of file events becomes one run.
      await new Promise((resolve) => setImmediate(resolve));
      const world = this.#pending;
      this.#pending = undefined;
      try {
        await this.#run(world());
      } catch (error) {
        this.#parts.log.error({ err: error }, 'configuration could not be rebuilt; the last good one keeps serving');
      }
    }
  }

  async #run(world: World): Promise<void> {
    const began = performance.now();
    const translated = this.#parts.translate(world);
    const built = this.#parts.build(translated.gateway);
    this.#parts.onTiming(performance.now() - began);
    this.#parts.onResult({
      gateway: translated.gateway,
      resources: built.resources,
      problems: [...translated.problems, ...built.problems],
      explain: built.explain,
    });
    await this.#publish(built.resources);
  }

  async #publish(next: ResourceSet): Promise<void> {
    const before = this.#published?.chain ?? new Map<string, Resource>();
    const both = union(before, next.chain);
    const added = [...next.chain.keys()].some((id) => !before.has(id));
    if (added) {
      const held = this.#published ?? onlyChains(next);
      this.#parts.publish({ ...withChains(held, both), upstream: union(held.upstream, next.upstream) });
      await this.#parts.chainsAcknowledged(CHAIN_WAIT_MS);
    }
    this.#published = withChains(next, both);
    this.#parts.publish(this.#published);
    if (both.size > next.chain.size) void this.#retire(this.#published, next);
  }

  /** Drops chains that nothing names, once Envoy has taken the routes that no longer name them. */
  async #retire(published: ResourceSet, next: ResourceSet): Promise<void> {
    await this.#parts.gatewaysAcknowledged(CHAIN_RETIRE_MS);
    // A newer run has its own retirement; requests in flight keep their chain in the plugin server anyway.
    if (this.#published !== published || this.#stopped) return;
    this.#published = next;
    this.#parts.publish(next);
  }
}

function union(a: Chains, b: Chains): Chains {
  return new Map([...a, ...b]);
}

function withChains(resources: ResourceSet, chain: Chains): ResourceSet {
  return { ...resources, chain };
}

function onlyChains(resources: ResourceSet): ResourceSet {
  const none: Chains = new Map();
  return {
    ...resources,
    listener: none,
    route: none,
    scope: none,
    cluster: none,
    endpoint: none,
    secret: none,
    extension: none,
  };
}
