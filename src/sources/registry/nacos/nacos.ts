/** Registry types `nacos`, `nacos2` and `nacos3`: services by list, instances by subscription, over Nacos' HTTP API v1 (servers 1.x and 2.x). */
import { createBackoff } from '#lib/backoff.ts';
import { sleep } from '#lib/clock.ts';
import { canonicalJson } from '#lib/hash.ts';
import type { RegistryConfig } from '#model/mcp-bridge.ts';
import type { RegistryService } from '#model/registry-service.ts';
import type { RegistryHealth, RegistrySource } from '../../source.ts';
import type { RegistryDeps, RegistryFactory, RegistryFault } from '../registry.ts';
import { NacosError, NacosHttp } from './http.ts';
import { type ListedService, listServices } from './list.ts';
import { type NacosHost, NamingClient } from './naming-client.ts';
import { listNamespace, serviceOf } from './service.ts';

const DEFAULT_PORT = 8848;
/** Subscriptions that are asked for at the same time. */
const PARALLEL = 8;
/** Changes that come together are one delivery. */
const COALESCE_MS = 10;
const ADDRESS_SERVER_MS = 30_000;

interface Watched extends ListedService {
  service: RegistryService | undefined;
  /** The subscription has answered. */
  heard: boolean;
  /** Since when the list does not name it, or it has no instances. */
  missingSince: number | undefined;
  emptySince: number | undefined;
}

class NacosRegistry implements RegistrySource {
  readonly type: string;
  readonly name: string;
  readonly #config: RegistryConfig;
  readonly #deps: RegistryDeps;
  readonly #key: string;
  readonly #intervalMs: number;
  readonly #http: NacosHttp;
  readonly #stopping = new AbortController();
  readonly #watched = new Map<string, Watched>();
  #naming: NamingClient | undefined;
  #loop: Promise<void> | undefined;
  #waking = new AbortController();
  #cancelDelivery: (() => void) | undefined;
  #delivered: readonly RegistryService[] | undefined;
  #ready = false;
  #lastError: string | undefined;
  #failingSince: number | undefined;
  #serversAt = Number.NEGATIVE_INFINITY;

  constructor(config: RegistryConfig, deps: RegistryDeps) {
    const { tuning, clock, random, credentials } = deps;
    this.type = config.type;
    this.name = config.name;
    this.#config = config;
    this.#deps = deps;
    this.#key = `${config.type}/${config.name}`;
    this.#intervalMs = Math.max(config.nacosRefreshInterval || tuning.defaultRefreshMs, tuning.minRefreshMs);
    const { nacosAccessKey: id, nacosSecretKey: secret } = config;
    this.#http = new NacosHttp({
      servers: config.nacosAddressServer === '' ? [`${config.domain}:${config.port || DEFAULT_PORT}`] : [],
      timeoutMs: tuning.requestTimeoutMs,
      now: clock.now,
      random,
      ...(credentials === undefined ? {} : { credentials }),
      ...(id !== '' && secret !== '' ? { accessKey: { id, secret } } : {}),
    });
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#waking.abort();
    this.#cancelDelivery?.();
    this.#http.close();
    await this.#loop;
    await this.#naming?.close();
    this.#deps.throttle.forget(this.#key);
  }

  health(): RegistryHealth {
    return {
      ready: this.#ready,
      healthy: this.#failingSince === undefined && this.#ready,
      services: this.#delivered?.length ?? 0,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
      ...(this.#failingSince === undefined ? {} : { failingSince: new Date(this.#failingSince).toISOString() }),
    };
  }

  async #run(): Promise<void> {
    const { clock, random, tuning } = this.#deps;
    // Never slower than the refresh itself: a registry that is back must be noticed within one interval.
    const maxMs = Math.min(tuning.backoffMaxMs, Math.max(this.#intervalMs, tuning.backoffBaseMs));
    const backoff = createBackoff({ baseMs: tuning.backoffBaseMs, maxMs, random });
    while (!this.#stopping.signal.aborted) {
      this.#waking = new AbortController();
      let waitMs: number;
      try {
        await this.#cycle();
        this.#succeeded();
        backoff.reset();
        waitMs = Math.min(this.#intervalMs, this.#nextExpiryMs());
      } catch (error) {
        if (this.#stopping.signal.aborted) break;
        this.#failed(error as Error);
        waitMs = backoff.next();
      }
      await sleep(clock, waitMs, AbortSignal.any([this.#stopping.signal, this.#waking.signal]));
    }
  }

  async #cycle(): Promise<void> {
    await this.#findServers();
    const listed = await listServices(this.#http, listNamespace(this.#config), this.#config.nacosGroups);
    if (this.#stopping.signal.aborted) return;
    const naming = this.#client();
    naming.paused = false;
    const back = this.#failingSince !== undefined;
    const added = this.#reconcile(listed);
    const again = new Set(back ? [...this.#watched.keys()] : naming.failed.keys());
    for (const { group, name } of added) again.delete(keyOf(group, name));
    await inParallel(added, ({ group, name }) => naming.watch(group, name));
    await inParallel([...again], (service) => naming.refresh(service));
    const [failure] = [...naming.failed].filter(([service]) => this.#watched.has(service));
    if (failure !== undefined) throw failure[1];
  }

  async #findServers(): Promise<void> {
    const { nacosAddressServer: server, nacosNamespaceId } = this.#config;
    const now = this.#deps.clock.now();
    if (server === '' || now - this.#serversAt < ADDRESS_SERVER_MS) return;
    const base = /^https?:\/\//.test(server) ? server : `http://${server}`;
    const url = `${base.replace(/\/+$/, '')}/nacos/serverlist?namespace=${encodeURIComponent(nacosNamespaceId || 'public')}`;
    const text = await this.#http.fetch(url, { 'request-module': 'Naming' });
    const servers = text.split(/\s+/).filter((word) => word !== '');
    if (servers.length === 0) throw new NacosError(`address server ${server} names no Nacos server`);
    this.#http.setServers(
      servers.map((one) => (/:\d+$/.test(one) ? one : `${one}:${this.#config.port || DEFAULT_PORT}`)),
    );
    this.#serversAt = now;
  }

  #client(): NamingClient {
    this.#naming ??= new NamingClient({
      namespace: this.#config.nacosNamespaceId || 'public',
      http: this.#http,
      onHosts: (service, hosts) => this.#take(service, hosts),
      // The next cycle finds out whether it is this service or the whole registry.
      onError: () => this.#waking.abort(),
    });
    return this.#naming;
  }

  /** Takes over the complete list. Returns what is new; what the list lacks is kept for the grace period. */
  #reconcile(listed: readonly ListedService[]): readonly ListedService[] {
    const now = this.#deps.clock.now();
    const keys = new Set(listed.map(({ group, name }) => keyOf(group, name)));
    const added: ListedService[] = [];
    for (const one of listed) {
      const known = this.#watched.get(keyOf(one.group, one.name));
      if (known !== undefined) known.missingSince = undefined;
      else {
        const { group, name } = one;
        this.#watched.set(keyOf(group, name), {
          group,
          name,
          service: undefined,
          heard: false,
          missingSince: undefined,
          emptySince: undefined,
        });
        added.push(one);
      }
    }
    for (const [key, watched] of this.#watched) {
      if (!keys.has(key)) watched.missingSince ??= now;
      if (this.#expired(watched.missingSince)) {
        this.#naming?.unwatch(key);
        this.#watched.delete(key);
      } else if (this.#expired(watched.emptySince)) watched.service = undefined;
    }
    this.#deliverSoon();
    return added;
  }

  #take(key: string, hosts: readonly NacosHost[]): void {
    const watched = this.#watched.get(key);
    if (watched === undefined) return;
    watched.heard = true;
    if (hosts.length === 0) {
      // A server that was restarted empty says the same: the last instances stay for the grace period.
      if (watched.service !== undefined) watched.emptySince ??= this.#deps.clock.now();
    } else {
      watched.emptySince = undefined;
      const service = serviceOf(this.#config, watched.group, watched.name, hosts);
      if (canonicalJson(service ?? null) === canonicalJson(watched.service ?? null)) return;
      watched.service = service;
    }
    this.#deliverSoon();
  }

  #expired(since: number | undefined): boolean {
    return since !== undefined && this.#deps.clock.now() - since >= this.#deps.tuning.graceMs;
  }

  #nextExpiryMs(): number {
    const now = this.#deps.clock.now();
    const ends = [...this.#watched.values()].flatMap(({ missingSince, emptySince, service }) => [
      ...(missingSince === undefined ? [] : [missingSince + this.#deps.tuning.graceMs]),
      ...(emptySince === undefined || service === undefined ? [] : [emptySince + this.#deps.tuning.graceMs]),
    ]);
    return Math.max(1, Math.min(...ends, Number.POSITIVE_INFINITY) - now);
  }

  #deliverSoon(): void {
    if (!this.#ready || this.#stopping.signal.aborted) return;
    this.#cancelDelivery ??= this.#deps.clock.after(COALESCE_MS, () => this.#deliver());
  }

  #deliver(): void {
    this.#cancelDelivery?.();
    this.#cancelDelivery = undefined;
    const services = [...this.#watched.values()]
      .flatMap(({ service }) => service ?? [])
      .sort((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0));
    const before = this.#delivered;
    if (
      before !== undefined &&
      before.length === services.length &&
      services.every((service, index) => service === before[index])
    )
      return;
    this.#delivered = services;
    this.#deps.listener.onServices(services);
  }

  #succeeded(): void {
    const { throttle, listener } = this.#deps;
    if (this.#stopping.signal.aborted) return;
    const wasWell = this.#ready && this.#failingSince === undefined;
    this.#ready = true;
    this.#failingSince = undefined;
    this.#lastError = undefined;
    throttle.recovery(this.#key, { registry: this.#key }, 'registry answers again');
    this.#deliver();
    if (!wasWell) listener.onHealth(this.health());
  }

  #failed(error: Error): void {
    const { throttle, listener, clock } = this.#deps;
    const changed = this.#failingSince === undefined || this.#lastError !== error.message;
    this.#failingSince ??= clock.now();
    this.#lastError = error.message;
    if (this.#naming !== undefined) this.#naming.paused = true;
    throttle.failure(
      this.#key,
      { registry: this.#key, error: error.message },
      'registry does not answer; its last known services stay, failures are counted until it does',
    );
    if (changed) listener.onHealth(this.health());
  }
}

function keyOf(group: string, name: string): string {
  return `${group}@@${name}`;
}

async function inParallel<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await action(item);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, worker));
}

function faultsOf(config: RegistryConfig): readonly RegistryFault[] {
  const faults: RegistryFault[] = [];
  if (config.domain === '' && config.nacosAddressServer === '') {
    faults.push({ field: 'domain', message: 'domain is missing: it is the host of the Nacos server' });
  }
  if (/[\s,/@]/.test(config.domain)) {
    faults.push({
      field: 'domain',
      message: `domain "${config.domain}" is not the name of one host`,
      value: config.domain,
    });
  }
  if (config.nacosGroups.length === 0) {
    faults.push({
      field: 'nacosGroups',
      message: 'nacosGroups is empty: no group means no service',
      hint: 'name the groups, for example DEFAULT_GROUP',
    });
  }
  return faults;
}

export const nacosFactory: RegistryFactory = {
  validate: faultsOf,
  create: (config, deps) => new NacosRegistry(config, deps),
  secretKeys: { username: 'nacosUsername', password: 'nacosPassword' },
};
