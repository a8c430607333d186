/**
 * World → Gateway: the middle of the house. Pure but for its memory, and independent of the order in which objects arrive. An Ingress is
 * converted once, a host is merged again only when one of its Ingresses changed, an upstream is made again only when something it is made of did: Hosts
 * and Backends that did not change are the same objects as in the call before.
 */
import type { Gateway, Problem } from '#ir/types.ts';
import { higressConfigOf } from '#model/config-map.ts';
import type { Ingress } from '#model/ingress/ingress.ts';
import type { World, WorldSettings } from '#model/world.ts';
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import { type ClusterIndex, createIndexer } from './backend/cluster-index.ts';
import type { BackendRef } from './backend/ref.ts';
import { BackendResolver, type Resolved, type UpstreamPolicy } from './backend/resolver.ts';
import { certificateOf } from './certificate.ts';
import { type AssembledHost, assembleHost, type HostContext, type ResolvedHost } from './host.ts';
import { claimsOf, ingressesByHost } from './ingress/claims.ts';
import { type ConvertedIngress, convertIngress } from './ingress/convert.ts';
import { type MergedHost, mergeHost } from './ingress/merge.ts';
import { compareText, InputCache, memoEach, memoLast, sameItems } from './memo.ts';
import type { PluginBinder, PreparedPlugins } from './plugin-binder.ts';
import { sortProblems } from './problems.ts';
import { isSelected } from './selection.ts';
import { TlsPlanner, type TlsResult } from './tls.ts';
import { createPluginBinder } from './wasm-plugin/bind.ts';
import { coveringHosts } from './wildcard.ts';

export interface TranslatorServices {
  readonly catalogue: PluginCatalogue;
  /** Default: the WasmPlugin part. */
  readonly binder?: PluginBinder;
  /** Milliseconds since 1970, for certificates that expire. Default: the system's clock. */
  readonly now?: () => number;
}

export interface Translation {
  readonly gateway: Gateway;
  /** Sorted; each once. */
  readonly problems: readonly Problem[];
}

export interface Translator {
  translate(world: World): Translation;
}

/** Names that can be a virtual host. */
const HOST_PATTERN = /^\*?[a-z0-9._-]+$/;

/** For one-off use; who translates again and again keeps a translator. */
export function translate(world: World, settings: WorldSettings, services: TranslatorServices): Translation {
  return createTranslator(settings, services).translate(world);
}

export function createTranslator(settings: WorldSettings, services: TranslatorServices): Translator {
  return new MemoTranslator(settings, services);
}

class MemoTranslator implements Translator {
  readonly #settings: WorldSettings;
  readonly #binder: PluginBinder;
  readonly #now: () => number;
  readonly #indexOf: (world: World) => ClusterIndex;
  readonly #convert: (ingress: Ingress) => ConvertedIngress;
  readonly #config: (configMaps: World['configMaps']) => ReturnType<typeof higressConfigOf>;
  readonly #resolver: BackendResolver;
  readonly #tls = new TlsPlanner();
  readonly #merged = new InputCache<MergedHost>();
  readonly #resolved = new Map<string, { readonly epoch: object; readonly host: ResolvedHost }>();
  readonly #hosts = new InputCache<AssembledHost>();
  #last: Gateway | undefined;
  /** Another object when any upstream may be another than before. */
  #epoch: object = {};
  #names: { readonly from: readonly string[]; readonly sorted: readonly string[] } = { from: [], sorted: [] };

  constructor(settings: WorldSettings, services: TranslatorServices) {
    this.#settings = settings;
    this.#binder = services.binder ?? createPluginBinder(services.catalogue, settings);
    this.#now = services.now ?? Date.now;
    this.#indexOf = createIndexer(settings);
    this.#convert = memoEach((ingress: Ingress) => convertIngress(ingress, settings.systemNamespace));
    this.#config = memoLast((configMaps: World['configMaps']) => higressConfigOf(configMaps, settings.systemNamespace));
    this.#resolver = new BackendResolver(settings);
  }

  translate(world: World): Translation {
    const index = this.#indexOf(world);
    const config = this.#config(world.configMaps);
    const plugins = this.#binder.prepare(world.wasmPlugins, world.secrets);
    const ingresses = this.#select(world.ingresses);
    this.#resolver.begin(index, config.upstreamIdleTimeoutMs);
    this.#addPolicies(ingresses);
    this.#epoch = this.#resolver.seal();
    const tls = this.#tls.plan(ingresses, index, this.#now());
    const merged = this.#merge(ingresses);
    const assembled = this.#assemble(merged, tls, { plugins, routeTimeoutMs: config.routeTimeoutMs });
    for (const { pluginRefs } of assembled) for (const ref of pluginRefs) this.#resolvePluginRef(ref);
    const backends = this.#resolver.finish();
    const gateway: Gateway = {
      hosts: this.#same(
        'hosts',
        assembled.map(({ host }) => host),
      ),
      tls: this.#same('tls', tls.hosts),
      certificates: this.#same('certificates', certificatesOf(backends, tls, index)),
      backends: this.#same('backends', backends),
      downstream: config.downstream,
      accessLog: config.accessLog,
    };
    this.#last = gateway;
    const problems = [
      ...config.problems,
      ...plugins.problems,
      ...tls.problems,
      ...index.doubleHosts.map((double) => this.#doubleHost(double)),
      ...ingresses.flatMap((converted) => converted.problems),
      ...[...merged.values()].flatMap((host) => host.problems),
      ...assembled.flatMap((host) => host.problems),
    ];
    return { gateway, problems: sortProblems(problems) };
  }

  /** Oldest first. */
  #select(ingresses: readonly Ingress[]): ConvertedIngress[] {
    return ingresses
      .filter((ingress) => isSelected(ingress, this.#settings))
      .map(this.#convert)
      .sort((a, b) => compareText(a.created, b.created));
  }

  #addPolicies(ingresses: readonly ConvertedIngress[]): void {
    for (const { annotations, refs } of ingresses) {
      const { loadBalance, upstream } = annotations;
      if (loadBalance === undefined && upstream === undefined) continue;
      const policy: UpstreamPolicy = {
        ...(loadBalance === undefined ? {} : { loadBalance }),
        ...(upstream === undefined ? {} : { protocol: upstream }),
      };
      for (const ref of refs) this.#resolver.addPolicy(ref, policy);
    }
  }

  #merge(ingresses: readonly ConvertedIngress[]): Map<string, MergedHost> {
    const merged = new Map<string, MergedHost>();
    for (const [name, own] of ingressesByHost(ingresses)) {
      merged.set(
        name,
        this.#merged.get(name, own, () => mergeHost(claimsOf(name, own))),
      );
    }
    this.#merged.sweep();
    return merged;
  }

  /** Sorted by name. Hosts without any route of their own are left to the wildcard hosts that cover them. */
  #assemble(merged: ReadonlyMap<string, MergedHost>, tls: TlsResult, context: HostContext): AssembledHost[] {
    const own = new Map<string, ResolvedHost>();
    for (const [name, host] of merged) if (host.routes.length > 0) own.set(name, this.#resolveHost(host));
    const tlsNames = new Set(tls.hosts.map(({ name }) => name));
    const names = this.#sorted([...own.keys(), ...this.#splitNames(own, context.plugins)]);
    const wildcards = names.some((name) => name.startsWith('*'));
    const { wildcardFallback } = this.#settings;
    const out = names.map((name): AssembledHost => {
      const self = own.get(name);
      const covering = wildcards && (self === undefined || wildcardFallback) ? coveringHosts(name, own) : [];
      const nearest = self === undefined && !wildcardFallback ? covering.slice(0, 1) : covering;
      const sources = [...(self === undefined ? [] : [self]), ...nearest.map((one) => own.get(one)!)];
      const isTls = tlsNames.has(self === undefined ? nearest[0]! : name);
      const inputs = [isTls, context.plugins.version, context.routeTimeoutMs, ...sources];
      return this.#hosts.get(name, inputs, () => assembleHost(name, isTls, sources, context));
    });
    for (const name of this.#resolved.keys()) if (!own.has(name)) this.#resolved.delete(name);
    this.#hosts.sweep();
    return out;
  }

  #sorted(names: readonly string[]): readonly string[] {
    if (!sameItems(names, this.#names.from)) {
      this.#names = { from: names, sorted: [...new Set(names)].sort(compareText) };
    }
    return this.#names.sorted;
  }

  /** Names in plugin rules that only a wildcard host serves: they get a host of their own, so that their plugins are known beforehand. */
  #splitNames(own: ReadonlyMap<string, unknown>, plugins: PreparedPlugins): string[] {
    return plugins.domains.filter(
      (name) => HOST_PATTERN.test(name) && !own.has(name) && coveringHosts(name, own).length > 0,
    );
  }

  /** Rules whose upstreams cannot have changed are not looked at; those whose upstreams did not change stay the same object. */
  #resolveHost(merged: MergedHost): ResolvedHost {
    const before = this.#resolved.get(merged.name);
    if (before?.host.merged === merged && before.epoch === this.#epoch) {
      this.#resolver.keep(before.host.backends);
      return before.host;
    }
    const found = merged.refs.map((ref) => this.#resolver.resolve(ref));
    const same =
      before?.host.merged === merged &&
      merged.refs.every((ref, at) => sameResolved(found[at]!, before.host.upstreams.get(ref.key)));
    const host = same && before !== undefined ? before.host : resolvedHost(merged, found);
    this.#resolved.set(merged.name, { epoch: this.#epoch, host });
    return host;
  }

  /** What is wrong with a plugin's service is for the plugin to say. */
  #resolvePluginRef(ref: BackendRef): void {
    this.#resolver.resolveExisting(ref);
  }

  #doubleHost({ host, registries }: ClusterIndex['doubleHosts'][number]): Problem {
    return {
      severity: 'warning',
      reason: 'ServiceNameConflict',
      origin: {
        kind: 'McpBridge',
        namespace: this.#settings.systemNamespace,
        name: 'default',
        path: 'spec.registries',
      },
      value: host,
      message: `service ${host} is in several registries (${registries.join(', ')}); the one of ${registries[0]} is used`,
      hint: 'give one of them another name, group or namespace',
    };
  }

  /** The list of the call before, when nothing in it changed. */
  #same<K extends 'hosts' | 'tls' | 'certificates' | 'backends'>(key: K, list: Gateway[K]): Gateway[K] {
    const before = this.#last?.[key];
    return before !== undefined && sameItems(before, list) ? before : list;
  }
}

function resolvedHost(merged: MergedHost, found: readonly Resolved[]): ResolvedHost {
  const upstreams = new Map(merged.refs.map((ref, at): [string, Resolved] => [ref.key, found[at]!]));
  return { merged, upstreams, backends: found.flatMap(({ backend }) => backend ?? []) };
}

function sameResolved(a: Resolved, b: Resolved | undefined): boolean {
  return a.backend === b?.backend && a.hash === b?.hash && a.drop === b?.drop && a.issue?.message === b?.issue?.message;
}

function certificatesOf(backends: Gateway['backends'], tls: TlsResult, index: ClusterIndex): Gateway['certificates'] {
  const byName = new Map(tls.certificates.map((certificate) => [certificate.name, certificate]));
  for (const { tls: upstream } of backends) {
    const [namespace, name] = upstream?.certificate?.split('/') ?? [];
    const secret = namespace === undefined || name === undefined ? undefined : index.secret(namespace, name);
    if (secret !== undefined) byName.set(`${namespace}/${name}`, certificateOf(secret).certificate);
  }
  return [...byName.values()].sort((a, b) => compareText(a.name, b.name));
}
