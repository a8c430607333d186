/** Clusters and their endpoints. A cluster never changes when its endpoints do. */
import type { Backend, Certificate, DownstreamSettings, Endpoint, LoadBalancing, Problem } from '#ir/types.ts';
import type { Message, UpstreamMessage } from '#xds/snapshot/resources.ts';
import { envoyAddress, isNumeric, socketAddress } from './address.ts';
import { ADS, any, compact, duration } from './message.ts';
import { type Address, type BuildOptions, CLUSTER_EXT_PROC, CLUSTER_PLUGIN_HTTP } from './options.ts';
import { overrideHost } from './override-host.ts';
import { upstreamTls } from './upstream-tls.ts';

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const MANY = 1_000_000;

/** Envoy's defaults (1,024) would be limits that nobody asked for. */
function breakers(limit: number): Message {
  return {
    thresholds: ['DEFAULT', 'HIGH'].map((priority) => ({
      priority,
      max_connections: limit,
      max_pending_requests: limit,
      max_requests: limit,
      max_retries: MANY,
    })),
  };
}

const OPEN_BREAKERS = breakers(MANY);

/** `passthrough` means "leave balancing to the address given", a Service's cluster IP: then there is one endpoint and nothing to balance. */
const LB_POLICY: Readonly<Record<LoadBalancing['type'], string>> = {
  round_robin: 'ROUND_ROBIN',
  least_request: 'LEAST_REQUEST',
  random: 'RANDOM',
  ring_hash: 'RING_HASH',
  passthrough: 'ROUND_ROBIN',
};

/** Envoy would wait as long as after a look-up that went well. */
const FAILED_LOOK_UP: Message = { base_interval: '1s', max_interval: '5s' };

export interface ClusterContext {
  readonly downstream: DownstreamSettings;
  readonly certificates: ReadonlyMap<string, Certificate>;
  readonly options: BuildOptions;
  /** Some plugin picks endpoints of this cluster. */
  readonly picked: boolean;
}

export function cluster(
  backend: Backend,
  context: ClusterContext,
): { readonly message: Message; readonly problems: readonly Problem[]; readonly publicCas: boolean } {
  const tls = backend.tls && upstreamTls(backend, backend.tls, context.certificates, context.options.systemCaFile);
  const message = compact({
    name: backend.name,
    ...discovery(backend, context.downstream.dnsRefreshMs),
    connect_timeout: duration(backend.connectTimeoutMs),
    per_connection_buffer_limit_bytes: context.downstream.upstreamConnectionBufferLimitBytes,
    ...(context.picked
      ? { load_balancing_policy: overrideHost(backend.loadBalancing.type) }
      : { lb_policy: LB_POLICY[backend.loadBalancing.type] }),
    circuit_breakers: breakers(context.options.upstreamConcurrency ?? MANY),
    typed_extension_protocol_options: {
      [HTTP_OPTIONS]: any(
        HTTP_OPTIONS,
        compact({
          common_http_protocol_options:
            backend.idleTimeoutMs === undefined ? undefined : { idle_timeout: duration(backend.idleTimeoutMs) },
          explicit_http_config:
            backend.protocol === 'http2' ? { http2_protocol_options: {} } : { http_protocol_options: {} },
        }),
      ),
    },
    transport_socket: tls?.socket,
  });
  return { message, problems: tls?.problems ?? [], publicCas: tls?.publicCas ?? false };
}

function discovery(backend: Backend, dnsRefreshMs: number | undefined): Message {
  if (backend.resolution.type === 'endpoints') {
    return { type: 'EDS', eds_cluster_config: { service_name: backend.name, eds_config: ADS } };
  }
  return {
    type: 'STRICT_DNS',
    dns_lookup_family: 'V4_PREFERRED',
    respect_dns_ttl: true,
    ...(dnsRefreshMs === undefined
      ? {}
      : { dns_refresh_rate: duration(dnsRefreshMs), dns_failure_refresh_rate: FAILED_LOOK_UP }),
    load_assignment: loadAssignment(backend.name, backend.resolution.endpoints),
  };
}

export function loadAssignment(name: string, endpoints: readonly Endpoint[]): Message {
  const lb_endpoints = endpoints.map((endpoint) => ({
    endpoint: { address: socketAddress(endpoint.address, endpoint.port) },
    load_balancing_weight: Math.max(1, endpoint.weight),
  }));
  return { cluster_name: name, endpoints: lb_endpoints.length === 0 ? [] : [{ lb_endpoints }] };
}

/** Where the endpoints are, for the plugin server. */
export function upstream({ name, resolution }: Backend): UpstreamMessage {
  const endpoints = resolution.endpoints.map(({ address, port }) => ({ address, port }));
  return { name, dns: resolution.type === 'dns', endpoints };
}

/** A plugin server that is gone, or goes before it has said a word, costs no request while another one runs. Of the cluster, because a policy in every filter costs each stream more. */
const ANOTHER_REPLICA = {
  retry_on: 'connect-failure,refused-stream,reset',
  num_retries: 3,
  retry_back_off: { base_interval: '0.005s', max_interval: '0.05s' },
  retry_host_predicate: [
    {
      name: 'envoy.retry_host_predicates.previous_hosts',
      typed_config: any('envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate'),
    },
  ],
  host_selection_retry_max_attempts: '5',
};

/** The two faces of the plugin server. */
export function pluginServerClusters(options: BuildOptions): Message[] {
  const streams = {
    http2_protocol_options: {
      max_concurrent_streams: 2_147_483_647,
      initial_stream_window_size: 1024 * 1024,
      initial_connection_window_size: 64 * 1024 * 1024,
      // Clients that leave at once make one reset each; above its usual 1,000 Envoy drops the connection with everybody on it.
      max_outbound_control_frames: 1_000_000,
    },
  };
  return [
    fixedCluster(CLUSTER_EXT_PROC, options.pluginServer.extProc, streams, ANOTHER_REPLICA),
    fixedCluster(CLUSTER_PLUGIN_HTTP, options.pluginServer.http, { http_protocol_options: {} }),
  ];
}

/** `retry`: for requests whose route says nothing of retries. */
export function fixedCluster(name: string, address: Address, protocol: Message, retry?: Message): Message {
  const endpoint = { endpoint: { address: envoyAddress(address) } };
  return {
    name,
    type: isNumeric(address) ? 'STATIC' : 'STRICT_DNS',
    // The address of a pod that is gone answers nothing; the next try may go elsewhere.
    connect_timeout: '1s',
    circuit_breakers: OPEN_BREAKERS,
    typed_extension_protocol_options: {
      [HTTP_OPTIONS]: any(HTTP_OPTIONS, compact({ explicit_http_config: protocol, retry_policy: retry })),
    },
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [endpoint] }] },
  };
}
