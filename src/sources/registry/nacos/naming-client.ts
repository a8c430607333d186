/**
 * Subscriptions by the npm package `nacos`: it asks for each service every few seconds and listens for the server's pushes (UDP). Four things of the package
 * are put right here: it reports no service that lost its last instance, it never ends the loop of a service that is no longer wanted, its beat loop
 * outlives `close`, and it writes errors to the console.
 */
import { createRequire } from 'node:module';
import type Nacos from 'nacos';
import { z } from 'zod';
import { NacosError, type NacosHttp } from './http.ts';

const hostSchema = z.object({
  ip: z.string(),
  port: z.number(),
  weight: z.number().default(1),
  healthy: z.boolean().default(true),
  enabled: z.boolean().default(true),
  metadata: z
    .record(z.string(), z.coerce.string())
    .nullish()
    .transform((metadata) => metadata ?? {}),
});
export type NacosHost = Readonly<z.infer<typeof hostSchema>>;

const pushSchema = z.object({ name: z.string(), hosts: z.array(hostSchema) });

/** What is used of the package beside its public face. */
interface Internals {
  close(): Promise<void>;
  readonly _hostReactor: Emitter & {
    processServiceJSON: (json: string) => unknown;
    updateServiceNow: (service: string, clusters: string) => Promise<void>;
    _scheduleUpdateIfAbsent: (service: string, clusters: string) => void;
    _doUpdate: (service: string, clusters: string) => Promise<void>;
    readonly _futureMap: Map<string, { readonly timer: NodeJS.Timeout }>;
    readonly _serviceInfoMap: Map<string, unknown>;
    readonly _pushReceiver: Emitter & { close(): Promise<void> };
  };
  readonly _beatReactor: Emitter & { _isClosed: boolean; _clientBeatInterval: number };
  readonly _serverProxy: Emitter;
}

type NamingPackage = InstanceType<typeof Nacos.NacosNamingClient> & Internals;

interface Emitter {
  on(event: 'error', listener: (error: Error) => void): void;
  removeAllListeners(event: 'error'): void;
}

interface PackageRequest {
  readonly method: string;
  readonly data: Record<string, string>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Nacos pushes only to clients whose name and version it knows. */
function clientHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  const wanted = ['User-Agent', 'Client-Version'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => wanted.includes(name)));
}

export interface NamingClientOptions {
  readonly namespace: string;
  readonly http: NacosHttp;
  /** Every answer and every push; `service` is `group@@name`. */
  readonly onHosts: (service: string, hosts: readonly NacosHost[]) => void;
  /** A service could not be asked for. */
  readonly onError: (error: Error) => void;
}

/** The package and all that it needs take 30 MiB, which a gateway without a Nacos shall not pay. */
const nacos = () => createRequire(import.meta.url)('nacos') as typeof Nacos;

/** All clusters of a service. */
const ALL_CLUSTERS = '';
const INSTANCE_LIST = '/nacos/v1/ns/instance/list';

export class NamingClient {
  readonly #options: NamingClientOptions;
  readonly #client: NamingPackage;
  readonly #failed = new Map<string, Error>();
  #paused = false;
  #closed = false;

  constructor(options: NamingClientOptions) {
    this.#options = options;
    const quiet = () => undefined;
    const settings = {
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet } as unknown as Console,
      // One name is enough: the HTTP client below chooses the server.
      serverList: 'nacos',
      namespace: options.namespace,
      httpclient: {
        request: (url: string, call: PackageRequest) => this.#request(url, call),
      },
    };
    this.#client = new (nacos().NacosNamingClient)(settings) as NamingPackage;
    this.#mend();
  }

  /** Services whose last request failed, with the error. */
  get failed(): ReadonlyMap<string, Error> {
    return this.#failed;
  }

  /** While paused no request is sent: the loops of the package go on in vain. */
  set paused(paused: boolean) {
    this.#paused = paused;
  }

  /** Asks for the service now and keeps asking. Does not throw: see `failed`. */
  async watch(group: string, name: string): Promise<void> {
    await this.#client.ready();
    if (this.#closed) return;
    await this.#client.getAllInstances(name, group, ALL_CLUSTERS, true);
  }

  unwatch(service: string): void {
    const { _futureMap, _serviceInfoMap } = this.#client._hostReactor;
    clearTimeout(_futureMap.get(service)?.timer);
    _futureMap.delete(service);
    _serviceInfoMap.delete(service);
    this.#failed.delete(service);
  }

  /** Asks for the service once more, at once. */
  async refresh(service: string): Promise<void> {
    if (!this.#closed) await this.#client._hostReactor.updateServiceNow(service, ALL_CLUSTERS);
  }

  /** Close the HTTP client first, so that nothing is in flight. */
  async close(): Promise<void> {
    this.#closed = true;
    const { _hostReactor: reactor } = this.#client;
    // Requests that fail by now must not set new timers.
    reactor._scheduleUpdateIfAbsent = () => undefined;
    reactor._doUpdate = async () => undefined;
    await this.#client.ready().catch(() => undefined);
    await reactor._pushReceiver.close();
    await this.#client.close();
    for (const { timer } of reactor._futureMap.values()) clearTimeout(timer);
    reactor._futureMap.clear();
  }

  async #request(url: string, { method, data, headers }: PackageRequest): Promise<{ status: number; data: string }> {
    const { pathname } = new URL(url);
    const service = data.serviceName ?? '';
    try {
      if (this.#paused || this.#closed) throw new NacosError('the registry is not asked while it is down');
      const text = await this.#options.http.call(method, pathname, data, clientHeaders(headers));
      if (pathname === INSTANCE_LIST) this.#failed.delete(service);
      return { status: 200, data: text };
    } catch (error) {
      if (pathname === INSTANCE_LIST && !this.#closed) this.#failed.set(service, error as Error);
      if (!this.#paused && !this.#closed) this.#options.onError(error as Error);
      throw error;
    }
  }

  #mend(): void {
    const { _hostReactor: reactor, _beatReactor: beat, _serverProxy: proxy } = this.#client;
    for (const part of [this.#client as unknown as Emitter, reactor, beat, proxy, reactor._pushReceiver]) {
      // The first listener is the package's own, which prints.
      part.removeAllListeners('error');
      part.on('error', () => undefined);
    }
    // Nothing is registered here, so no beats are needed.
    beat._isClosed = true;
    beat._clientBeatInterval = 0;
    const process = reactor.processServiceJSON.bind(reactor);
    reactor.processServiceJSON = (json) => {
      const result = process(json);
      this.#take(json);
      return result;
    };
  }

  #take(json: string): void {
    const parsed = pushSchema.safeParse(JSON.parse(json));
    if (parsed.success && !this.#closed) this.#options.onHosts(parsed.data.name, parsed.data.hosts);
  }
}
