/**
 * The HTTP connection manager, the same for every listener that faces clients. It knows no route and no plugin: those come with the
 * RouteConfiguration, so a change of them never touches a listener or its connections.
 */

import type { AccessLogSettings, CompressionSettings, DownstreamSettings, TracingSettings } from '#ir/types.ts';
import { aiMetricsAccessLogs } from '#plugin-sdk/ai-metrics-log.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { accessLog } from './access-log.ts';
import { compressor } from './compressor.ts';
import { scopedRoutes, shardHeader } from './host-shards/scopes.ts';
import { ADS, any, compact, duration, HTTP_FILTERS } from './message.ts';
import { CHAIN_FILTER, INTERNAL_HEADERS } from './options.ts';
import { tracing } from './tracing.ts';

export const HCM_TYPE = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const EARLY_MUTATION = 'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation';

/** A client that opens a request must finish its headers in this time (slow-header attacks). */
const REQUEST_HEADERS_TIMEOUT_MS = 15_000;

export interface EdgeSettings {
  readonly downstream: DownstreamSettings;
  readonly accessLog: AccessLogSettings;
  readonly accessLogPath?: string | undefined;
  /** For answers to clients; none where Envoy is its own client. */
  readonly compression?: CompressionSettings | undefined;
  /** None where Envoy is its own client: the first hop has the span. */
  readonly tracing?: TracingSettings | undefined;
  readonly hostShards?: boolean;
  /** Removed from requests; default: all that nobody outside may set. */
  readonly internalHeaders?: readonly string[];
}

/** `name` is the listener's and, unless hosts are sharded, the RouteConfiguration's. */
export function connectionManager(name: string, settings: EdgeSettings): Message {
  const { downstream } = settings;
  return any(HCM_TYPE, {
    stat_prefix: name,
    codec_type: 'AUTO',
    ...(settings.hostShards === true
      ? { scoped_routes: scopedRoutes(name) }
      : { rds: { config_source: ADS, route_config_name: name } }),
    http_filters: [
      // First for requests, so last for answers: plugins see them as the upstream sent them.
      ...(settings.compression === undefined ? [] : [compressor(settings.compression)]),
      { name: CHAIN_FILTER, typed_config: any(`${HTTP_FILTERS}filter_chain.v3.FilterChainConfig`) },
      router(downstream.disableXEnvoyHeaders),
    ],
    ...(settings.tracing === undefined ? {} : { tracing: tracing(settings.tracing) }),
    common_http_protocol_options: {
      idle_timeout: duration(downstream.idleTimeoutMs),
      headers_with_underscores_action: 'ALLOW',
    },
    http_protocol_options: { accept_http_10: true, default_host_for_http_10: 'http10.invalid' },
    http2_protocol_options: {
      max_concurrent_streams: downstream.http2.maxConcurrentStreams,
      initial_stream_window_size: downstream.http2.initialStreamWindowSize,
      initial_connection_window_size: downstream.http2.initialConnectionWindowSize,
    },
    max_request_headers_kb: downstream.maxRequestHeadersKb,
    stream_idle_timeout: duration(downstream.idleTimeoutMs),
    request_headers_timeout: duration(REQUEST_HEADERS_TIMEOUT_MS),
    // Upstreams' own Server header passes; the gateway does not name itself.
    server_header_transformation: 'PASS_THROUGH',
    use_remote_address: true,
    // Envoy lets "internal" peers steer retries and timeouts by x-envoy-* headers and takes private addresses for internal when no range is
    // given. Behind a load balancer every client has one, so the only internal address is one that no client can have.
    internal_address_config: { cidr_ranges: [{ address_prefix: '255.255.255.255', prefix_len: 32 }] },
    early_header_mutation_extensions: [
      {
        name: 'envoy.http.early_header_mutation.header_mutation',
        typed_config: any(EARLY_MUTATION, {
          mutations: [
            ...(settings.internalHeaders ?? INTERNAL_HEADERS).map((remove) => ({ remove })),
            ...(settings.hostShards === true ? [shardHeader(name)] : []),
          ],
        }),
      },
    ],
    generate_request_id: true,
    normalize_path: true,
    merge_slashes: false,
    // `/a%2Fb` reaches the upstream byte for byte.
    path_with_escaped_slashes_action: 'KEEP_UNCHANGED',
    upgrade_configs: [{ upgrade_type: 'websocket' }],
    access_log: [...accessLog(settings.accessLog, settings.accessLogPath), ...aiMetricsAccessLogs()],
  });
}

export function router(suppressEnvoyHeaders: boolean): Message {
  const fields = compact({ suppress_envoy_headers: suppressEnvoyHeaders || undefined });
  return { name: 'envoy.filters.http.router', typed_config: any(`${HTTP_FILTERS}router.v3.Router`, fields) };
}

/** A network filter entry that holds a connection manager. */
export function httpFilterChain(manager: Message): Message {
  return { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] };
}
