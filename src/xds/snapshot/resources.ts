/** The resources that `xds/build` makes and `xds/server` serves. */
import type { Origin } from '#ir/types.ts';

/** A plain object in proto JSON with proto field names (snake_case); `@type` names the message in every Any. */
export type Message = { readonly [field: string]: unknown };

export const TYPE_URL = {
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  /** Leads requests with a certain key to a route configuration. */
  scope: 'type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration',
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  secret: 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
  extension: 'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig',
  /** Our own: a plugin chain for plugin servers. The resource's bytes are UTF-8 JSON. */
  chain: 'type.higress.io/higress.plugin.v1.Chain',
  /** Our own: where an upstream's endpoints are, for plugins that choose among them or connect to them. UTF-8 JSON as well. */
  upstream: 'type.higress.io/higress.plugin.v1.Upstream',
} as const;

export type ResourceType = keyof typeof TYPE_URL;

export interface Resource {
  readonly type: ResourceType;
  readonly name: string;
  readonly message: Message;
  /** Objects that this resource was made of; a NACK is reported on them. */
  readonly origins: readonly Origin[];
}

export type ResourceSet = Readonly<Record<ResourceType, ReadonlyMap<string, Resource>>>;

/** A resource set while it is being filled. */
export type ResourceMaps = Record<ResourceType, Map<string, Resource>>;

export function emptyResourceMaps(): ResourceMaps {
  return {
    listener: new Map(),
    route: new Map(),
    scope: new Map(),
    cluster: new Map(),
    endpoint: new Map(),
    secret: new Map(),
    extension: new Map(),
    chain: new Map(),
    upstream: new Map(),
  };
}

/** An upstream as the plugin server gets it. */
export interface UpstreamMessage extends Message {
  /** Of the cluster: `outbound|PORT|SUBSET|HOST`. */
  readonly name: string;
  /** The addresses are names that have to be resolved. */
  readonly dns: boolean;
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
}

/** A chain of plugins as the plugin server gets it; content-addressed by `id`. */
export interface ChainMessage extends Message {
  readonly id: string;
  readonly kind: 'filter' | 'serve';
  readonly plugins: readonly {
    readonly plugin: string;
    readonly instance: string;
    readonly version: string;
    readonly failStrategy: 'open' | 'closed';
    readonly config: unknown;
  }[];
  /** For `serve` chains: where the route would have gone. */
  readonly destinations?: readonly { readonly backend: string; readonly weight: number }[];
  /** For `serve` chains: what the route grants an upstream for its whole answer, ms; absent = no limit. */
  readonly timeoutMs?: number;
}
