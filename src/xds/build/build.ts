/**
 * Gateway → Envoy resources. Pure but for its memory: hosts, backends and whole resources that did not change are the same objects as in the
 * build before, so a change costs what it touches, here and in everything that compares by identity after it.
 */
import type { Backend, Certificate, Gateway, Origin, Problem } from '#ir/types.ts';
import { canonicalJson } from '#lib/hash.ts';
import { sameItems } from '#lib/same-items.ts';
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import {
  emptyResourceMaps,
  type Message,
  type Resource,
  type ResourceMaps,
  type ResourceSet,
  type ResourceType,
} from '#xds/snapshot/resources.ts';
import { BuiltHosts } from './built-hosts.ts';
import { ChainStore } from './chain.ts';
import { cluster, loadAssignment, pluginServerClusters, upstream } from './cluster.ts';
import type { ExplainEntry } from './explain.ts';
import { fallbackCluster, fallbackListener, fallbackTable } from './fallback.ts';
import { HostSharder, type Shard, type Sharding } from './host-shards/host-shards.ts';
import { scopes } from './host-shards/scopes.ts';
import {
  countersListener,
  egressListener,
  hopListener,
  httpListener,
  httpsListener,
  quicListener,
} from './listener.ts';
import {
  type BuildOptions,
  LISTENER_COUNTERS,
  LISTENER_EGRESS,
  LISTENER_FALLBACK,
  LISTENER_HOP,
  LISTENER_HTTP,
  LISTENER_HTTP3,
  LISTENER_HTTPS,
} from './options.ts';
import { Planner, type Readers } from './plan.ts';
import { Problems } from './problems.ts';
import { routeConfiguration, type TableSettings } from './route-config.ts';
import { egressSecrets, PUBLIC_CA_SECRET, publicCaSecret, secrets } from './secret.ts';
import { type BuiltHost, buildHost } from './virtual-host.ts';

export type { ExplainEntry } from './explain.ts';
export type { Address, BuildOptions, WasmResolution } from './options.ts';

export interface BuildResult {
  readonly resources: ResourceSet;
  readonly problems: Problem[];
  readonly explain: ExplainEntry[];
}

export interface Builder {
  build(gateway: Gateway): BuildResult;
}

export function createBuilder(options: BuildOptions, catalogue: PluginCatalogue): Builder {
  return new MemoBuilder(options, catalogue);
}

type FacingListener = typeof LISTENER_HTTP | typeof LISTENER_HTTPS;

interface BuiltBackend {
  readonly key: string;
  readonly problems: readonly Problem[];
  readonly resources: readonly Resource[];
  readonly publicCas: boolean;
}

class MemoBuilder implements Builder {
  readonly #options: BuildOptions;
  readonly #catalogue: PluginCatalogue;
  readonly #chains: ChainStore;
  /** What plugins do for spans and logs stands in every host: anew when the gateway begins or ends to make them, or of another percentage. */
  #hosts: { readonly readers: Readers; readonly built: BuiltHosts } | undefined;
  readonly #secretsOf = new WeakMap<Certificate, readonly Resource[]>();
  readonly #backends = new WeakMap<Backend, BuiltBackend>();
  /** Resources of the build before, to hand out the same object for the same content. */
  #before: ResourceSet | undefined;
  #lastListeners: { key: string; resources: readonly Resource[]; problems: readonly Problem[] } | undefined;
  #routeInputs = new Map<string, { readonly key: string; readonly hosts: readonly BuiltHost[] }>();
  readonly #sharders: Readonly<Record<FacingListener, HostSharder<BuiltHost>>> | undefined;
  #lastScopes: { readonly keys: readonly (readonly string[])[]; readonly scopes: Map<string, Resource> } | undefined;

  #lastFallback: { readonly inputs: readonly unknown[]; readonly resources: readonly Resource[] } | undefined;

  constructor(options: BuildOptions, catalogue: PluginCatalogue) {
    this.#options = options;
    this.#catalogue = catalogue;
    this.#chains = new ChainStore({ hop: options.nativeModule && options.hop !== undefined });
    if (options.hostShards === true)
      this.#sharders = { http: new HostSharder(LISTENER_HTTP), https: new HostSharder(LISTENER_HTTPS) };
  }

  build(gateway: Gateway): BuildResult {
    const out = emptyResourceMaps();
    const problems = new Problems();
    const certificates = new Map(gateway.certificates.map((certificate) => [certificate.name, certificate]));
    const explain: ExplainEntry[] = [];
    const hosts = this.#hostsFor(gateway).update(gateway.hosts);
    for (const host of hosts.notable) {
      problems.addAll(host.problems);
      for (const entry of host.explain) explain.push(entry);
      for (const chain of host.chains) out.chain.set(chain.name, chain);
      for (const cluster of host.aggregates) out.cluster.set(cluster.name, this.#stable(cluster));
    }
    if (this.#sharders === undefined) {
      this.#routes(out, LISTENER_HTTP, [{ name: LISTENER_HTTP, hosts: hosts.all }], gateway);
      this.#routes(out, LISTENER_HTTPS, [{ name: LISTENER_HTTPS, hosts: hosts.tls }], gateway);
    } else {
      const http = this.#sharders.http.shard(hosts.all);
      const https = this.#sharders.https.shard(hosts.tls);
      this.#routes(out, LISTENER_HTTP, http.shards, gateway);
      this.#routes(out, LISTENER_HTTPS, https.shards, gateway);
      out.scope = this.#scopes(http, https);
    }
    this.#backendsOf(out, gateway, hosts.notable, certificates, problems);
    this.#secrets(out, gateway.certificates);
    this.#listeners(out, gateway, certificates, problems);
    this.#fallback(out, gateway, hosts.notable);
    this.#chains.keep(new Set(out.chain.keys()));
    this.#before = out;
    return { resources: out, problems: problems.list, explain };
  }

  #hostsFor({ tracing, accessLog }: Gateway): BuiltHosts {
    const samplingPercent = tracing?.samplingPercent;
    const logging = (this.#options.accessLogPath ?? accessLog.path) !== '';
    const before = this.#hosts?.readers;
    if (this.#hosts === undefined || before?.samplingPercent !== samplingPercent || before?.logging !== logging) {
      const readers = { samplingPercent, logging };
      const planner = new Planner(this.#catalogue, this.#options, readers);
      const built = new BuiltHosts((host) => buildHost(host, planner, this.#chains, this.#options));
      this.#hosts = { readers, built };
    }
    return this.#hosts.built;
  }

  #routes(out: ResourceMaps, listener: FacingListener, shards: readonly Shard<BuiltHost>[], gateway: Gateway): void {
    const settings = tableSettings(listener, gateway.downstream, this.#options);
    const key = JSON.stringify(settings);
    for (const shard of shards) {
      const before = this.#routeInputs.get(shard.name);
      const last = this.#before?.route.get(shard.name);
      if (last !== undefined && before?.key === key && sameItems(shard.hosts, before.hosts)) {
        out.route.set(shard.name, last);
        continue;
      }
      this.#routeInputs.set(shard.name, { key, hosts: shard.hosts });
      const virtualHosts = shard.hosts.map((host) => host[listener]!);
      const message = routeConfiguration(shard.name, virtualHosts, settings);
      const origins = shard.hosts.flatMap((host) => host.origins);
      out.route.set(shard.name, { type: 'route', name: shard.name, message, origins });
    }
  }

  #scopes(http: Sharding<BuiltHost>, https: Sharding<BuiltHost>): Map<string, Resource> {
    const keys = [http.shardOfKey, https.shardOfKey];
    if (this.#lastScopes === undefined || !sameItems(keys, this.#lastScopes.keys)) {
      const known = this.#lastScopes?.scopes;
      const all = [
        ...scopes(LISTENER_HTTP, http.shardOfKey, known),
        ...scopes(LISTENER_HTTPS, https.shardOfKey, known),
      ];
      this.#lastScopes = { keys, scopes: new Map(all.map((one) => [one.name, one])) };
    }
    return this.#lastScopes.scopes;
  }

  #backendsOf(
    out: ResourceMaps,
    gateway: Gateway,
    hosts: readonly BuiltHost[],
    certificates: ReadonlyMap<string, Certificate>,
    problems: Problems,
  ): void {
    let publicCas = false;
    const allPicked = new Set(hosts.flatMap(({ picked }) => picked));
    const connected = new Set(hosts.flatMap((host) => host.connected));
    const { upstreamConnectionBufferLimitBytes: limit, dnsRefreshMs } = gateway.downstream;
    for (const backend of gateway.backends) {
      const picked = allPicked.has(backend.name);
      const told = picked || connected.has(backend.name);
      const key = `${limit}|${dnsRefreshMs}|${picked}|${told}|${secretShape(certificates, backend.tls?.certificate)}`;
      let built = this.#backends.get(backend);
      if (built === undefined || built.key !== key) {
        const { downstream } = gateway;
        const made = cluster(backend, { downstream, certificates, options: this.#options, picked });
        const resources = [resource('cluster', backend.name, made.message, [backend.origin])];
        if (backend.resolution.type === 'endpoints') {
          const load = loadAssignment(backend.name, backend.resolution.endpoints);
          resources.push(resource('endpoint', backend.name, load, [backend.origin]));
        }
        if (told) resources.push(resource('upstream', backend.name, upstream(backend), [backend.origin]));
        built = { ...made, key, resources: resources.map((one) => this.#stable(one)) };
        this.#backends.set(backend, built);
      }
      problems.addAll(built.problems);
      publicCas ||= built.publicCas;
      for (const made of built.resources) out[made.type].set(made.name, made);
    }
    if (publicCas) {
      const known = this.#before?.secret.get(PUBLIC_CA_SECRET);
      out.secret.set(PUBLIC_CA_SECRET, known ?? resource('secret', PUBLIC_CA_SECRET, publicCaSecret(), []));
    }
    for (const message of pluginServerClusters(this.#options)) {
      const name = message.name as string;
      out.cluster.set(name, this.#stable(resource('cluster', name, message, [])));
    }
  }

  #secrets(out: ResourceMaps, certificates: readonly Certificate[]): void {
    for (const certificate of certificates) {
      let made = this.#secretsOf.get(certificate);
      if (made === undefined) {
        made = secrets(certificate).map(({ name, message }) =>
          this.#stable(resource('secret', name, message, [certificate.origin])),
        );
        this.#secretsOf.set(certificate, made);
      }
      for (const secret of made) out.secret.set(secret.name, secret);
    }
    const { egressTls } = this.#options;
    for (const message of egressTls === undefined ? [] : egressSecrets(egressTls)) {
      const name = message.name as string;
      out.secret.set(name, this.#stable(resource('secret', name, message, [])));
    }
  }

  #listeners(
    out: ResourceMaps,
    gateway: Gateway,
    certificates: ReadonlyMap<string, Certificate>,
    problems: Problems,
  ): void {
    const shapes = gateway.tls.map((host) => [
      secretShape(certificates, host.certificate),
      secretShape(certificates, host.clientCa),
    ]);
    const { downstream, accessLog, compression, tracing } = gateway;
    // Not plain JSON: the token of a collector counts.
    const key = canonicalJson([gateway.tls, shapes, downstream, accessLog, compression, tracing]);
    if (this.#lastListeners?.key !== key) {
      const https = httpsListener(gateway, certificates, this.#options);
      const quic = quicListener(gateway, certificates, this.#options);
      const origins = gateway.tls.map((host) => host.origin);
      const resources = [
        resource('listener', LISTENER_HTTP, httpListener(gateway, this.#options), []),
        resource('listener', LISTENER_HTTPS, https.message, origins),
        ...(quic === undefined ? [] : [resource('listener', LISTENER_HTTP3, quic, origins)]),
        resource('listener', LISTENER_EGRESS, egressListener(this.#options), []),
        ...(this.#options.nativeModule ? [resource('listener', LISTENER_COUNTERS, countersListener(), [])] : []),
        ...(this.#chains.hop ? [resource('listener', LISTENER_HOP, hopListener(this.#options.hop!), [])] : []),
      ].map((made) => this.#stable(made));
      this.#lastListeners = { key, resources, problems: https.problems };
    }
    problems.addAll(this.#lastListeners.problems);
    for (const made of this.#lastListeners.resources) out.listener.set(made.name, made);
  }

  #fallback(out: ResourceMaps, gateway: Gateway, hosts: readonly BuiltHost[]): void {
    const virtualHosts = hosts.map(({ fallback }) => fallback).filter((one) => one !== undefined);
    if (virtualHosts.length === 0) return;
    const { downstream, accessLog } = gateway;
    const inputs = [JSON.stringify([downstream, accessLog]), ...virtualHosts];
    if (!sameItems(inputs, this.#lastFallback?.inputs)) {
      const origins = hosts.flatMap((host) => (host.fallback ? host.origins : []));
      const resources = [
        resource('route', LISTENER_FALLBACK, fallbackTable(virtualHosts, gateway), origins),
        resource('cluster', LISTENER_FALLBACK, fallbackCluster(this.#options), []),
        resource('listener', LISTENER_FALLBACK, fallbackListener(gateway, this.#options), []),
      ].map((made) => this.#stable(made));
      this.#lastFallback = { inputs, resources };
    }
    for (const made of this.#lastFallback?.resources ?? []) out[made.type].set(made.name, made);
  }

  /** The object of the build before when nothing changed but its identity. */
  #stable(made: Resource): Resource {
    const last = this.#before?.[made.type].get(made.name);
    if (last === made) return made;
    return last !== undefined && canonicalJson(last) === canonicalJson(made) ? last : made;
  }
}

function resource(type: ResourceType, name: string, message: Message, origins: readonly Origin[]): Resource {
  return { type, name, message, origins };
}

/** Which parts of a Secret there are; a cluster names them but does not hold them. */
function secretShape(certificates: ReadonlyMap<string, Certificate>, name: string | undefined): string {
  const certificate = name === undefined ? undefined : certificates.get(name);
  if (certificate === undefined) return '';
  return `${certificate.chain !== undefined && certificate.key !== undefined}|${certificate.ca !== undefined}`;
}

function tableSettings(
  listener: FacingListener,
  { addXRealIpHeader, http3 }: Gateway['downstream'],
  { hostShards: sharded = false, httpsPublicPort }: BuildOptions,
): TableSettings {
  const offersHttp3 = http3 && listener === LISTENER_HTTPS;
  return { addXRealIpHeader, sharded, ...(offersHttp3 ? { http3Port: httpsPublicPort } : {}) };
}
