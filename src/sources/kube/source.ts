/** The left end in a cluster: every kind listed and watched, told as one part of the World once all of them are known. */
import type { Problem } from '#ir/types.ts';
import { type Clock, systemClock } from '#lib/clock.ts';
import { type Logger, type ThrottledLog, throttled } from '#lib/log.ts';
import type { KubeObject } from '#model/object.ts';
import { PART_KEYS, type PartKey, type WorldPart } from '../files/kinds.ts';
import { type KubeClient, KubeError } from './client.ts';
import { Collection } from './collection.ts';
import { KUBE_KINDS, type KubeKind, parserOf, pathsOf } from './kinds.ts';
import { type RawObject, Reflector } from './reflector.ts';

export interface KubeSourceOptions {
  readonly client: KubeClient;
  /** '' = all namespaces. The system namespace is read as well. */
  readonly watchNamespace: string;
  readonly systemNamespace: string;
  readonly log: Logger;
  /** Called when all kinds are known, and then whenever objects or problems changed; bursts are one call. */
  readonly onWorld: (part: WorldPart, problems: readonly Problem[]) => void;
  /** Called when what `aside` answers may have changed. */
  readonly onAside?: () => void;
  readonly clock?: Clock;
}

interface Watched {
  readonly kind: KubeKind;
  readonly path: string;
  readonly collection: Collection<KubeObject>;
  readonly reflector: Reflector;
  /** The API server says that it will not give it: no permission, or no such kind. */
  refused: Problem | undefined;
  /** The same for a kind that need not be there. */
  absent: boolean;
}

export class KubeSource {
  readonly #options: KubeSourceOptions;
  readonly #watched: readonly Watched[];
  readonly #throttle: ThrottledLog;
  readonly #lists = new Map<
    PartKey,
    { readonly from: readonly (readonly KubeObject[])[]; readonly list: KubeObject[] }
  >();
  #scheduled: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(options: KubeSourceOptions) {
    this.#options = options;
    this.#throttle = throttled(options.log, { clock: options.clock ?? systemClock });
    const { watchNamespace, systemNamespace } = options;
    this.#watched = KUBE_KINDS.flatMap((kind) =>
      pathsOf(kind, watchNamespace, systemNamespace).map((path) => this.#watch(kind, path)),
    );
  }

  start(): void {
    for (const { reflector } of this.#watched) reflector.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearImmediate(this.#scheduled);
    await Promise.all(this.#watched.map(({ reflector }) => reflector.stop()));
  }

  /** Kinds that are not known yet, for people. */
  pending(): readonly string[] {
    return this.#watched.filter((one) => !known(one)).map(({ path }) => `${path} has not been listed yet`);
  }

  /** What stands beside an object of the World: its status, or how a gateway Service can be reached. */
  aside(part: PartKey, namespace: string, name: string): unknown {
    for (const { kind, collection } of this.#watched) {
      if (kind.part !== part) continue;
      const found = collection.aside(namespace, name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** An answer to a write of our own; see `Collection.wrote`. */
  wrote(object: RawObject & { readonly kind?: string }): void {
    for (const { kind, collection } of this.#watched) if (kind.kind === object.kind) collection.wrote(object);
  }

  get suppressedLines(): number {
    return this.#throttle.suppressed;
  }

  #watch(kind: KubeKind, path: string): Watched {
    const { client, clock } = this.#options;
    const collection = new Collection<KubeObject>({
      kind: kind.kind,
      apiVersion: kind.apiVersion,
      parse: parserOf(kind.part),
      ...(kind.wanted && { wanted: kind.wanted }),
      ...(kind.aside && { aside: kind.aside }),
      onChange: () => this.#changed(),
      onAside: () => this.#options.onAside?.(),
      onFailed: (error) => this.#failed(watched, error),
      onRecovered: () => this.#recovered(watched),
    });
    const reflector = new Reflector({
      client,
      path,
      ...(kind.query && { query: kind.query }),
      sink: collection,
      ...(clock && { clock }),
    });
    const watched: Watched = { kind, path, collection, reflector, refused: undefined, absent: false };
    return watched;
  }

  #failed(watched: Watched, error: Error): void {
    if (watched.kind.optional && error instanceof KubeError && (error.status === 403 || error.status === 404)) {
      if (watched.absent) return;
      watched.absent = true;
      this.#changed();
      return;
    }
    const fields = { path: watched.path, error: error.message };
    this.#throttle.failure(watched.path, fields, 'the API server did not give a collection; trying again');
    const problem = refusal(watched, error);
    if (problem === undefined || watched.refused?.message === problem.message) return;
    watched.refused = problem;
    this.#changed();
  }

  #recovered(watched: Watched): void {
    watched.absent = false;
    this.#throttle.recovery(watched.path, { path: watched.path }, 'the API server gives the collection again');
    if (watched.refused === undefined) return;
    watched.refused = undefined;
    this.#changed();
  }

  #changed(): void {
    if (this.#stopped || !this.#watched.every(known)) return;
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      this.#emit();
    });
  }

  #emit(): void {
    const part = Object.fromEntries(PART_KEYS.map((key) => [key, this.#list(key)])) as unknown as WorldPart;
    const problems = this.#watched.flatMap(({ collection, refused }) =>
      refused === undefined ? collection.problems : [refused, ...collection.problems],
    );
    this.#options.onWorld(part, problems);
  }

  /** The same list as before when nothing in it changed. */
  #list(key: PartKey): readonly KubeObject[] {
    const from = this.#watched.filter(({ kind }) => kind.part === key).map(({ collection }) => collection.objects);
    const [only] = from;
    if (from.length === 1 && only !== undefined) return only;
    const before = this.#lists.get(key);
    if (before?.from.every((list, at) => list === from[at])) return before.list;
    const list = from.flat();
    this.#lists.set(key, { from, list });
    return list;
  }
}

function known({ collection, refused, absent }: Watched): boolean {
  return collection.synced || refused !== undefined || absent;
}

/** Answers that will not change by asking again: the rest is served without this kind. */
function refusal({ kind, path }: Watched, error: Error): Problem | undefined {
  if (!(error instanceof KubeError)) return undefined;
  const origin = { kind: kind.kind, namespace: '', name: '*' };
  if (error.status === 403)
    return {
      severity: 'error',
      reason: 'Forbidden',
      origin,
      message: `${kind.kind} objects cannot be read: the API server refuses ${path}: ${error.message}`,
      hint: `allow the controller's ServiceAccount to get, list and watch ${kind.plural}; everything else is served meanwhile`,
    };
  if (error.status === 404)
    return {
      severity: 'warning',
      reason: 'KindMissing',
      origin,
      message: `the cluster has no kind ${kind.kind} of ${kind.apiVersion}`,
      hint: 'apply the CRDs (folder crds/ of the chart); everything else is served meanwhile',
    };
  return undefined;
}
