/**
 * One writer among the replicas: whoever holds the Lease (coordination.k8s.io/v1). Times are those of Kubernetes' own controllers:
 * a lease lasts 15 s, its holder gives up after 10 s without a renewal, everybody tries every 2 s.
 */
import { type Clock, sleep, systemClock } from '#lib/clock.ts';
import type { Logger } from '#lib/log.ts';
import { type KubeClient, KubeError } from '#sources/kube/client.ts';
import { type OwnerReference, withOwner } from './release-owner.ts';

export interface LeaderOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly lease: string;
  /** Unique to this process, for example the pod's name. */
  readonly identity: string;
  /** Owner of the Lease. */
  readonly owner: Promise<OwnerReference | undefined>;
  readonly log: Logger;
  readonly onElected: () => void;
  /** Called before anybody else can hold the lease. */
  readonly onLost: () => void;
  readonly clock?: Clock;
  readonly leaseMs?: number;
  readonly renewMs?: number;
  readonly retryMs?: number;
}

interface Lease {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

const LEASE_MS = 15_000;
const RENEW_MS = 10_000;
const RETRY_MS = 2_000;

export class LeaderElection {
  readonly #options: LeaderOptions;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #leading = false;
  /** When our last renewal began. */
  #renewedAt = 0;
  /** The last state of the lease that was seen, and when: other machines' clocks are not trusted. */
  #observed: { readonly version: string; readonly at: number } | undefined;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get leading(): boolean {
    return this.#leading;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Gives the lease up, so that another replica need not wait for its end. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    if (!this.#leading) return;
    this.#lose();
    await this.#release().catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const began = this.#clock.now();
      const held = await this.#try().catch((error: unknown) => {
        this.#options.log.debug({ err: error }, 'the lease could not be read or written');
        return false;
      });
      if (held) this.#renewedAt = began;
      if (held && !this.#leading) this.#win();
      const expired = this.#clock.now() - this.#renewedAt >= (this.#options.renewMs ?? RENEW_MS);
      if (!held && this.#leading && expired) this.#lose();
      await sleep(this.#clock, this.#options.retryMs ?? RETRY_MS, signal);
    }
  }

  #win(): void {
    this.#leading = true;
    this.#options.log.info({ lease: this.#options.lease }, 'this replica writes now');
    this.#options.onElected();
  }

  #lose(): void {
    this.#leading = false;
    this.#options.log.warn({ lease: this.#options.lease }, 'this replica no longer writes');
    this.#options.onLost();
  }

  get #path(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#options.namespace}/leases`;
  }

  /** True when the lease is ours, as far as the API server knows. */
  async #try(): Promise<boolean> {
    const { client, lease: name, identity, leaseMs = LEASE_MS } = this.#options;
    const now = new Date(this.#clock.now()).toISOString().replace('Z', '000Z');
    const seconds = Math.ceil(leaseMs / 1000);
    const existing = await client.request<Lease>(`${this.#path}/${name}`).catch(ifMissing);
    const ownerReferences = withOwner(existing?.metadata.ownerReferences, await this.#options.owner);
    const metadata = { ...existing?.metadata, name, ...(ownerReferences !== undefined && { ownerReferences }) };
    if (existing === undefined) {
      const spec = { holderIdentity: identity, leaseDurationSeconds: seconds, acquireTime: now, renewTime: now };
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
      return client.request(this.#path, { method: 'POST', body }).then(() => true, ifConflict);
    }
    const { spec = {} } = existing;
    const version = existing.metadata.resourceVersion ?? '';
    if (this.#observed?.version !== version) this.#observed = { version, at: this.#clock.now() };
    const ours = spec.holderIdentity === identity;
    const free = spec.holderIdentity === undefined || spec.holderIdentity === '';
    const over = this.#clock.now() - this.#observed.at >= (spec.leaseDurationSeconds ?? seconds) * 1000;
    if (!ours && !free && !over) return false;
    const taken = ours ? {} : { acquireTime: now, leaseTransitions: (spec.leaseTransitions ?? 0) + 1 };
    const next = { ...spec, holderIdentity: identity, leaseDurationSeconds: seconds, renewTime: now, ...taken };
    return client
      .request(`${this.#path}/${name}`, { method: 'PUT', body: { ...existing, metadata, spec: next } })
      .then(() => true, ifConflict);
  }

  async #release(): Promise<void> {
    const { client, lease: name, identity } = this.#options;
    const existing = await client.request<Lease>(`${this.#path}/${name}`);
    if (existing.spec?.holderIdentity !== identity) return;
    const spec = { ...existing.spec, holderIdentity: '', leaseDurationSeconds: 1 };
    await client.request(`${this.#path}/${name}`, { method: 'PUT', body: { ...existing, spec } });
  }
}

function ifMissing(error: unknown): undefined {
  if (error instanceof KubeError && error.status === 404) return undefined;
  throw error;
}

/** Somebody else was faster. */
function ifConflict(error: unknown): false {
  if (error instanceof KubeError && error.status === 409) return false;
  throw error;
}
