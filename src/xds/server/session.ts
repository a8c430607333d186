/**
 * One ADS stream: keeps a subscription per type and decides what to send when. Sending follows Envoy's order for ADS: clusters with
 * their endpoints, listeners, routes, scopes; clusters are taken away only after the routes that led there.
 */
import type { EncodedResource } from '#xds/snapshot/encoded.ts';
import { SEND_ORDER } from '#xds/snapshot/order.ts';
import { type ResourceType, TYPE_URL } from '#xds/snapshot/resources.ts';
import type { SnapshotChange, SnapshotStore } from '#xds/snapshot/store.ts';
import type { DeltaRequest, SotwRequest, StatusDetail } from './messages.ts';
import { type Answer, type Gate, type Protocol, type Response, Subscription } from './subscription.ts';

export interface SessionParts {
  readonly protocol: Protocol;
  readonly store: SnapshotStore;
  readonly send: (type: ResourceType, response: Response) => void;
  readonly onAnswer: (type: ResourceType, answer: Answer) => void;
  readonly now: () => Date;
  /** Calls back after this many milliseconds; returns the way to cancel. */
  readonly later: (delayMs: number, callback: () => void) => () => void;
  /** Routes wait no longer than this for new clusters to be ready. */
  readonly readyWaitMs: number;
  /** True: nothing is sent yet; `resume` is called when that is over. Default never. */
  readonly held?: () => boolean;
}

const TYPE_OF_URL: ReadonlyMap<string, ResourceType> = new Map(
  Object.entries(TYPE_URL).map(([type, url]) => [url, type as ResourceType]),
);
const OPEN: Gate = { upserts: true, removals: true };

export class Session {
  readonly subscriptions = new Map<ResourceType, Subscription>();
  readonly #parts: SessionParts;
  /** New clusters whose endpoints the node has not confirmed; a route to them would fail. */
  readonly #warming = new Set<string>();
  #nonces = 0;
  #waited = false;
  #cancelWait: (() => void) | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  close(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  /** Types whose last changes the node has not confirmed. */
  waiting(): ResourceType[] {
    return [...this.subscriptions.values()]
      .filter((subscription) => !subscription.settled)
      .map((subscription) => subscription.type);
  }

  /** Sends what was held back. */
  resume(): void {
    this.#pump();
  }

  storeChanged(change: SnapshotChange): void {
    for (const [type, names] of change) {
      const subscription = this.subscriptions.get(type);
      if (subscription !== undefined) for (const name of names) subscription.changed(name);
    }
    if (change.has('route')) this.subscriptions.get('scope')?.reconsider();
    this.#pump();
  }

  /** @returns false for a type that is not served here. */
  receiveDelta(request: DeltaRequest): boolean {
    const subscription = this.#subscription(request.type_url);
    if (subscription === undefined) return false;
    const nonce = request.response_nonce ?? '';
    if (nonce !== '') this.#answer(subscription, nonce, request.error_detail);
    subscription.subscribeDelta(
      request.resource_names_subscribe ?? [],
      request.resource_names_unsubscribe ?? [],
      request.initial_resource_versions ?? {},
    );
    this.#pump();
    return true;
  }

  /** @returns false for a type that is not served here. */
  receiveSotw(request: SotwRequest): boolean {
    const subscription = this.#subscription(request.type_url);
    if (subscription === undefined) return false;
    const nonce = request.response_nonce ?? '';
    // Nonces of this stream only: an old one is followed by a request that knows the newest response.
    const answered = nonce !== '' && this.#answer(subscription, nonce, request.error_detail);
    const outdated = nonce !== '' && !answered && subscription.inFlight !== undefined;
    if (!outdated) subscription.subscribeSotw(request.resource_names ?? [], request.version_info ?? '', answered);
    this.#pump();
    return true;
  }

  #subscription(url: string | undefined): Subscription | undefined {
    const type = TYPE_OF_URL.get(url ?? '');
    if (type === undefined) return undefined;
    let subscription = this.subscriptions.get(type);
    if (subscription === undefined) {
      subscription = new Subscription(type, this.#parts.protocol, this.#parts.store);
      this.subscriptions.set(type, subscription);
    }
    return subscription;
  }

  #answer(subscription: Subscription, nonce: string, error: StatusDetail | undefined): boolean {
    const answer = subscription.answer(nonce, error, this.#parts.now);
    if (answer.kind === 'stale') return false;
    if (subscription.type === 'endpoint')
      for (const resource of answer.response.changed) this.#warming.delete(resource.name);
    if (subscription.type === 'cluster' && answer.kind === 'nack')
      for (const { resource } of answer.refused) this.#warming.delete(resource.name);
    this.#parts.onAnswer(subscription.type, answer);
    return true;
  }

  /** Sends all that may be sent now. */
  #pump(): void {
    if (this.#parts.held?.()) return;
    for (const type of SEND_ORDER) this.#send(type, this.#gate(type));
    if (this.#leadersSettled()) for (const type of SEND_ORDER) if (isReferred(type)) this.#send(type, OPEN);
    this.#watchWaiting();
  }

  #send(type: ResourceType, gate: Gate): void {
    const subscription = this.subscriptions.get(type);
    const response = subscription?.next(gate, () => String(++this.#nonces));
    if (response === undefined) return;
    if (type === 'cluster') {
      this.#noteWarming(response);
      this.#renewEndpoints(response);
    }
    this.#parts.send(type, response);
  }

  /**
   * Envoy warms a replaced cluster until its endpoints come, and confirms no cluster meanwhile. In the state-of-the-world protocol it asks for them; in
   * delta, where it has them under the same name already, it does not ask, and waits for 15 s.
   */
  #renewEndpoints(response: Response): void {
    if (this.#parts.protocol !== 'delta') return;
    const endpoints = this.subscriptions.get('endpoint');
    for (const { name } of response.changed) endpoints?.renew(name);
  }

  #noteWarming(response: Response): void {
    const endpoints = this.subscriptions.get('endpoint');
    for (const { name } of response.changed) {
      // By our naming, a cluster and its endpoints have one name.
      if (this.#parts.store.served('endpoint').get(name) !== undefined && !endpoints?.acked.has(name))
        this.#warming.add(name);
    }
    for (const name of response.removed) this.#warming.delete(name);
  }

  #gate(type: ResourceType): Gate {
    const upserts = this.#mayAdd(type);
    // Hosts move between route tables: the new table must be there before a scope leads to it, the old one until none does.
    if (type === 'scope') return { upserts, removals: true, mayReplace: (scope) => this.#mayLead(scope) };
    if (type === 'route') return { upserts, removals: this.subscriptions.get('scope')?.settled ?? true };
    return { upserts, removals: !isReferred(type) };
  }

  /** A table that was refused and has no older version leaves the scope where it leads now. */
  #mayLead({ resource }: EncodedResource): 'now' | 'later' | 'never' {
    const table = resource.message.route_configuration_name;
    if (typeof table !== 'string' || this.subscriptions.get('route')?.acked.has(table) === true) return 'now';
    return this.#parts.store.isWithheld('route', table) ? 'never' : 'later';
  }

  #mayAdd(type: ResourceType): boolean {
    return this.#waited || (type !== 'listener' && type !== 'route') || !this.#upstreamsBusy();
  }

  #upstreamsBusy(): boolean {
    return this.subscriptions.get('cluster')?.inFlight !== undefined || this.#warming.size > 0;
  }

  /** True when the node has confirmed all listeners, routes and scopes, so nothing leads to removed clusters. */
  #leadersSettled(): boolean {
    return (['listener', 'route', 'scope', 'extension'] as const).every(
      (type) => this.subscriptions.get(type)?.settled ?? true,
    );
  }

  #watchWaiting(): void {
    if (!this.#upstreamsBusy()) {
      this.#waited = false;
      this.close();
    } else if (!this.#waited && this.#cancelWait === undefined) {
      this.#cancelWait = this.#parts.later(this.#parts.readyWaitMs, () => {
        this.#cancelWait = undefined;
        this.#waited = true;
        this.#warming.clear();
        this.#pump();
      });
    }
  }
}

function isReferred(type: ResourceType): boolean {
  return type === 'cluster' || type === 'endpoint' || type === 'secret';
}
