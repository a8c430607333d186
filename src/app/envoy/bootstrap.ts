/** Envoy's static start: who it is, where the control plane listens; everything else comes over ADS. */
import type { Message } from '#xds/snapshot/resources.ts';

export interface BootstrapOptions {
  readonly nodeId: string;
  /** Unix socket of the ADS server. */
  readonly adsSocket: string;
  /** Unix socket of Envoy's admin interface; never a port, so that only this user reaches it. */
  readonly adminSocket: string;
}

export const GATEWAY_NODE_CLUSTER = 'higress-gateway';

const ADS_CLUSTER = 'higress.xds';

export function envoyBootstrap(options: BootstrapOptions): Message {
  return {
    node: { id: options.nodeId, cluster: GATEWAY_NODE_CLUSTER },
    admin: { address: { pipe: { path: options.adminSocket, mode: 0o600 } } },
    dynamic_resources: {
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        // A control plane that was restarted is found again at once, not after Envoy's default of up to 30 s.
        grpc_services: [
          {
            envoy_grpc: {
              cluster_name: ADS_CLUSTER,
              retry_policy: { retry_back_off: { base_interval: '0.1s', max_interval: '1s' } },
            },
          },
        ],
        set_node_on_first_message_only: true,
      },
      lds_config: { ads: {}, resource_api_version: 'V3' },
      cds_config: { ads: {}, resource_api_version: 'V3' },
    },
    static_resources: { clusters: [adsCluster(options.adsSocket)] },
    // Envoy warns without a limit; the kernel's file limit is the real one here.
    overload_manager: {
      resource_monitors: [
        {
          name: 'envoy.resource_monitors.global_downstream_max_connections',
          typed_config: {
            '@type':
              'type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
            max_active_downstream_connections: 100_000,
          },
        },
      ],
    },
  };
}

function adsCluster(socket: string): Message {
  return {
    name: ADS_CLUSTER,
    type: 'STATIC',
    connect_timeout: '5s',
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http2_protocol_options: { connection_keepalive: { interval: '30s', timeout: '10s' } } },
      },
    },
    load_assignment: {
      cluster_name: ADS_CLUSTER,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: socket } } } }] }],
    },
  };
}
