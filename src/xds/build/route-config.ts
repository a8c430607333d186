/** RouteConfigurations: the virtual hosts of a listener, or of one of its shards. */
import type { Message } from '#xds/snapshot/resources.ts';
import { setHeader } from './header-control.ts';
import { HEADER_SHARD } from './options.ts';

/** Enough for any answer that a manifest can hold. */
const MAX_DIRECT_BODY_BYTES = 1024 * 1024;

export interface TableSettings {
  readonly addXRealIpHeader: boolean;
  readonly sharded?: boolean;
  /** UDP port that clients find HTTP/3 at. */
  readonly http3Port?: number;
}

/** How long a client may remember that there is HTTP/3. */
const ALT_SVC_SECONDS = 86_400;

export function routeConfiguration(name: string, virtualHosts: readonly Message[], settings: TableSettings): Message {
  return {
    name,
    virtual_hosts: virtualHosts,
    // A Host with a port finds its virtual host, and reaches the upstream unchanged.
    ignore_port_in_host_matching: true,
    max_direct_response_body_size_bytes: MAX_DIRECT_BODY_BYTES,
    // A route may arrive before its cluster; requests get 503 until then, the table is not refused.
    validate_clusters: false,
    ...(settings.sharded === true ? { request_headers_to_remove: [HEADER_SHARD] } : {}),
    ...(settings.addXRealIpHeader
      ? { request_headers_to_add: [setHeader('x-real-ip', '%REQ(X-ENVOY-EXTERNAL-ADDRESS)%')] }
      : {}),
    ...(settings.http3Port === undefined
      ? {}
      : { response_headers_to_add: [setHeader('alt-svc', `h3=":${settings.http3Port}"; ma=${ALT_SVC_SECONDS}`)] }),
  };
}
