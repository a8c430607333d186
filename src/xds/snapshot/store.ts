/**
 * The resources that are being served: what the builder made last, except where an Envoy rejected a resource; that one is served in its
 * last accepted version until the builder changes it.
 */
import type { Origin } from '#ir/types.ts';
import { type EncodedResource, type EncodeResource, ResourceEncoder } from './encoded.ts';
import { RESOURCE_TYPES } from './order.ts';
import type { Resource, ResourceSet, ResourceType } from './resources.ts';
import { TypeSnapshot } from './type-snapshot.ts';

/** Names whose served content changed or went, by type. */
export type SnapshotChange = ReadonlyMap<ResourceType, ReadonlySet<string>>;

/** A resource that could not be encoded; its last good version stays. */
export interface EncodeProblem {
  readonly type: ResourceType;
  readonly name: string;
  readonly origins: readonly Origin[];
  readonly detail: string;
}

export interface Rejection {
  readonly type: ResourceType;
  readonly name: string;
  readonly version: string;
  /** The text of Envoy. */
  readonly detail: string;
  readonly origins: readonly Origin[];
  /** The version that is served instead; undefined when none was ever accepted. */
  readonly fallback: string | undefined;
}

interface Accepted {
  readonly latest: EncodedResource;
  readonly previous?: EncodedResource;
}

interface TypeState {
  source: ReadonlyMap<string, Resource> | undefined;
  /** What the builder wants. */
  readonly wanted: Map<string, EncodedResource>;
  readonly served: TypeSnapshot;
  readonly accepted: Map<string, Accepted>;
  readonly rejected: Map<string, Rejection>;
  readonly unencodable: Map<string, EncodeProblem>;
  /** Removed by the last update; a rejected route may still need them. */
  readonly retired: Map<string, EncodedResource>;
}

/** Routes and listeners lead to these, so they outlive a rejection of those. */
const REFERRED: readonly ResourceType[] = ['cluster', 'endpoint', 'secret'];
const REFERRING: readonly ResourceType[] = ['listener', 'route', 'scope'];

export class SnapshotStore {
  readonly #types: Readonly<Record<ResourceType, TypeState>>;
  readonly #encoder: ResourceEncoder;
  readonly #listeners = new Set<(change: SnapshotChange) => void>();

  constructor(encodeOne?: EncodeResource) {
    this.#encoder = new ResourceEncoder(encodeOne);
    this.#types = Object.fromEntries(RESOURCE_TYPES.map((type) => [type, emptyType()])) as unknown as Record<
      ResourceType,
      TypeState
    >;
  }

  /** What nodes should have of a type. */
  served(type: ResourceType): TypeSnapshot {
    return this.#types[type].served;
  }

  /** Calls back after each change of what is served. Returns the way to stop that. */
  onChange(listener: (change: SnapshotChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Makes these resources the current ones. Those that cannot be encoded are returned, each time, and keep their last good version. */
  set(resources: ResourceSet): EncodeProblem[] {
    const touched = new Map<ResourceType, Set<string>>();
    const settled = !this.#referringRejected();
    for (const type of RESOURCE_TYPES) touched.set(type, this.#update(type, resources[type], settled));
    this.#refresh(touched);
    return RESOURCE_TYPES.flatMap((type) => [...this.#types[type].unencodable.values()]);
  }

  /** A node took this version; it is what a later, refused version falls back to. */
  accept(type: ResourceType, resource: EncodedResource): void {
    const state = this.#types[type];
    const wanted = state.wanted.get(resource.name);
    if (wanted === undefined) return;
    const before = state.accepted.get(resource.name);
    // A slow node's word on an old version says nothing new.
    if (before?.latest.version === resource.version || before?.latest.version === wanted.version) return;
    state.accepted.set(
      resource.name,
      before === undefined ? { latest: resource } : { latest: resource, previous: before.latest },
    );
  }

  /** A node refused this version: from now on the last accepted one is served, until the content changes. */
  reject(type: ResourceType, name: string, version: string, detail: string): Rejection | undefined {
    const state = this.#types[type];
    const wanted = state.wanted.get(name);
    // The builder has gone on since: there is nothing to take back.
    if (wanted === undefined || wanted.version !== version) return undefined;
    const known = state.rejected.get(name);
    if (known?.version === version) return known;
    const fallback = goodVersion(state.accepted.get(name), version);
    const rejection = { type, name, version, detail, origins: wanted.resource.origins, fallback: fallback?.version };
    const touched = this.#retiredNames();
    state.rejected.set(name, rejection);
    touched.set(type, new Set([...(touched.get(type) ?? []), name]));
    this.#refresh(touched);
    return rejection;
  }

  /** Everything that is refused at the moment. */
  rejections(): Rejection[] {
    return RESOURCE_TYPES.flatMap((type) => [...this.#types[type].rejected.values()]);
  }

  /** True when the name is wanted but refused without an older version to serve: a node that holds one should keep it. */
  isWithheld(type: ResourceType, name: string): boolean {
    const state = this.#types[type];
    return state.rejected.has(name) && state.served.get(name) === undefined;
  }

  #update(type: ResourceType, next: ReadonlyMap<string, Resource>, settled: boolean): Set<string> {
    const state = this.#types[type];
    const touched = new Set<string>();
    if (settled) state.retired.clear();
    if (state.source === next) return touched;
    for (const [name, resource] of next) {
      if (state.source?.get(name) === resource) continue;
      state.unencodable.delete(name);
      try {
        const encoded = this.#encoder.encode(resource);
        state.wanted.set(name, encoded);
        if (state.rejected.get(name)?.version !== encoded.version) state.rejected.delete(name);
        state.retired.delete(name);
        touched.add(name);
      } catch (error) {
        state.unencodable.set(name, {
          type,
          name,
          origins: resource.origins,
          detail: error instanceof Error ? error.message : String(error),
        });
      }
    }
    for (const name of state.unencodable.keys()) if (!next.has(name)) state.unencodable.delete(name);
    for (const [name, encoded] of state.wanted) {
      if (next.has(name)) continue;
      state.wanted.delete(name);
      state.accepted.delete(name);
      state.rejected.delete(name);
      if (REFERRED.includes(type)) state.retired.set(name, encoded);
      touched.add(name);
    }
    state.source = next;
    // A rejection that went lets retired resources go.
    if (!settled) for (const name of state.retired.keys()) touched.add(name);
    return touched;
  }

  #refresh(touched: ReadonlyMap<ResourceType, ReadonlySet<string>>): void {
    const keepRetired = this.#referringRejected();
    const change = new Map<ResourceType, ReadonlySet<string>>();
    for (const [type, names] of touched) {
      const state = this.#types[type];
      const changed = new Set<string>();
      for (const name of names) if (state.served.put(name, effective(state, name, keepRetired))) changed.add(name);
      if (changed.size > 0) change.set(type, changed);
    }
    if (change.size > 0) for (const listener of this.#listeners) listener(change);
  }

  #referringRejected(): boolean {
    return REFERRING.some((type) => this.#types[type].rejected.size > 0);
  }

  #retiredNames(): Map<ResourceType, Set<string>> {
    return new Map(REFERRED.map((type) => [type, new Set(this.#types[type].retired.keys())]));
  }
}

function effective(state: TypeState, name: string, keepRetired: boolean): EncodedResource | undefined {
  const wanted = state.wanted.get(name);
  if (wanted === undefined) return keepRetired ? state.retired.get(name) : undefined;
  if (state.rejected.get(name)?.version !== wanted.version) return wanted;
  return goodVersion(state.accepted.get(name), wanted.version);
}

/** With several nodes, one may have accepted what another refused; then the version before that is the good one. */
function goodVersion(accepted: Accepted | undefined, refused: string): EncodedResource | undefined {
  return accepted?.latest.version === refused ? accepted.previous : accepted?.latest;
}

function emptyType(): TypeState {
  return {
    source: undefined,
    wanted: new Map(),
    served: new TypeSnapshot(),
    accepted: new Map(),
    rejected: new Map(),
    unencodable: new Map(),
    retired: new Map(),
  };
}
