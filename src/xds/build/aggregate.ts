/** Clusters in whose order the first that has an endpoint takes the requests. Envoy itself looks, so nothing is sent when an endpoint comes or goes. */
import type { Destination, Origin, Route } from '#ir/types.ts';
import type { Message, Resource } from '#xds/snapshot/resources.ts';
import { any } from './message.ts';

const CONFIG = 'envoy.extensions.clusters.aggregate.v3.ClusterConfig';

/** What a route names as its cluster. */
export function clusterName({ backend, fallbacks = [] }: Destination): string {
  return [backend, ...fallbacks].join(';');
}

/** One for each order that the routes name. */
export function aggregates(routes: readonly Route[]): readonly Resource[] {
  const found = new Map<string, Resource>();
  for (const { action, origin } of routes) {
    if (action.type !== 'forward') continue;
    for (const destination of action.destinations) {
      if (destination.fallbacks === undefined) continue;
      const name = clusterName(destination);
      if (!found.has(name)) found.set(name, aggregate(name, destination, origin));
    }
  }
  return [...found.values()];
}

function aggregate(name: string, { backend, fallbacks = [] }: Destination, origin: Origin): Resource {
  const message: Message = {
    name,
    // What access logs and metrics call it.
    alt_stat_name: backend,
    lb_policy: 'CLUSTER_PROVIDED',
    cluster_type: {
      name: 'envoy.clusters.aggregate',
      typed_config: any(CONFIG, { clusters: [backend, ...fallbacks] }),
    },
  };
  return { type: 'cluster', name, message, origins: [origin] };
}
