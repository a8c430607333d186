/** Kubernetes Events about objects that people wrote: one per object and reason, counted up instead of repeated. */
import type { Outcome } from '#app/control-plane/engine.ts';
import type { Problem } from '#ir/types.ts';
import { contentHash } from '#lib/hash.ts';
import type { Logger } from '#lib/log.ts';
import { WorkQueue } from '#lib/work-queue.ts';
import { type KubeClient, KubeError, MERGE_PATCH } from '#sources/kube/client.ts';
import { apiVersionOf } from './objects.ts';

export interface EventRecorderOptions {
  readonly client: KubeClient;
  readonly instance: string;
  readonly uidOf: (problem: Problem) => string | undefined;
  readonly log: Logger;
  readonly now?: () => Date;
}

interface Event {
  readonly count?: number;
}

const COMPONENT = 'higress-controller';
const MAX_MESSAGE = 1024;

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #queue: WorkQueue;
  /** By event name; told once as long as the problem stays. */
  #known = new Map<string, Problem>();
  #active = false;
  #problems: readonly Problem[] = [];

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      work: (name) => this.#record(name),
      onError: (name, error) =>
        options.log.debug({ event: name, error: (error as Error).message }, 'an event could not be written'),
      rate: 20,
    });
  }

  activate(): void {
    this.#active = true;
    this.#known = new Map();
    this.#tell();
  }

  deactivate(): void {
    this.#active = false;
    this.#queue.clear();
  }

  changed({ problems }: Outcome): void {
    if (problems === this.#problems) return;
    this.#problems = problems;
    if (this.#active) this.#tell();
  }

  async stop(): Promise<void> {
    this.#active = false;
    await this.#queue.stop();
  }

  #tell(): void {
    const now = new Map<string, Problem>();
    for (const problem of this.#problems) {
      if (problem.origin.name === '*' || apiVersionOf(problem.origin.kind) === undefined) continue;
      now.set(nameOf(problem), problem);
    }
    const before = this.#known;
    this.#known = now;
    for (const name of now.keys()) if (!before.has(name)) this.#queue.add(name);
  }

  async #record(name: string): Promise<void> {
    const problem = this.#known.get(name);
    if (problem === undefined || !this.#active) return;
    const { client, instance, uidOf } = this.#options;
    const { origin, reason } = problem;
    const namespace = origin.namespace === '' ? 'default' : origin.namespace;
    const path = `/api/v1/namespaces/${namespace}/events`;
    const at = (this.#options.now?.() ?? new Date()).toISOString().replace(/\.\d{3}Z$/, 'Z');
    const existing = await client.request<Event>(`${path}/${name}`).catch((error: unknown) => {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    });
    if (existing !== undefined) {
      const body = { count: (existing.count ?? 1) + 1, lastTimestamp: at };
      await client.request(`${path}/${name}`, { method: 'PATCH', contentType: MERGE_PATCH, body });
      return;
    }
    const uid = uidOf(problem);
    const involvedObject = {
      apiVersion: apiVersionOf(origin.kind),
      kind: origin.kind,
      namespace: origin.namespace,
      name: origin.name,
      ...(uid === undefined ? {} : { uid }),
      ...(origin.path === undefined ? {} : { fieldPath: origin.path }),
    };
    const where = origin.path === undefined ? '' : `${origin.path}: `;
    const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
    await client.request(path, {
      method: 'POST',
      body: {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace },
        involvedObject,
        type: 'Warning',
        reason,
        message: `${where}${problem.message}${hint}`.slice(0, MAX_MESSAGE),
        source: { component: COMPONENT },
        reportingComponent: COMPONENT,
        reportingInstance: instance,
        firstTimestamp: at,
        lastTimestamp: at,
        count: 1,
      },
    });
  }
}

/** The same problem of the same object has the same event. */
function nameOf({ origin, reason, message }: Problem): string {
  return `${origin.name}.${contentHash([origin, reason, message])}`;
}
