/** The collections that the controller reads, and how. */
import { HIGRESS_CONFIG_NAME, HIGRESS_HTTPS_NAME } from '#model/config-map.ts';
import { MODEL_PARSERS, type PartKey } from '../files/kinds.ts';
import type { Query } from './client.ts';
import type { RawObject } from './reflector.ts';

export interface KubeKind {
  readonly part: PartKey;
  readonly kind: string;
  readonly apiVersion: string;
  readonly plural: string;
  /** Where its objects count: everywhere (or in the watched namespace), in the system namespace, or it has no namespaces. */
  readonly scope: 'watched' | 'system' | 'cluster';
  /** Of no use to a gateway, so never held in memory. */
  readonly query?: Query;
  readonly wanted?: (object: RawObject) => boolean;
  /** A cluster may well be without it, or not allow it to be read: then there are no objects of it. */
  readonly optional?: boolean;
  /** What the writers of status must see of it. */
  readonly aside?: (object: RawObject) => unknown;
}

const status = (object: RawObject) => object.status;

const NETWORKING = 'networking.k8s.io/v1';
const HIGRESS = 'networking.higress.io/v1';

/** On the Service of the gateway. */
export const GATEWAY_LABEL = { key: 'app', value: 'higress-gateway' } as const;

export const KUBE_KINDS: readonly KubeKind[] = [
  { part: 'ingresses', kind: 'Ingress', apiVersion: NETWORKING, plural: 'ingresses', scope: 'watched', aside: status },
  { part: 'ingressClasses', kind: 'IngressClass', apiVersion: NETWORKING, plural: 'ingressclasses', scope: 'cluster' },
  { part: 'services', kind: 'Service', apiVersion: 'v1', plural: 'services', scope: 'watched', aside: publishing },
  {
    part: 'endpointSlices',
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    plural: 'endpointslices',
    scope: 'watched',
  },
  {
    part: 'secrets',
    kind: 'Secret',
    apiVersion: 'v1',
    plural: 'secrets',
    scope: 'watched',
    query: { fieldSelector: 'type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token' },
  },
  {
    part: 'configMaps',
    kind: 'ConfigMap',
    apiVersion: 'v1',
    plural: 'configmaps',
    scope: 'system',
    wanted: ({ metadata }) => metadata.name === HIGRESS_CONFIG_NAME || metadata.name === HIGRESS_HTTPS_NAME,
  },
  // Everywhere, so that an object in a namespace where it does not count can be told so.
  { part: 'mcpBridges', kind: 'McpBridge', apiVersion: HIGRESS, plural: 'mcpbridges', scope: 'watched', aside: status },
  { part: 'http2rpcs', kind: 'Http2Rpc', apiVersion: HIGRESS, plural: 'http2rpcs', scope: 'watched', aside: status },
  {
    part: 'envoyFilters',
    kind: 'EnvoyFilter',
    apiVersion: 'networking.istio.io/v1alpha3',
    plural: 'envoyfilters',
    scope: 'system',
    optional: true,
  },
  {
    part: 'wasmPlugins',
    kind: 'WasmPlugin',
    apiVersion: 'extensions.higress.io/v1alpha1',
    plural: 'wasmplugins',
    scope: 'watched',
    aside: status,
  },
];

/** How a Service can be reached from outside, for the gateway's own. */
export interface Publishing {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly externalIPs?: readonly string[];
  readonly externalName?: string;
  readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
}

function publishing({ metadata, spec, status }: RawObject): Publishing | undefined {
  const { labels } = metadata as { labels?: Readonly<Record<string, string>> };
  if (labels?.[GATEWAY_LABEL.key] !== GATEWAY_LABEL.value) return undefined;
  const { type, clusterIP, externalIPs, externalName } = (spec ?? {}) as Publishing;
  const { loadBalancer } = (status ?? {}) as { loadBalancer?: Publishing };
  return { type, clusterIP, externalIPs, externalName, ingress: loadBalancer?.ingress } as Publishing;
}

export function parserOf(part: PartKey) {
  return MODEL_PARSERS[part];
}

/** Paths of the collections of a kind; several when one namespace is watched beside the system namespace. */
export function pathsOf(kind: KubeKind, watchNamespace: string, systemNamespace: string): readonly string[] {
  const base = kind.apiVersion === 'v1' ? '/api/v1' : `/apis/${kind.apiVersion}`;
  const within = (namespace: string) => `${base}/namespaces/${namespace}/${kind.plural}`;
  if (kind.scope === 'system') return [within(systemNamespace)];
  if (kind.scope === 'cluster' || watchNamespace === '') return [`${base}/${kind.plural}`];
  return [...new Set([watchNamespace, systemNamespace])].map(within);
}
