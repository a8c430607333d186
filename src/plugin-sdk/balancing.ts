/** How a plugin sends a request to one endpoint of the cluster that the route leads to. */
import type { Effects } from './hooks.ts';

/** Dynamic metadata that clusters of picking plugins obey: `IP:PORT`, or several with commas for retries. An address that is not there is passed over. */
export const ENDPOINT_METADATA = { namespace: 'envoy.lb', key: 'x-gateway-destination-endpoint' } as const;

/** The same as a header, on requests of plugins through the egress listener; on the answer: who gave it. */
export const ENDPOINT_HEADER = 'x-higress-endpoint';

/** Part of a hook's result: the request goes there, and by the cluster's own policy when the endpoint is gone. */
export function toEndpoint(address: string): Pick<Effects, 'metadata'> {
  return { metadata: { [ENDPOINT_METADATA.namespace]: { [ENDPOINT_METADATA.key]: address } } };
}

/** The cluster of a service that a configuration names by its full host. */
export function clusterOf(host: string, port: number): string {
  return `outbound|${port}||${host}`;
}

/** `outbound|PORT|SUBSET|HOST` in its parts; undefined when it is not of that form. */
export function clusterParts(
  cluster: string,
): { readonly host: string; readonly port: number; readonly subset: string } | undefined {
  const found = /^outbound\|(\d{1,5})\|([^|]*)\|([^|]+)$/.exec(cluster);
  return found === null ? undefined : { host: found[3]!, port: Number(found[1]), subset: found[2]! };
}
