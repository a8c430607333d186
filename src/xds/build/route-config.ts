/** RouteConfigurations: all virtual hosts of a listener. */
import type { Message } from '#xds/snapshot/resources.ts';
import { setHeader } from './header-control.ts';

/** Enough for any answer that a manifest can hold. */
const MAX_DIRECT_BODY_BYTES = 1024 * 1024;

export interface Shard<T> {
  /** Name of the RouteConfiguration. */
  readonly name: string;
  readonly hosts: readonly T[];
}

/**
 * Splits the hosts of a listener over RouteConfigurations. One for all today: Envoy applies a table of 1,000 hosts in about 12 ms. More
 * shards need a listener that picks the table by host (scoped routes); only this function and the listener's `rds` would change.
 */
export function shardHosts<T>(listener: string, hosts: readonly T[]): readonly Shard<T>[] {
  return [{ name: listener, hosts }];
}

export function routeConfiguration(
  name: string,
  virtualHosts: readonly Message[],
  settings: { readonly addXRealIpHeader: boolean },
): Message {
  return {
    name,
    virtual_hosts: virtualHosts,
    // A Host with a port finds its virtual host, and reaches the upstream unchanged.
    ignore_port_in_host_matching: true,
    max_direct_response_body_size_bytes: MAX_DIRECT_BODY_BYTES,
    // A route may arrive before its cluster; requests get 503 until then, the table is not refused.
    validate_clusters: false,
    ...(settings.addXRealIpHeader
      ? { request_headers_to_add: [setHeader('x-real-ip', '%REQ(X-ENVOY-EXTERNAL-ADDRESS)%')] }
      : {}),
  };
}
