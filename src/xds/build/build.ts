/**
 * Gateway → Envoy resources. Pure but for its memory: hosts, backends and whole resources that did not change are the same objects as in the
 * build before, so a change costs what it touches, here and in everything that compares by identity after it.
 */
import type { Backend, Certificate, Gateway, Host, Origin, Problem } from '#ir/types.ts';
import { canonicalJson } from '#lib/hash.ts';
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import {
  emptyResourceMaps,
  type Message,
  type Resource,
  type ResourceMaps,
  type ResourceSet,
  type ResourceType,
} from '#xds/snapshot/resources.ts';
import { ChainStore } from './chain.ts';
import { cluster, loadAssignment, pluginServerClusters } from './cluster.ts';
import type { ExplainEntry } from './explain.ts';
import { egressListener, httpListener, httpsListener } from './listener.ts';
import { type BuildOptions, LISTENER_EGRESS, LISTENER_HTTP, LISTENER_HTTPS } from './options.ts';
import { Planner } from './plan.ts';
import { Problems } from './problems.ts';
import { routeConfiguration, shardHosts } from './route-config.ts';
import { PUBLIC_CA_SECRET, publicCaSecret, secrets } from './secret.ts';
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

interface BuiltBackend {
  readonly key: string;
  readonly problems: readonly Problem[];
  readonly resources: readonly Resource[];
  readonly publicCas: boolean;
}

class MemoBuilder implements Builder {
  readonly #options: BuildOptions;
  readonly #planner: Planner;
  readonly #chains = new ChainStore();
  readonly #hosts = new WeakMap<Host, BuiltHost>();
  readonly #secretsOf = new WeakMap<Certificate, readonly Resource[]>();
  readonly #backends = new WeakMap<Backend, BuiltBackend>();
  /** Resources of the build before, to hand out the same object for the same content. */
  #before: ResourceSet | undefined;
  #lastListeners: { key: string; resources: readonly Resource[]; problems: readonly Problem[] } | undefined;
  #routeInputs = new Map<string, readonly unknown[]>();

  constructor(options: BuildOptions, catalogue: PluginCatalogue) {
    this.#options = options;
    this.#planner = new Planner(catalogue, options);
  }

  build(gateway: Gateway): BuildResult {
    const out = emptyResourceMaps();
    const problems = new Problems();
    const certificates = new Map(gateway.certificates.map((certificate) => [certificate.name, certificate]));
    const explain: ExplainEntry[] = [];
    const hosts = gateway.hosts.map((host) => this.#host(host));
    for (const host of hosts) {
      problems.addAll(host.problems);
      for (const entry of host.explain) explain.push(entry);
      for (const chain of host.chains) out.chain.set(chain.name, chain);
    }
    this.#routes(out, LISTENER_HTTP, hosts, gateway);
    this.#routes(
      out,
      LISTENER_HTTPS,
      hosts.filter((host) => host.https !== undefined),
      gateway,
    );
    this.#backendsOf(out, gateway, certificates, problems);
    this.#secrets(out, gateway.certificates);
    this.#listeners(out, gateway, certificates, problems);
    this.#chains.keep(new Set(out.chain.keys()));
    this.#before = out;
    return { resources: out, problems: problems.list, explain };
  }

  #host(host: Host): BuiltHost {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const built = buildHost(host, this.#planner, this.#chains, this.#options);
    if (built.cacheable) this.#hosts.set(host, built);
    return built;
  }

  #routes(
    out: ResourceMaps,
    listener: typeof LISTENER_HTTP | typeof LISTENER_HTTPS,
    hosts: BuiltHost[],
    gateway: Gateway,
  ) {
    for (const shard of shardHosts(listener, hosts)) {
      const virtualHosts = shard.hosts.map((host) => host[listener]!);
      const inputs = [gateway.downstream.addXRealIpHeader, ...virtualHosts];
      const last = this.#before?.route.get(shard.name);
      if (last !== undefined && sameItems(inputs, this.#routeInputs.get(shard.name))) {
        out.route.set(shard.name, last);
        continue;
      }
      this.#routeInputs.set(shard.name, inputs);
      const message = routeConfiguration(shard.name, virtualHosts, gateway.downstream);
      const origins = shard.hosts.flatMap((host) => host.origins);
      out.route.set(shard.name, { type: 'route', name: shard.name, message, origins });
    }
  }

  #backendsOf(
    out: ResourceMaps,
    gateway: Gateway,
    certificates: ReadonlyMap<string, Certificate>,
    problems: Problems,
  ): void {
    let publicCas = false;
    const limit = gateway.downstream.upstreamConnectionBufferLimitBytes;
    for (const backend of gateway.backends) {
      const key = `${limit}|${secretShape(certificates, backend.tls?.certificate)}`;
      let built = this.#backends.get(backend);
      if (built === undefined || built.key !== key) {
        const made = cluster(backend, { downstream: gateway.downstream, certificates, options: this.#options });
        const resources = [resource('cluster', backend.name, made.message, [backend.origin])];
        if (backend.resolution.type === 'endpoints') {
          const load = loadAssignment(backend.name, backend.resolution.endpoints);
          resources.push(resource('endpoint', backend.name, load, [backend.origin]));
        }
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
    const key = JSON.stringify([gateway.tls, shapes, gateway.downstream, gateway.accessLog]);
    if (this.#lastListeners?.key !== key) {
      const https = httpsListener(gateway, certificates, this.#options);
      const origins = gateway.tls.map((host) => host.origin);
      const resources = [
        resource('listener', LISTENER_HTTP, httpListener(gateway, this.#options), []),
        resource('listener', LISTENER_HTTPS, https.message, origins),
        resource('listener', LISTENER_EGRESS, egressListener(this.#options), []),
      ].map((made) => this.#stable(made));
      this.#lastListeners = { key, resources, problems: https.problems };
    }
    problems.addAll(this.#lastListeners.problems);
    for (const made of this.#lastListeners.resources) out.listener.set(made.name, made);
  }

  /** The object of the build before when nothing changed but its identity. */
  #stable(made: Resource): Resource {
    const last = this.#before?.[made.type].get(made.name);
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

function sameItems(a: readonly unknown[], b: readonly unknown[] | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((item, index) => item === b[index]);
}
