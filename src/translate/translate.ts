/**
 * World → Gateway: the middle of the house. Pure but for its memory, and independent of the order in which objects arrive. An Ingress is
 * converted once, a host is merged again only when one of its Ingresses changed, an upstream is made again only when something it is made of did: Hosts
 * and Backends that did not change are the same objects as in the call before.
 */
import type { Gateway, Problem } from '#ir/types.ts';
import { sameItems } from '#lib/same-items.ts';
import { compareText } from '#lib/sorted.ts';
import { createHttpsReader, type HigressConfig, higressConfigOf } from '#model/config-map.ts';
import type { Ingress } from '#model/ingress/ingress.ts';
import type { World, WorldSettings } from '#model/world.ts';
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import { fallbacksOf } from './ai-fallback.ts';
import { type ClusterIndex, createIndexer } from './backend/cluster-index.ts';
import { BackendResolver, type UpstreamPolicy } from './backend/resolver.ts';
import { certificateOf } from './certificate.ts';
import { HostAssembler } from './host-assembler.ts';
import { ignoredRpcs } from './http2rpc.ts';
import { withHttp3 } from './http3.ts';
import { type ConvertedIngress, convertIngress } from './ingress/convert.ts';
import { IngressIndex } from './ingress/ingress-index.ts';
import { memoEach, memoLast } from './memo.ts';
import type { PluginBinder } from './plugin-binder.ts';
import { sortProblems } from './problems.ts';
import { isSelected } from './selection.ts';
import { TlsPlanner, type TlsResult } from './tls.ts';
import { collectorOf, tracingOf } from './tracing.ts';
import { createPluginBinder } from './wasm-plugin/bind.ts';

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
  readonly #https: ReturnType<typeof createHttpsReader>;
  readonly #config: (configMaps: World['configMaps']) => HigressConfig;
  readonly #fallbacks = memoLast(fallbacksOf);
  readonly #ignoredRpcs: (rpcs: World['http2rpcs']) => Problem[];
  readonly #tls = new TlsPlanner();
  #ingresses: IngressIndex;
  #resolver: BackendResolver;
  #hosts: HostAssembler;
  #last: Gateway | undefined;
  /** A run began and did not end. */
  #halfway = false;

  constructor(settings: WorldSettings, services: TranslatorServices) {
    this.#settings = settings;
    this.#binder = services.binder ?? createPluginBinder(services.catalogue, settings);
    this.#now = services.now ?? Date.now;
    this.#indexOf = createIndexer(settings);
    this.#convert = memoEach((ingress: Ingress) => convertIngress(ingress, settings.systemNamespace));
    this.#ignoredRpcs = memoLast((rpcs: World['http2rpcs']) => ignoredRpcs(rpcs, settings.systemNamespace));
    this.#https = createHttpsReader(settings);
    // Not only a memory: what is wrong in a new version stays as it was in the one before.
    let config: HigressConfig | undefined;
    this.#config = memoLast((configMaps: World['configMaps']) => {
      config = higressConfigOf(configMaps, settings.systemNamespace, config);
      return config;
    });
    this.#ingresses = this.#newIndex();
    this.#resolver = new BackendResolver(settings);
    this.#hosts = new HostAssembler(settings, this.#resolver);
  }

  translate(world: World): Translation {
    if (this.#halfway) this.#forget();
    this.#halfway = true;
    const index = this.#indexOf(world);
    const config = this.#config(world.configMaps);
    const plugins = this.#binder.prepare(world.wasmPlugins, world.secrets);
    const view = this.#ingresses.update(world.ingresses);
    this.#resolver.begin(index, config.upstreamIdleTimeoutMs);
    this.#addPolicies(view.withUpstreamPolicy);
    const collector = collectorOf(config);
    if (collector?.http2 === true) this.#resolver.requireHttp2(collector.ref);
    const epoch = this.#resolver.seal();
    const https = this.#https(world.configMaps);
    const tls = this.#tls.plan(view.withTls, https, index, this.#now());
    const fallbacks = this.#fallbacks(world.envoyFilters);
    const context = { plugins, routeTimeoutMs: config.routeTimeoutMs, fallbacks };
    const assembled = this.#hosts.assemble(view, epoch, tls, context);
    for (const ref of assembled.pluginRefs) this.#resolver.resolveExisting(ref);
    const missing = assembled.chosen.filter(({ ref }) => !this.#resolver.resolveExisting(ref));
    const tracing = collector && tracingOf(collector, config, this.#resolver, this.#settings.systemNamespace);
    const backends = this.#resolver.finish();
    const edge = withHttp3(config, tls.hosts);
    const gateway: Gateway = {
      hosts: this.#same('hosts', assembled.hosts),
      tls: this.#same('tls', tls.hosts),
      certificates: this.#same('certificates', certificatesOf(backends, tls, index)),
      backends: this.#same('backends', backends),
      downstream: edge.downstream,
      accessLog: config.accessLog,
      ...(config.compression === undefined ? {} : { compression: config.compression }),
      ...(tracing?.settings === undefined ? {} : { tracing: tracing.settings }),
    };
    this.#last = gateway;
    const problems = [
      ...config.problems,
      ...(tracing?.problems ?? []),
      ...edge.problems,
      ...https.problems,
      ...plugins.problems,
      ...this.#ignoredRpcs(world.http2rpcs),
      ...tls.problems,
      ...index.doubleHosts.map((double) => this.#doubleHost(double)),
      ...view.withProblems.flatMap((converted) => converted.problems),
      ...assembled.problems,
      ...missing.map(({ problem }) => problem),
    ];
    this.#halfway = false;
    return { gateway, problems: sortProblems(problems) };
  }

  /** After a run that ended halfway what is remembered may not fit together. */
  #forget(): void {
    this.#ingresses = this.#newIndex();
    this.#resolver = new BackendResolver(this.#settings);
    this.#hosts = new HostAssembler(this.#settings, this.#resolver);
  }

  #newIndex(): IngressIndex {
    return new IngressIndex((ingress) => isSelected(ingress, this.#settings), this.#convert);
  }

  #addPolicies(ingresses: readonly ConvertedIngress[]): void {
    for (const { annotations, refs } of ingresses) {
      const { loadBalance, upstream } = annotations;
      const policy: UpstreamPolicy = {
        ...(loadBalance === undefined ? {} : { loadBalance }),
        ...(upstream === undefined ? {} : { protocol: upstream }),
      };
      for (const ref of refs) this.#resolver.addPolicy(ref, policy);
    }
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

function certificatesOf(backends: Gateway['backends'], tls: TlsResult, index: ClusterIndex): Gateway['certificates'] {
  const byName = new Map(tls.certificates.map((certificate) => [certificate.name, certificate]));
  for (const { tls: upstream } of backends) {
    const [namespace, name] = upstream?.certificate?.split('/') ?? [];
    const secret = namespace === undefined || name === undefined ? undefined : index.secret(namespace, name);
    if (secret !== undefined) byName.set(`${namespace}/${name}`, certificateOf(secret).certificate);
  }
  return [...byName.values()].sort((a, b) => compareText(a.name, b.name));
}
