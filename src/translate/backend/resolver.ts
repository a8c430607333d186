/** Upstreams as Envoy will see them. A Backend stays the same object as long as nothing it is made of changes. */
import { isIP } from 'node:net';
import type { Backend, BackendResolution, HashPolicy, Origin, UpstreamTls } from '#ir/types.ts';
import { sameItems } from '#lib/same-items.ts';
import { compareText } from '#lib/sorted.ts';
import type { LoadBalancePolicy } from '#model/ingress/annotations/load-balance.ts';
import type { UpstreamProtocol } from '#model/ingress/annotations/upstream-tls.ts';
import { originOf } from '#model/object.ts';
import type { RegistryService } from '#model/registry-service.ts';
import { InputCache } from '../memo.ts';
import type { ClusterIndex } from './cluster-index.ts';
import { type Issue, type Located, locate } from './locate.ts';
import type { BackendRef } from './ref.ts';
import { portProtocol, serviceResolution } from './service-endpoints.ts';

/** What routes know of an upstream. The name says the other two. */
export type Upstream = Pick<Backend, 'name' | 'host' | 'port'>;

export interface Resolved {
  /** Undefined when the upstream cannot even be named. */
  readonly backend: Upstream | undefined;
  readonly hash: readonly HashPolicy[] | undefined;
  readonly issue: Issue | undefined;
  readonly drop: boolean;
}

/** Annotations of the oldest Ingress that has them for this upstream. */
export interface UpstreamPolicy {
  loadBalance?: LoadBalancePolicy;
  protocol?: UpstreamProtocol;
}

export interface ResolverSettings {
  readonly domainSuffix: string;
  readonly systemNamespace: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
const NO_POLICY: UpstreamPolicy = {};

export class BackendResolver {
  readonly #settings: ResolverSettings;
  readonly #backends = new InputCache<Backend>();
  #index: ClusterIndex | undefined;
  #idleTimeoutMs = 0;
  #located = new Map<string, Located>();
  #policies = new Map<string, UpstreamPolicy>();
  #http2 = new Set<string>();
  #used = new Map<string, Backend>();
  /** What the run before ended with. */
  #finished: readonly Backend[] = [];
  #epoch: object = {};
  #epochInputs: readonly unknown[] = [];

  constructor(settings: ResolverSettings) {
    this.#settings = settings;
  }

  /** First of a run; `addPolicy` and `seal` follow. */
  begin(index: ClusterIndex, idleTimeoutMs: number): void {
    this.#index = index;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#located = new Map();
    this.#policies = new Map();
    this.#http2 = new Set();
    this.#used = new Map();
  }

  /** Call oldest Ingress first: the first policy of each family for an upstream counts. */
  addPolicy(ref: BackendRef, policy: UpstreamPolicy): void {
    const { host, port } = this.#locate(ref);
    const key = `${host}:${port}`;
    const known = this.#policies.get(key) ?? {};
    this.#policies.set(key, { ...policy, ...known });
  }

  /** The gateway itself speaks gRPC to this upstream, whatever annotations and port names say. Call before `seal`. */
  requireHttp2(ref: BackendRef): void {
    const { host, port } = this.#locate(ref);
    this.#http2.add(`${host}:${port}`);
  }

  /** The same object as in the run before as long as every reference would resolve to the same as then. */
  seal(): object {
    const policies = [...this.#policies].flatMap(([key, { loadBalance, protocol }]) => [key, loadBalance, protocol]);
    const inputs = [...this.#index!.lists, this.#idleTimeoutMs, ...policies, ...this.#http2];
    if (!sameItems(inputs, this.#epochInputs)) {
      this.#epoch = {};
      this.#epochInputs = inputs;
    }
    return this.#epoch;
  }

  /** Counts upstreams that were resolved in the run before, which was one of the same epoch. */
  keep(names: ReadonlySet<string>): void {
    for (const backend of this.#finished) if (names.has(backend.name)) this.#used.set(backend.name, backend);
  }

  resolve(ref: BackendRef): Resolved {
    const located = this.#locate(ref);
    const backend = this.#backend(located);
    const { loadBalance } = this.#policies.get(`${located.host}:${located.port}`) ?? NO_POLICY;
    return { backend, hash: loadBalance?.hash, issue: located.issue, drop: located.drop === true };
  }

  /** For upstreams that only a plugin names: nothing is made for one that does not exist. False when so. */
  resolveExisting(ref: BackendRef): boolean {
    const located = this.#locate(ref);
    const exists = located.service !== undefined || located.registry !== undefined;
    if (exists) this.#backend(located);
    return exists;
  }

  /** Every upstream resolved since `begin`, by name; ends the run. */
  finish(): readonly Backend[] {
    this.#backends.sweep((name) => this.#used.has(name));
    this.#finished = [...this.#used.values()].sort((a, b) => compareText(a.name, b.name));
    return this.#finished;
  }

  #locate(ref: BackendRef): Located {
    let located = this.#located.get(ref.key);
    if (located === undefined) {
      located = locate(ref, this.#index!, this.#settings.domainSuffix);
      this.#located.set(ref.key, located);
    }
    return located;
  }

  #backend(located: Located): Backend | undefined {
    const { host, port, subset, service, servicePort, registry } = located;
    if (port === undefined) return undefined;
    const name = `outbound|${port}|${subset ?? ''}|${host}`;
    const used = this.#used.get(name);
    if (used !== undefined) return used;
    const { loadBalance, protocol } = this.#policies.get(`${host}:${port}`) ?? NO_POLICY;
    const slices = service && this.#index!.slices(service.metadata.namespace, service.metadata.name);
    const http2 = this.#http2.has(`${host}:${port}`);
    const inputs = [
      service,
      servicePort,
      registry,
      loadBalance,
      protocol,
      http2,
      this.#idleTimeoutMs,
      ...(slices ?? []),
    ];
    const made = this.#backends.get(name, inputs, () => {
      const own = ownProtocol(located);
      const passthrough = loadBalance?.loadBalancing.type === 'passthrough';
      const tls = upstreamTls(protocol, own, service !== undefined);
      return {
        name,
        host,
        port,
        protocol: http2 ? 'http2' : (protocol?.protocol ?? own.protocol),
        resolution: service
          ? serviceResolution(service, port, servicePort, slices ?? [], passthrough)
          : registryResolution(registry),
        ...(tls === undefined ? {} : { tls }),
        loadBalancing: loadBalance?.loadBalancing ?? { type: 'round_robin' },
        ...(this.#idleTimeoutMs > 0 ? { idleTimeoutMs: this.#idleTimeoutMs } : {}),
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        origin: this.#origin(located),
      };
    });
    this.#used.set(name, made);
    return made;
  }

  #origin({ service, registry, host }: Located): Origin {
    if (service !== undefined) return originOf(service);
    if (registry !== undefined) {
      return { kind: 'McpBridge', namespace: this.#settings.systemNamespace, name: 'default' };
    }
    const [name = host, namespace = ''] = host.split('.');
    return { kind: 'Service', namespace, name };
  }
}

interface OwnProtocol {
  readonly protocol: Backend['protocol'];
  readonly tls: boolean;
  /** Server name to send when nobody names one. */
  readonly sni?: string;
}

function ownProtocol({ host, service, servicePort, registry }: Located): OwnProtocol {
  if (registry !== undefined) {
    const { protocol, sni, resolution, instances } = registry;
    const only = resolution === 'dns' && instances.length === 1 ? instances[0]?.address : undefined;
    const name = sni ?? only;
    return {
      protocol: protocol === 'http2' || protocol === 'grpc' || protocol === 'grpcs' ? 'http2' : 'http1',
      tls: protocol === 'https' || protocol === 'grpcs',
      ...(name === undefined ? {} : { sni: name }),
    };
  }
  const sni = service?.spec.type === 'ExternalName' ? (service.spec.externalName ?? host) : host;
  return { ...portProtocol(servicePort), ...(isIP(sni) === 0 ? { sni } : {}) };
}

/** The annotation decides; what it leaves open, a registry's own TLS fills. A Service port's TLS does not come back against the annotation. */
function upstreamTls(
  annotated: UpstreamProtocol | undefined,
  own: OwnProtocol,
  isService: boolean,
): UpstreamTls | undefined {
  const tls = annotated?.tls;
  if (tls !== undefined) {
    const sni = tls.name ?? own.sni;
    return {
      verify: tls.verify,
      ...(sni === undefined ? {} : { sni }),
      ...(tls.secret === undefined ? {} : { certificate: `${tls.secret.namespace}/${tls.secret.name}` }),
    };
  }
  if (!own.tls || (annotated !== undefined && isService)) return undefined;
  return { verify: false, ...(own.sni === undefined ? {} : { sni: own.sni }) };
}

function registryResolution(registry: RegistryService | undefined): BackendResolution {
  if (registry === undefined) return { type: 'endpoints', endpoints: [] };
  const endpoints = registry.instances
    .map(({ address, port, weight }) => ({ address, port, weight: Math.max(1, Math.round(weight)) }))
    .sort((a, b) => compareText(a.address, b.address) || a.port - b.port);
  const dns = registry.resolution === 'dns' || endpoints.some(({ address }) => isIP(address) === 0);
  return { type: dns ? 'dns' : 'endpoints', endpoints };
}
