/**
 * Kubernetes objects as people write them, in few words: `ingress('web').rule('a.test', '/', to('web', 8080))`, `service('web').port(8080)`. `world`
 * parses them with the real parsers and puts them where `translate` looks.
 */
import type { Gateway, Host, Problem, Route } from '#ir/types.ts';
import { parseYaml } from '#lib/yaml.ts';
import { type ConfigMap, parseConfigMap } from '#model/config-map.ts';
import { type EndpointSlice, parseEndpointSlice } from '#model/endpoint-slice.ts';
import { type EnvoyFilter, parseEnvoyFilter } from '#model/envoy-filter.ts';
import { type Http2Rpc, parseHttp2Rpc } from '#model/http2rpc.ts';
import { type Ingress, parseIngress } from '#model/ingress/ingress.ts';
import { type IngressClass, parseIngressClass } from '#model/ingress-class.ts';
import type { Parsed, RawDocument } from '#model/object.ts';
import type { RegistryService } from '#model/registry-service.ts';
import { parseSecret, type Secret } from '#model/secret.ts';
import { parseService, type Service } from '#model/service.ts';
import { parseWasmPlugin, type WasmPlugin } from '#model/wasm-plugin.ts';
import type { World, WorldSettings } from '#model/world.ts';
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import { noPlugins, type PluginBinder } from '#translate/plugin-binder.ts';
import { translate } from '#translate/translate.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Manifest {
  readonly manifest: Json;
}

export const settings: WorldSettings = {
  ingressClass: 'higress',
  systemNamespace: 'higress-system',
  watchNamespace: '',
  domainSuffix: 'cluster.local',
  httpsPublicPort: 443,
  wildcardFallback: true,
};

/** Every method gives a new builder. */
class ObjectBuilder<Self extends ObjectBuilder<Self>> implements Manifest {
  readonly manifest: Json;

  constructor(manifest: Json) {
    this.manifest = manifest;
  }

  with(change: Json): Self {
    const Type = this.constructor as new (manifest: Json) => Self;
    return new Type({ ...this.manifest, ...change });
  }

  meta(change: Json): Self {
    return this.with({ metadata: { ...(this.manifest.metadata as Json), ...change } });
  }

  spec(change: Json): Self {
    return this.with({ spec: { ...(this.manifest.spec as Json), ...change } });
  }

  in(namespace: string): Self {
    return this.meta({ namespace });
  }

  /** Creation time as seconds after some fixed moment. */
  created(second: number): Self {
    return this.meta({ creationTimestamp: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString() });
  }

  protected list(field: string): readonly unknown[] {
    return ((this.manifest.spec as Json | undefined)?.[field] as readonly unknown[] | undefined) ?? [];
  }
}

export class IngressBuilder extends ObjectBuilder<IngressBuilder> {
  /** Keys without a slash get the prefix `higress.io/`. */
  annotate(annotations: Readonly<Record<string, string>>): IngressBuilder {
    const full = Object.entries(annotations).map(([key, value]) => [
      key.includes('/') ? key : `higress.io/${key}`,
      value,
    ]);
    const known = (this.manifest.metadata as Json).annotations as Json | undefined;
    return this.meta({ annotations: { ...known, ...Object.fromEntries(full) } });
  }

  className(ingressClassName: string | undefined): IngressBuilder {
    return this.spec({ ingressClassName });
  }

  /** `path` with `=` in front is Exact, else Prefix. An empty host leaves the field away. */
  rule(host: string, path: string, backend: Json = to('web')): IngressBuilder {
    const exact = path.startsWith('=');
    const entry = { path: exact ? path.slice(1) : path, pathType: exact ? 'Exact' : 'Prefix', backend };
    return this.rawRule({ ...(host === '' ? {} : { host }), http: { paths: [entry] } });
  }

  rawRule(rule: Json): IngressBuilder {
    return this.spec({ rules: [...this.list('rules'), rule] });
  }

  defaultBackend(backend: Json): IngressBuilder {
    return this.spec({ defaultBackend: backend });
  }

  tls(secretName: string, ...hosts: readonly string[]): IngressBuilder {
    return this.spec({ tls: [...this.list('tls'), { secretName, hosts }] });
  }
}

export class ServiceBuilder extends ObjectBuilder<ServiceBuilder> {
  port(port: number, more: Json = {}): ServiceBuilder {
    return this.spec({ ports: [...this.list('ports'), { port, ...more }] });
  }
}

export class PlainBuilder extends ObjectBuilder<PlainBuilder> {}

export function ingress(name: string): IngressBuilder {
  const spec = { ingressClassName: 'higress' };
  return new IngressBuilder({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name }, spec });
}

export function service(name: string): ServiceBuilder {
  return new ServiceBuilder({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: {} });
}

/** `addresses` all listen on `port`, the only port of the slice. */
export function endpoints(name: string, port: number, ...addresses: readonly string[]): PlainBuilder {
  return new PlainBuilder({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ port }],
  });
}

export function secret(name: string, stringData: Readonly<Record<string, string>>): PlainBuilder {
  return new PlainBuilder({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
}

export function configMap(name: string, data: Readonly<Record<string, string>>): PlainBuilder {
  const metadata = { name, namespace: settings.systemNamespace };
  return new PlainBuilder({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
}

/** The backend of a rule: a Service's port by number or name. */
export function to(name: string, port: number | string = 8080): Json {
  return { service: { name, port: typeof port === 'number' ? { number: port } : { name: port } } };
}

/** The backend of a rule whose upstreams stand in `higress.io/destination`. */
export const bridge: Json = { resource: { apiGroup: 'networking.higress.io', kind: 'McpBridge', name: 'default' } };

export function registryService(host: string, port: number, more: Partial<RegistryService> = {}): RegistryService {
  const [type = 'static'] = host.split('.').slice(-1);
  return {
    host,
    registry: { type, name: 'test' },
    port,
    protocol: 'http',
    resolution: 'endpoints',
    instances: [{ address: '10.1.0.1', port, weight: 1, metadata: {} }],
    ...more,
  };
}

export type Item = Manifest | RegistryService | string;

interface Objects {
  ingresses: Ingress[];
  ingressClasses: IngressClass[];
  services: Service[];
  endpointSlices: EndpointSlice[];
  secrets: Secret[];
  configMaps: ConfigMap[];
  wasmPlugins: WasmPlugin[];
  envoyFilters: EnvoyFilter[];
  http2rpcs: Http2Rpc[];
  registryServices: RegistryService[];
}

/** Texts are YAML, any number of documents each. Throws on a kind that it does not know. */
export function world(...items: readonly Item[]): { readonly world: World; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const objects: Objects = {
    ingresses: [],
    ingressClasses: [],
    services: [],
    endpointSlices: [],
    secrets: [],
    configMaps: [],
    wasmPlugins: [],
    envoyFilters: [],
    http2rpcs: [],
    registryServices: [],
  };
  const put = <T>(list: T[], parsed: Parsed<T>): void => {
    problems.push(...parsed.problems);
    if (parsed.object !== undefined) list.push(parsed.object);
  };
  const system = { namespace: settings.systemNamespace };
  const plain = { namespace: 'default' };
  const add = (value: unknown): void => {
    const raw: RawDocument = { value };
    const { kind } = value as { kind?: string };
    if (kind === 'Ingress') put(objects.ingresses, parseIngress(raw, plain));
    else if (kind === 'IngressClass') put(objects.ingressClasses, parseIngressClass(raw, plain));
    else if (kind === 'Service') put(objects.services, parseService(raw, plain));
    else if (kind === 'EndpointSlice') put(objects.endpointSlices, parseEndpointSlice(raw, plain));
    else if (kind === 'Secret') put(objects.secrets, parseSecret(raw, plain));
    else if (kind === 'ConfigMap') put(objects.configMaps, parseConfigMap(raw, plain));
    else if (kind === 'WasmPlugin') put(objects.wasmPlugins, parseWasmPlugin(raw, system));
    else if (kind === 'EnvoyFilter') put(objects.envoyFilters, parseEnvoyFilter(raw, system));
    else if (kind === 'Http2Rpc') put(objects.http2rpcs, parseHttp2Rpc(raw, system));
    else throw new Error(`no builder for kind ${kind}`);
  };
  for (const item of items) {
    if (typeof item === 'string') documents(item).forEach(add);
    else if ('manifest' in item) add(item.manifest);
    else objects.registryServices.push(item);
  }
  return { world: { ...objects, mcpBridges: [] }, problems };
}

function documents(text: string): unknown[] {
  return text
    .split(/^---$/m)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const parsed = parseYaml(part);
      if (!parsed.ok) throw new Error(parsed.error.message);
      return parsed.value;
    });
}

export interface TranslateOptions {
  readonly settings?: Partial<WorldSettings>;
  readonly binder?: PluginBinder;
  readonly nowMs?: number;
}

const noCatalogue: PluginCatalogue = { get: () => undefined, names: () => [] };

/** What a gateway made of these objects is like; problems of parsing and of translating together. */
export class Translated {
  readonly gateway: Gateway;
  readonly problems: readonly Problem[];

  constructor(items: readonly Item[], options: TranslateOptions = {}) {
    const parsed = world(...items);
    const services = {
      catalogue: noCatalogue,
      binder: options.binder ?? noPlugins,
      ...(options.nowMs === undefined ? {} : { now: () => options.nowMs! }),
    };
    const result = translate(parsed.world, { ...settings, ...options.settings }, services);
    this.gateway = result.gateway;
    this.problems = [...parsed.problems, ...result.problems];
  }

  host(name: string): Host {
    const host = this.gateway.hosts.find((one) => one.name === name);
    if (host === undefined)
      throw new Error(`no host ${name}, only ${this.gateway.hosts.map((one) => one.name).join(', ')}`);
    return host;
  }

  /** `n` counts from 0. */
  route(host: string, n = 0): Route {
    const route = this.host(host).routes[n];
    if (route === undefined) throw new Error(`host ${host} has no route ${n}`);
    return route;
  }

  reasons(): string[] {
    return this.problems.map(({ reason }) => reason);
  }
}

export function translated(...items: readonly Item[]): Translated {
  return new Translated(items);
}
