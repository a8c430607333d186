/** Listeners: plain HTTP, HTTPS by SNI, and the socket through which the plugin server calls out. */
import type { Certificate, Gateway, Problem } from '#ir/types.ts';
import { ENDPOINT_HEADER } from '#plugin-sdk/balancing.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { envoyAddress, listenAddress } from './address.ts';
import { connectionManager, HCM_TYPE, httpFilterChain, router } from './connection-manager.ts';
import { tlsFilterChains } from './downstream-tls.ts';
import { countersFilter, MODULE } from './filters/dynamic-module.ts';
import { setHeader } from './header-control.ts';
import { any } from './message.ts';
import {
  type BuildOptions,
  HEADER_EGRESS_CLUSTER,
  LISTENER_COUNTERS,
  LISTENER_EGRESS,
  LISTENER_HOP,
  LISTENER_HTTP,
  LISTENER_HTTP3,
  LISTENER_HTTPS,
} from './options.ts';
import { caSecretName, EGRESS_SECRET, sdsConfig } from './secret.ts';

export function httpListener(gateway: Gateway, options: BuildOptions): Message {
  return {
    name: LISTENER_HTTP,
    address: listenAddress(options.address, options.httpPort),
    per_connection_buffer_limit_bytes: gateway.downstream.connectionBufferLimitBytes,
    ...(gateway.downstream.proxyProtocol ? { listener_filters: [PROXY_PROTOCOL] } : {}),
    filter_chains: [httpFilterChain(manager(LISTENER_HTTP, gateway, options))],
  };
}

/** Always there, so that its port is known before the first certificate comes; without a usable TLS host it closes every connection. */
export function httpsListener(
  gateway: Gateway,
  certificates: ReadonlyMap<string, Certificate>,
  options: BuildOptions,
): { readonly message: Message; readonly problems: readonly Problem[] } {
  const chains = tlsFilterChains(gateway.tls, certificates, manager(LISTENER_HTTPS, gateway, options), {
    downstream: gateway.downstream,
  });
  return {
    message: {
      name: LISTENER_HTTPS,
      address: listenAddress(options.address, options.httpsPort),
      per_connection_buffer_limit_bytes: gateway.downstream.connectionBufferLimitBytes,
      listener_filters: [
        ...(gateway.downstream.proxyProtocol ? [PROXY_PROTOCOL] : []),
        {
          name: 'envoy.filters.listener.tls_inspector',
          typed_config: any('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector'),
        },
      ],
      filter_chains: chains.messages.length > 0 ? chains.messages : [NOBODY],
    },
    problems: chains.problems,
  };
}

/**
 * The same hosts, routes and certificates over UDP; undefined when HTTP/3 is off or nobody could be served. The PROXY protocol is for TCP: clients come with
 * their own addresses here.
 */
export function quicListener(
  gateway: Gateway,
  certificates: ReadonlyMap<string, Certificate>,
  options: BuildOptions,
): Message | undefined {
  const { downstream } = gateway;
  if (!downstream.http3) return undefined;
  const { http2_protocol_options: _, ...tcp } = manager(LISTENER_HTTPS, gateway, options);
  const chains = tlsFilterChains(
    gateway.tls,
    certificates,
    { ...tcp, codec_type: 'HTTP3', http3_protocol_options: {} },
    { downstream, quic: true },
  );
  if (chains.messages.length === 0) return undefined;
  return {
    name: LISTENER_HTTP3,
    address: listenAddress(options.address, options.httpsPort, true),
    per_connection_buffer_limit_bytes: downstream.connectionBufferLimitBytes,
    udp_listener_config: { quic_options: {}, downstream_socket_config: { prefer_gro: true } },
    filter_chains: chains.messages,
  };
}

/** Clients without its header are cut off: else anybody could claim any address. */
const PROXY_PROTOCOL: Message = {
  name: 'envoy.filters.listener.proxy_protocol',
  typed_config: any('envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol'),
};

/** Matches no client: a listener needs one filter chain at least. */
const NOBODY: Message = {
  name: 'no-certificates',
  filter_chain_match: { server_names: ['no-certificates.invalid'] },
  filters: [
    {
      name: 'envoy.filters.network.direct_response',
      typed_config: any('envoy.extensions.filters.network.direct_response.v3.Config'),
    },
  ],
};

function manager(name: string, gateway: Gateway, options: BuildOptions): Message {
  return connectionManager(name, {
    downstream: gateway.downstream,
    accessLog: gateway.accessLog,
    compression: gateway.compression,
    tracing: gateway.tracing,
    accessLogPath: options.accessLogPath,
    hostShards: options.hostShards === true,
  });
}

/**
 * The caller names a cluster in a header; everything else of the request passes as it is. No timeouts here: the caller has its own, and a
 * model may think for minutes before the first byte.
 */
export function egressListener(options: BuildOptions): Message {
  const route = {
    match: { prefix: '/' },
    route: {
      cluster_header: HEADER_EGRESS_CLUSTER,
      timeout: '0s',
      retry_policy: { retry_on: 'connect-failure,refused-stream', num_retries: 2 },
    },
    request_headers_to_remove: [HEADER_EGRESS_CLUSTER, 'x-forwarded-proto', 'x-envoy-internal'],
  };
  // The answer tells who gave it: an endpoint that is gone is passed over.
  const toEndpoint = {
    ...route,
    match: { ...route.match, headers: [{ name: ENDPOINT_HEADER, present_match: true }] },
    response_headers_to_add: [setHeader(ENDPOINT_HEADER, '%UPSTREAM_REMOTE_ADDRESS%')],
  };
  const hcm = any(HCM_TYPE, {
    stat_prefix: LISTENER_EGRESS,
    codec_type: 'AUTO',
    route_config: {
      name: LISTENER_EGRESS,
      virtual_hosts: [{ name: '*', domains: ['*'], routes: [toEndpoint, route] }],
    },
    http_filters: [router(true)],
    common_http_protocol_options: { idle_timeout: '0s' },
    http2_protocol_options: {
      max_concurrent_streams: 1_000_000,
      initial_stream_window_size: 1024 * 1024,
      initial_connection_window_size: 64 * 1024 * 1024,
    },
    stream_idle_timeout: '0s',
    server_header_transformation: 'PASS_THROUGH',
    use_remote_address: false,
    skip_xff_append: true,
    generate_request_id: false,
    normalize_path: false,
    path_with_escaped_slashes_action: 'KEEP_UNCHANGED',
  });
  return {
    name: LISTENER_EGRESS,
    address: envoyAddress(options.egress, true),
    filter_chains: [{ ...httpFilterChain(hcm), ...egressTransport(options.egressTls) }],
  };
}

/** Plugin servers connect here, one connection to each worker: new ones go to the worker with the fewest. */
export function hopListener({ socket }: { readonly socket: string }): Message {
  const carrier = {
    name: 'higress.hop',
    typed_config: any('envoy.extensions.filters.network.dynamic_modules.v3.DynamicModuleNetworkFilter', {
      dynamic_module_config: MODULE,
      filter_name: 'hop',
      terminal_filter: true,
    }),
  };
  return {
    name: LISTENER_HOP,
    address: envoyAddress({ socket }, true),
    connection_balance_config: { exact_balance: {} },
    filter_chains: [{ filters: [carrier] }],
  };
}

/**
 * Envoy forgets a counter with the last filter configuration that has added to it, and those of routes go with each change of their table. The one
 * here never changes, and all counts of the module's plugins go by it.
 */
export function countersListener(): Message {
  const manager = any(HCM_TYPE, {
    stat_prefix: LISTENER_COUNTERS,
    route_config: { name: LISTENER_COUNTERS },
    http_filters: [{ name: LISTENER_COUNTERS, disabled: true, typed_config: countersFilter() }, router(true)],
  });
  return {
    name: LISTENER_COUNTERS,
    address: listenAddress('127.0.0.1', 0),
    bind_to_port: false,
    stat_prefix: LISTENER_COUNTERS,
    filter_chains: [httpFilterChain(manager)],
  };
}

const DOWNSTREAM_TLS = 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext';

function egressTransport(tls: BuildOptions['egressTls']): Message {
  if (tls === undefined) return {};
  return {
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: any(DOWNSTREAM_TLS, {
        require_client_certificate: true,
        common_tls_context: {
          tls_certificate_sds_secret_configs: [sdsConfig(EGRESS_SECRET)],
          combined_validation_context: {
            default_validation_context: {
              match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: tls.client } }],
            },
            validation_context_sds_secret_config: sdsConfig(caSecretName(EGRESS_SECRET)),
          },
        },
      }),
    },
  };
}
