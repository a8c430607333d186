/**
 * What one stream has of one resource type. There is at most one unanswered response per type, so a slow node is never flooded: changes
 * that come meanwhile are folded into the next response.
 */
import type { EncodedResource } from '#xds/snapshot/encoded.ts';
import type { ResourceType } from '#xds/snapshot/resources.ts';
import type { SnapshotStore } from '#xds/snapshot/store.ts';
import { culpritsOf, detailOf } from './culprits.ts';
import type { StatusDetail } from './messages.ts';

export type Protocol = 'sotw' | 'delta';

export interface Nack {
  readonly type: ResourceType;
  readonly detail: string;
  readonly resourceNames: readonly string[];
  readonly time: Date;
}

/** A response that waits for its answer. */
export interface Response {
  readonly nonce: string;
  readonly version: string;
  /** All resources of the message. */
  readonly resources: readonly EncodedResource[];
  /** Those of them that are new to the node. */
  readonly changed: readonly EncodedResource[];
  readonly removed: readonly string[];
}

export interface Refused {
  readonly resource: EncodedResource;
  readonly detail: string;
}

export type Answer =
  | { readonly kind: 'stale' }
  | { readonly kind: 'ack'; readonly response: Response }
  | { readonly kind: 'nack'; readonly response: Response; readonly nack: Nack; readonly refused: readonly Refused[] };

/** What may be sent now. */
export interface Gate {
  readonly upserts: boolean;
  readonly removals: boolean;
  /** Whether the node may have this in the place of another version; `never`: not before it is reconsidered. */
  readonly mayReplace?: (resource: EncodedResource) => 'now' | 'later' | 'never';
}

interface Held {
  readonly version: string;
  /** Unknown for what the node had before this stream. */
  readonly resource?: EncodedResource;
}

export const WILDCARD = '*';
/** In the state-of-the-world protocol, a response of these types lists everything; what it lacks is removed. */
const FULL_STATE: readonly ResourceType[] = ['listener', 'cluster', 'chain', 'scope'];

export class Subscription {
  readonly type: ResourceType;
  readonly names = new Set<string>();
  wildcard = false;
  /** Content version by name as the node confirmed it. */
  readonly acked = new Map<string, string>();
  ackedVersion = '';
  sentVersion = '';
  lastAck: Date | undefined;
  lastNack: Nack | undefined;
  inFlight: Response | undefined;

  readonly #store: SnapshotStore;
  readonly #protocol: Protocol;
  /** What the node has once it took all that was sent. */
  readonly #held = new Map<string, Held>();
  /** Names to be looked at for the next response. */
  readonly #pending = new Set<string>();
  /** Names that the node asked for by name; if there is no such resource, it must be told so. */
  readonly #owed = new Set<string>();
  /** Names that were in a refused response of several: sent one by one, the bad one shows. */
  readonly #suspects = new Set<string>();
  /** Versions that this node refused; they are not offered again. */
  readonly #refused = new Map<string, string>();
  #mustRespond = false;
  #fresh = true;

  constructor(type: ResourceType, protocol: Protocol, store: SnapshotStore) {
    this.type = type;
    this.#protocol = protocol;
    this.#store = store;
  }

  /** True when the node has confirmed all that it asked for. */
  get settled(): boolean {
    return this.inFlight === undefined && this.#pending.size === 0 && !this.#mustRespond;
  }

  wants(name: string): boolean {
    return this.wildcard || this.names.has(name);
  }

  /** The served content of this name changed. */
  changed(name: string): void {
    if (this.wants(name) || this.#held.has(name)) this.#pending.add(name);
  }

  /** Looks again at all of which the node has another version. */
  reconsider(): void {
    for (const [name, { version }] of this.#held)
      if ((this.#served.get(name)?.version ?? version) !== version) this.#pending.add(name);
  }

  /** To be sent again, unchanged as it may be, if the node asked for it by name. */
  renew(name: string): void {
    if (!this.names.has(name)) return;
    this.#held.delete(name);
    this.#pending.add(name);
  }

  /** A delta request's change of interest. The first one of a stream tells what the node has from an earlier stream. */
  subscribeDelta(
    subscribe: readonly string[],
    unsubscribe: readonly string[],
    initial: Readonly<Record<string, string>>,
  ): void {
    const first = this.#fresh;
    this.#fresh = false;
    if (first) {
      for (const [name, version] of Object.entries(initial)) this.#takeOver(name, version);
      if (subscribe.length === 0) this.#all(this.#held.size === 0);
    }
    for (const name of subscribe) {
      if (name === WILDCARD) {
        this.#all(first && this.#held.size === 0);
        continue;
      }
      this.names.add(name);
      // Asked for again, a resource is due again even if unchanged: Envoy warms a replaced cluster with it.
      if (!first) this.#held.delete(name);
      this.#owed.add(name);
      this.#pending.add(name);
    }
    for (const name of unsubscribe) this.#drop(name);
  }

  /** A state-of-the-world request lists all names each time; none at all from the start means everything. */
  subscribeSotw(names: readonly string[], version: string, isAnswer: boolean): void {
    const first = this.#fresh;
    this.#fresh = false;
    if (names.includes(WILDCARD) || (names.length === 0 && (first || this.wildcard))) {
      if (this.wildcard) return;
      // After a reconnect the version tells that the node has all of it. With names it would not: they may have grown meanwhile.
      if (first && version !== '' && version === this.#served.version && FULL_STATE.includes(this.type)) {
        this.wildcard = true;
        for (const resource of this.#served.values()) this.#takeOver(resource.name, resource.version);
        this.ackedVersion = version;
        this.sentVersion = version;
      } else this.#all(true);
      return;
    }
    this.wildcard = false;
    const wanted = new Set(names);
    const added = names.filter((name) => !this.names.has(name));
    for (const name of [...this.names]) if (!wanted.has(name)) this.#drop(name);
    // A request that answers nothing and adds nothing comes from a new watcher of old names, which waits for a response.
    const again = !isAnswer && added.length === 0 && this.inFlight === undefined ? names : added;
    for (const name of again) {
      this.names.add(name);
      this.#held.delete(name);
      this.#pending.add(name);
    }
  }

  /** The next response, if there is something to say that the gate lets through; it is in flight from then on. */
  next(gate: Gate, nonce: () => string): Response | undefined {
    if (this.inFlight !== undefined) return undefined;
    const { changed, removed } = this.#due(gate);
    const full = this.#protocol === 'sotw' && FULL_STATE.includes(this.type);
    const said = changed.length > 0 || (removed.length > 0 && (full || this.#protocol === 'delta'));
    for (const name of removed) this.#forget(name);
    if (!said && !(this.#mustRespond && gate.upserts)) return undefined;
    for (const resource of changed) {
      this.#held.set(resource.name, { version: resource.version, resource });
      this.#pending.delete(resource.name);
      this.#owed.delete(resource.name);
    }
    this.#mustRespond = false;
    this.sentVersion = this.#served.version;
    this.inFlight = {
      nonce: nonce(),
      version: this.sentVersion,
      resources: full ? this.#everything() : changed,
      changed,
      removed,
    };
    return this.inFlight;
  }

  /** The node's word on the response with this nonce. */
  answer(nonce: string, error: StatusDetail | undefined, now: () => Date): Answer {
    const response = this.inFlight;
    if (response === undefined || response.nonce !== nonce) return { kind: 'stale' };
    this.inFlight = undefined;
    if (error === undefined) return this.#ack(response, now());
    const detail = error.message ?? '';
    const names = response.changed.map((resource) => resource.name);
    const culprits = culpritsOf(this.type, detail, names) ?? this.#search(names);
    for (const resource of response.changed) {
      const before = this.acked.get(resource.name);
      // Nobody knows which of them the node took before it stopped.
      if (before === undefined) this.#held.delete(resource.name);
      else this.#held.set(resource.name, { version: before });
      this.#pending.add(resource.name);
    }
    const refused = response.changed
      .filter((resource) => culprits.includes(resource.name))
      .map((resource) => ({ resource, detail: detailOf(resource.name, detail, names) }));
    for (const { resource } of refused) {
      this.#refused.set(resource.name, resource.version);
      this.#suspects.delete(resource.name);
    }
    this.lastNack = { type: this.type, detail, resourceNames: culprits.length > 0 ? culprits : names, time: now() };
    return { kind: 'nack', response, nack: this.lastNack, refused };
  }

  get #served() {
    return this.#store.served(this.type);
  }

  #ack(response: Response, time: Date): Answer {
    this.lastAck = time;
    for (const resource of response.changed) {
      this.acked.set(resource.name, resource.version);
      this.#suspects.delete(resource.name);
      this.#refused.delete(resource.name);
      this.#store.accept(this.type, resource);
    }
    for (const name of response.removed) this.acked.delete(name);
    this.ackedVersion = response.version;
    return { kind: 'ack', response };
  }

  /** Splits what is pending into what can be said now; what need not be said is struck off. */
  #due(gate: Gate): { changed: EncodedResource[]; removed: string[] } {
    const changed: EncodedResource[] = [];
    const removed: string[] = [];
    for (const name of this.#pending) {
      const resource = this.wants(name) ? this.#served.get(name) : undefined;
      if (resource !== undefined) {
        if (this.#held.get(name)?.version === resource.version || this.#refused.get(name) === resource.version)
          this.#settle(name);
        else if (gate.upserts) {
          const when = this.#held.has(name) ? (gate.mayReplace?.(resource) ?? 'now') : 'now';
          if (when === 'now') changed.push(resource);
          else if (when === 'never') this.#settle(name);
        }
      } else if (this.#held.has(name)) {
        // A refused resource without an older version to serve: the node may still run one from before.
        if (this.wants(name) && this.#store.isWithheld(this.type, name)) this.#settle(name);
        else if (gate.removals) removed.push(name);
      } else if (this.#owed.has(name)) removed.push(name);
      else this.#settle(name);
    }
    return { changed: this.#oneSuspect(changed), removed };
  }

  #oneSuspect(changed: EncodedResource[]): EncodedResource[] {
    if (this.#suspects.size === 0) return changed;
    const clear = changed.filter((resource) => !this.#suspects.has(resource.name));
    return clear.length > 0 ? clear : changed.slice(0, 1);
  }

  /** The text names nobody: lists of everything cannot be split, others are sent again one by one. */
  #search(names: readonly string[]): readonly string[] {
    if (this.#protocol === 'sotw' && FULL_STATE.includes(this.type)) return names;
    for (const name of names) this.#suspects.add(name);
    return [];
  }

  /** All that the node is to have after a full-state response, with what it must not lose yet. */
  #everything(): EncodedResource[] {
    const out: EncodedResource[] = [];
    for (const held of this.#held.values()) if (held.resource !== undefined) out.push(held.resource);
    // Taken over from an earlier stream: only the version was known then.
    for (const [name, held] of this.#held) {
      const resource = held.resource === undefined ? this.#served.get(name) : undefined;
      if (resource !== undefined) out.push(resource);
    }
    return out;
  }

  #takeOver(name: string, version: string): void {
    this.#held.set(name, { version });
    this.acked.set(name, version);
    this.#pending.add(name);
    const resource = this.#served.get(name);
    if (resource?.version === version) this.#store.accept(this.type, resource);
  }

  #all(mustRespond: boolean): void {
    this.wildcard = true;
    this.#mustRespond ||= mustRespond;
    for (const name of this.#served.names()) this.#pending.add(name);
  }

  #drop(name: string): void {
    if (name === WILDCARD) {
      this.wildcard = false;
      for (const held of [...this.#held.keys()]) if (!this.names.has(held)) this.#forget(held);
      return;
    }
    this.names.delete(name);
    if (!this.wildcard) this.#forget(name);
  }

  #forget(name: string): void {
    this.#settle(name);
    this.#held.delete(name);
    this.acked.delete(name);
    this.#suspects.delete(name);
    this.#refused.delete(name);
  }

  #settle(name: string): void {
    this.#pending.delete(name);
    this.#owed.delete(name);
  }
}
