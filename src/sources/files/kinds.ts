/** The kinds that a folder may hold. */

import { didYouMean } from '#lib/did-you-mean.ts';
import { HIGRESS_CONFIG_NAME, HIGRESS_HTTPS_NAME, parseConfigMap } from '#model/config-map.ts';
import { parseEndpointSlice } from '#model/endpoint-slice.ts';
import { parseEnvoyFilter } from '#model/envoy-filter.ts';
import { parseHttp2Rpc } from '#model/http2rpc.ts';
import { parseIngress } from '#model/ingress/ingress.ts';
import { parseIngressClass } from '#model/ingress-class.ts';
import { parseMcpBridge } from '#model/mcp-bridge.ts';
import type { KubeObject, Parsed, RawDocument } from '#model/object.ts';
import type { ParseDefaults } from '#model/parse.ts';
import { parseSecret } from '#model/secret.ts';
import { parseService } from '#model/service.ts';
import { parseWasmPlugin } from '#model/wasm-plugin.ts';
import type { World } from '#model/world.ts';

/** What a folder delivers; registries deliver the rest. */
export type WorldPart = Omit<World, 'registryServices'>;
export type PartKey = keyof WorldPart;

type ObjectOf<K extends PartKey> = WorldPart[K][number];

/** One parser per kind, from `model/`. */
export type KindParsers = {
  readonly [K in PartKey]: (raw: RawDocument, defaults: ParseDefaults) => Parsed<ObjectOf<K>>;
};

export const MODEL_PARSERS: KindParsers = {
  ingresses: parseIngress,
  ingressClasses: parseIngressClass,
  services: parseService,
  endpointSlices: parseEndpointSlice,
  secrets: parseSecret,
  configMaps: parseConfigMap,
  mcpBridges: parseMcpBridge,
  wasmPlugins: parseWasmPlugin,
  http2rpcs: parseHttp2Rpc,
  envoyFilters: parseEnvoyFilter,
};

export const PART_KEYS = [
  'ingresses',
  'ingressClasses',
  'services',
  'endpointSlices',
  'secrets',
  'configMaps',
  'mcpBridges',
  'wasmPlugins',
  'http2rpcs',
  'envoyFilters',
] as const satisfies readonly PartKey[];

export const EMPTY_PART: WorldPart = Object.freeze(
  Object.fromEntries(PART_KEYS.map((key) => [key, []])),
) as unknown as WorldPart;

interface Kind {
  readonly part: PartKey;
  readonly apiVersion: string;
  /** Objects that name no namespace belong to: the system namespace, `default`, or none (cluster-wide kinds). */
  readonly home: 'system' | 'default' | 'none';
}

const KINDS: Readonly<Record<string, Kind>> = {
  Ingress: { part: 'ingresses', apiVersion: 'networking.k8s.io/v1', home: 'default' },
  IngressClass: { part: 'ingressClasses', apiVersion: 'networking.k8s.io/v1', home: 'none' },
  Service: { part: 'services', apiVersion: 'v1', home: 'default' },
  EndpointSlice: { part: 'endpointSlices', apiVersion: 'discovery.k8s.io/v1', home: 'default' },
  Secret: { part: 'secrets', apiVersion: 'v1', home: 'default' },
  ConfigMap: { part: 'configMaps', apiVersion: 'v1', home: 'default' },
  McpBridge: { part: 'mcpBridges', apiVersion: 'networking.higress.io/v1', home: 'system' },
  WasmPlugin: { part: 'wasmPlugins', apiVersion: 'extensions.higress.io/v1alpha1', home: 'system' },
  Http2Rpc: { part: 'http2rpcs', apiVersion: 'networking.higress.io/v1', home: 'system' },
  EnvoyFilter: { part: 'envoyFilters', apiVersion: 'networking.istio.io/v1alpha3', home: 'system' },
};

/** What to use instead of kinds that people bring along. */
const INSTEAD: Readonly<Record<string, string>> = {
  Endpoints: 'use an EndpointSlice (discovery.k8s.io/v1)',
  Gateway: 'use an Ingress; the Gateway API comes later',
  HTTPRoute: 'use an Ingress; the Gateway API comes later',
  VirtualService: 'use an Ingress',
  DestinationRule: 'use the load balancing and TLS annotations of the Ingress',
  ServiceEntry: 'use an McpBridge registry of type static or dns',
};

export type KindLookup =
  | { readonly known: true; readonly part: PartKey; readonly kind: string; readonly home: Kind['home'] }
  | { readonly known: false; readonly message: string; readonly hint: string };

export function lookUpKind(apiVersion: string, kind: string): KindLookup {
  const found = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (found !== undefined && found.apiVersion === apiVersion)
    return { known: true, kind, part: found.part, home: found.home };
  const message = `${kind} of ${apiVersion} is not a kind that is read here; the object is ignored`;
  if (found !== undefined) return { known: false, message, hint: `use apiVersion: ${found.apiVersion}` };
  const instead = Object.hasOwn(INSTEAD, kind) ? INSTEAD[kind] : undefined;
  if (instead !== undefined) return { known: false, message, hint: instead };
  const near = didYouMean(kind, Object.keys(KINDS));
  return {
    known: false,
    message,
    hint: near === undefined ? `kinds that are read: ${Object.keys(KINDS).join(', ')}` : `did you mean ${near}?`,
  };
}

/** ConfigMaps of the gateway itself live in the system namespace, others where Kubernetes would put them. */
export function defaultNamespace(kind: string, name: string, home: Kind['home'], systemNamespace: string): string {
  if (home === 'none') return '';
  const own = kind === 'ConfigMap' && (name === HIGRESS_CONFIG_NAME || name === HIGRESS_HTTPS_NAME);
  return home === 'system' || own ? systemNamespace : 'default';
}

export function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}
