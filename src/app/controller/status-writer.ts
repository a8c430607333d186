/**
 * Writes what is known about objects into their status: conditions of McpBridge, WasmPlugin and Http2Rpc, addresses of Ingresses. Level-triggered: each
 * object's wanted status is compared with the one that it has, and nothing is written when they are equal.
 */
import type { Outcome } from '#app/control-plane/engine.ts';
import type { Problem } from '#ir/types.ts';
import { difference } from '#lib/difference.ts';
import { canonicalJson } from '#lib/hash.ts';
import type { Logger } from '#lib/log.ts';
import { WorkQueue } from '#lib/work-queue.ts';
import { MCP_BRIDGE_NAME } from '#model/mcp-bridge.ts';
import type { KubeObject } from '#model/object.ts';
import { type KubeClient, KubeError, MERGE_PATCH } from '#sources/kube/client.ts';
import type { Publishing } from '#sources/kube/kinds.ts';
import type { RawObject } from '#sources/kube/reflector.ts';
import { type LoadBalancerAddress, publishedAddresses, sameAddresses } from '#status/addresses.ts';
import { type Condition, transition, verdicts } from '#status/conditions.ts';
import { objectPath } from './objects.ts';

export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly systemNamespace: string;
  /** False: Ingress addresses are left alone. */
  readonly enableStatus: boolean;
  readonly aside: (part: 'ingresses' | 'services' | ConditionedPart, namespace: string, name: string) => unknown;
  /** The object as the server answered a write. */
  readonly onWritten: (object: RawObject) => void;
  /** Whether the Ingress is one that this gateway serves. */
  readonly serves: (ingress: Outcome['world']['ingresses'][number], outcome: Outcome) => boolean;
  readonly log: Logger;
  readonly now?: () => Date;
}

type ConditionedPart = 'mcpBridges' | 'wasmPlugins' | 'http2rpcs';

interface Status {
  readonly conditions?: readonly Condition[];
  /** Null in a patch: none any more. */
  readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerAddress[] | null };
  readonly [field: string]: unknown;
}

const CONDITIONED: readonly ConditionedPart[] = ['mcpBridges', 'wasmPlugins', 'http2rpcs'];
/** Outcomes come in bursts; statuses need not follow each. */
const SETTLE_MS = 100;

export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #queue: WorkQueue;
  /** What is not written yet. */
  readonly #wanted = new Map<string, { readonly path: string; readonly status: Status }>();
  /** The addresses that Ingresses were compared with last, and those Ingresses; only new ones are looked at until something else may have changed. */
  #compared: { readonly addresses: string; readonly ingresses: Outcome['world']['ingresses'] } | undefined;
  #outcome: Outcome | undefined;
  #timer: NodeJS.Timeout | undefined;
  #active = false;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      work: (key) => this.#write(key),
      onError: (key, error) =>
        options.log.warn(
          { object: key, error: (error as Error).message },
          'a status could not be written; trying again',
        ),
    });
  }

  /** Only the leader writes. */
  activate(): void {
    this.#active = true;
    this.#compared = undefined;
    this.changed();
  }

  deactivate(): void {
    this.#active = false;
    this.#queue.clear();
    this.#wanted.clear();
  }

  /** Something that statuses are made of may have changed. */
  changed(outcome?: Outcome): void {
    this.#outcome = outcome ?? this.#outcome;
    // What stands aside changed, so any Ingress may have lost its addresses.
    if (outcome === undefined) this.#compared = undefined;
    if (!this.#active || this.#outcome === undefined) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#active && this.#outcome !== undefined) this.#compare(this.#outcome);
    }, SETTLE_MS);
  }

  async stop(): Promise<void> {
    this.#active = false;
    clearTimeout(this.#timer);
    await this.#queue.stop();
  }

  #compare(outcome: Outcome): void {
    const byObject = problemsByObject(outcome.problems);
    const now = (this.#options.now?.() ?? new Date()).toISOString().replace(/\.\d{3}Z$/, 'Z');
    for (const part of CONDITIONED) {
      for (const object of outcome.world[part]) {
        const { generation } = object.metadata;
        const before = this.#before(part, object);
        const problems = byObject.get(keyOf(object)) ?? [];
        const next = verdicts({ generation, problems, programmed: outcome.programmed });
        const conditions = transition(before.conditions ?? [], next, now);
        const extra = extraStatus(part, object, outcome);
        const same = Object.entries(extra).every(([key, value]) => canonicalJson(value) === canonicalJson(before[key]));
        if (conditions === undefined && same) continue;
        this.#want(object, { ...extra, conditions: conditions ?? before.conditions });
      }
    }
    if (this.#options.enableStatus) this.#compareAddresses(outcome);
  }

  #compareAddresses(outcome: Outcome): void {
    const { aside, systemNamespace, serves } = this.#options;
    const published = outcome.world.services
      .filter(({ metadata }) => metadata.namespace === systemNamespace)
      .flatMap(({ metadata }) => (aside('services', metadata.namespace, metadata.name) as Publishing) ?? []);
    const addresses = publishedAddresses(published);
    const { ingresses } = outcome.world;
    const key = JSON.stringify(addresses);
    const before = this.#compared?.addresses === key ? this.#compared.ingresses : [];
    this.#compared = { addresses: key, ingresses };
    for (const ingress of difference(before, ingresses).added) {
      if (!serves(ingress, outcome)) continue;
      const { loadBalancer } = this.#before('ingresses', ingress);
      if (sameAddresses(loadBalancer?.ingress ?? [], addresses)) continue;
      this.#want(ingress, { loadBalancer: { ingress: addresses.length === 0 ? null : addresses } });
    }
  }

  /** The status that the object has, or is about to get. */
  #before(part: 'ingresses' | ConditionedPart, object: KubeObject): Status {
    const { namespace, name } = object.metadata;
    return this.#wanted.get(keyOf(object))?.status ?? (this.#options.aside(part, namespace, name) as Status) ?? {};
  }

  #want(object: KubeObject, status: Status): void {
    const { namespace, name } = object.metadata;
    const key = keyOf(object);
    this.#wanted.set(key, { path: `${objectPath(object.kind, namespace, name)}/status`, status });
    this.#queue.add(key);
  }

  async #write(key: string): Promise<void> {
    const wanted = this.#wanted.get(key);
    if (wanted === undefined || !this.#active) return;
    const { path, status } = wanted;
    try {
      const body = { status };
      const written = await this.#options.client.request<RawObject>(path, {
        method: 'PATCH',
        contentType: MERGE_PATCH,
        body,
      });
      this.#options.onWritten(written);
    } catch (error) {
      // Deleted meanwhile.
      if (!(error instanceof KubeError && error.status === 404)) throw error;
    }
    // Another one may be wanted by now; its key stands in the queue.
    if (this.#wanted.get(key) === wanted) this.#wanted.delete(key);
  }
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

function problemsByObject(problems: readonly Problem[]): Map<string, Problem[]> {
  const found = new Map<string, Problem[]>();
  for (const problem of problems) {
    const { kind, namespace, name } = problem.origin;
    const key = `${kind} ${namespace}/${name}`;
    const list = found.get(key);
    if (list === undefined) found.set(key, [problem]);
    else list.push(problem);
  }
  return found;
}

/** What the kinds show besides conditions. Only what changes seldom: a status that is written with every heartbeat helps nobody. */
function extraStatus(
  part: ConditionedPart,
  object: KubeObject,
  { registries, explain }: Outcome,
): Record<string, unknown> {
  if (part === 'mcpBridges' && object.metadata.name === MCP_BRIDGE_NAME) {
    const ready = registries.filter(({ health }) => health.healthy).length;
    return {
      registriesReady: `${ready}/${registries.length}`,
      registries: registries.map(({ type, name, health }) => ({
        name,
        type,
        ready: health.healthy,
        services: health.services,
        ...(health.lastError === undefined ? {} : { lastError: health.lastError }),
        ...(health.failingSince === undefined ? {} : { failingSince: health.failingSince }),
      })),
    };
  }
  if (part === 'wasmPlugins') {
    const instance = `${object.metadata.namespace}/${object.metadata.name}`;
    const ways = new Set(explain.flatMap((entry) => (entry.instance === instance ? (RUNS_AS[entry.way] ?? []) : [])));
    return ways.size === 0 ? {} : { runsAs: [...ways].sort().join(', ') };
  }
  return {};
}

const RUNS_AS: Readonly<Record<string, string>> = {
  lowered: 'native',
  ext_proc: 'plugin-server',
  serve: 'plugin-server',
  wasm: 'wasm',
};
