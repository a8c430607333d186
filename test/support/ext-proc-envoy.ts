/** Envoy with the plugin server's hop on some routes, configured as the control plane does it. */
import { FILTERS } from '#xds/build/filters/index.ts';
import { hopListener } from '#xds/build/listener.ts';
import { type Envoy, startEnvoy } from './envoy.ts';

const TYPE = 'type.googleapis.com/envoy.extensions.filters';
const H2 = { '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions' };

export interface HopRoute {
  readonly prefix: string;
  /** Absent = no hop. */
  readonly chain?: string;
  readonly mode?: Readonly<Record<string, string>>;
  readonly failOpen?: boolean;
  readonly cluster?: string;
  /** Default 120s. */
  readonly messageTimeout?: string;
}

export interface HopEnvoy {
  readonly envoy: Envoy;
  readonly url: string;
}

export async function startHopEnvoy(options: {
  readonly upstreamPort: number;
  /** Cluster `two`, by HTTP/2. */
  readonly http2Port?: number;
  readonly extProcSocket: string;
  /** Routes go by the module's hop instead, to plugin servers that connect here. */
  readonly hopSocket?: string;
  readonly workers?: number;
  readonly routes: readonly HopRoute[];
  readonly bufferLimitBytes?: number;
  readonly accessLogFile?: string;
  /** Default: any free one. */
  readonly port?: number;
}): Promise<HopEnvoy> {
  const bootstrap = {
    static_resources: {
      listeners: [
        listener(options),
        ...(options.hopSocket === undefined ? [] : [hopListener({ socket: options.hopSocket })]),
      ],
      clusters: [
        cluster('upstream', { socket_address: { address: '127.0.0.1', port_value: options.upstreamPort } }, false),
        ...(options.http2Port === undefined
          ? []
          : [cluster('two', { socket_address: { address: '127.0.0.1', port_value: options.http2Port } }, true)]),
        { ...cluster('nobody', {}, false), load_assignment: { cluster_name: 'nobody', endpoints: [] } },
        cluster('other', { socket_address: { address: '127.0.0.1', port_value: options.upstreamPort } }, false),
        cluster('higress.plugin-server', { pipe: { path: options.extProcSocket } }, true),
      ],
    },
  };
  const envoy = await startEnvoy(bootstrap, [
    '--file-flush-interval-msec',
    '20',
    '--concurrency',
    String(options.workers ?? 1),
  ]);
  await envoy.ready();
  return { envoy, url: `http://127.0.0.1:${await envoy.listenerPort('main')}` };
}

function listener(options: Parameters<typeof startHopEnvoy>[0]): object {
  return {
    name: 'main',
    address: { socket_address: { address: '127.0.0.1', port_value: options.port ?? 0 } },
    per_connection_buffer_limit_bytes: 32_768,
    filter_chains: [
      {
        filters: [
          {
            name: 'hcm',
            typed_config: {
              '@type': `${TYPE}.network.http_connection_manager.v3.HttpConnectionManager`,
              stat_prefix: 'main',
              ...(options.accessLogFile ? { access_log: [accessLog(options.accessLogFile)] } : {}),
              http_filters: [
                { name: 'higress.chain', typed_config: { '@type': `${TYPE}.http.filter_chain.v3.FilterChainConfig` } },
                { name: 'router', typed_config: { '@type': `${TYPE}.http.router.v3.Router` } },
              ],
              route_config: {
                name: 'main',
                virtual_hosts: [
                  {
                    name: 'all',
                    domains: ['*'],
                    routes: options.routes.map((one) =>
                      route(one, options.bufferLimitBytes ?? 104_857_600, options.hopSocket !== undefined),
                    ),
                  },
                ],
              },
            },
          },
        ],
      },
    ],
  };
}

function accessLog(path: string): object {
  return {
    name: 'file',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
      path,
      log_format: {
        json_format: {
          path: '%REQ(:path)%',
          status: '%RESPONSE_CODE%',
          details: '%RESPONSE_CODE_DETAILS%',
          ai_log: '%DYNAMIC_METADATA(higress.ai_log)%',
          log: '%DYNAMIC_METADATA(higress.log)%',
          cluster: '%UPSTREAM_CLUSTER%',
        },
      },
    },
  };
}

function route(
  { prefix, chain, mode, failOpen, cluster: target, messageTimeout }: HopRoute,
  bufferLimitBytes: number,
  byModule: boolean,
): object {
  const plain = {
    name: `route${prefix}`,
    match: { prefix },
    route: { cluster: target ?? 'upstream', timeout: '0s' },
    request_body_buffer_limit: bufferLimitBytes,
  };
  if (chain === undefined) return plain;
  return {
    ...plain,
    typed_per_filter_config: {
      'higress.chain': {
        '@type': `${TYPE}.http.filter_chain.v3.FilterChainConfigPerRoute`,
        filter_chain: {
          filters: [
            byModule
              ? moduleHop(chain, mode ?? {}, failOpen ?? false)
              : hop(chain, mode ?? {}, failOpen ?? false, messageTimeout ?? '120s'),
          ],
        },
      },
    },
  };
}

function moduleHop(chain: string, mode: Readonly<Record<string, string>>, failOpen: boolean): object {
  const needs = {
    requestHeaders: true,
    requestBody: mode.request_body_mode === 'BUFFERED' ? 'buffered' : 'none',
    responseHeaders: true,
    responseBody: mode.response_body_mode === 'STREAMED' ? 'stream' : 'none',
    sourceAddress: true,
  };
  return { name: 'hop', typed_config: FILTERS.hop.base({ chain, needs, failOpen }) };
}

function hop(chain: string, mode: Readonly<Record<string, string>>, failOpen: boolean, timeout: string): object {
  return {
    name: 'hop',
    typed_config: {
      '@type': `${TYPE}.http.ext_proc.v3.ExternalProcessor`,
      grpc_service: {
        envoy_grpc: { cluster_name: 'higress.plugin-server' },
        initial_metadata: [
          { key: 'x-higress-route', value: '%ROUTE_NAME%' },
          { key: 'x-higress-cluster', value: '%UPSTREAM_CLUSTER_RAW%' },
          { key: 'x-higress-source', value: '%DOWNSTREAM_REMOTE_ADDRESS%' },
          { key: 'x-higress-chain', value: chain },
        ],
      },
      failure_mode_allow: failOpen,
      processing_mode: {
        request_header_mode: 'SEND',
        response_header_mode: 'SEND',
        request_body_mode: 'NONE',
        response_body_mode: 'NONE',
        request_trailer_mode: 'SKIP',
        response_trailer_mode: 'SKIP',
        ...mode,
      },
      allow_mode_override: true,
      message_timeout: timeout,
      max_message_timeout: '3600s',
      mutation_rules: { allow_all_routing: true, allow_envoy: true },
      metadata_options: {
        receiving_namespaces: { untyped: ['higress.ai_log', 'higress.log', 'higress.plugin_ms', 'envoy.lb'] },
      },
      status_on_error: { code: 'ServiceUnavailable' },
    },
  };
}

function cluster(name: string, address: object, http2: boolean): object {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '30s',
    circuit_breakers: {
      thresholds: [
        { max_connections: 100_000, max_pending_requests: 100_000, max_requests: 100_000, max_retries: 100_000 },
      ],
    },
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...(http2
      ? {
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              ...H2,
              explicit_http_config: { http2_protocol_options: { max_outbound_control_frames: 1_000_000 } },
            },
          },
        }
      : {}),
  };
}
