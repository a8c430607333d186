/** Serves snapshots to Envoys and plugin servers; the client side for plugin servers. */
export {
  type Acknowledged,
  type AcknowledgedQuery,
  type AckReport,
  AdsServer,
  type AdsServerOptions,
  type ListenOptions,
  type NackReport,
} from './ads-server.ts';
export { AdsClient, type AdsClientOptions, type ResourceUpdate } from './client.ts';
export type { ServerLog } from './log.ts';
export { GATEWAY_CLUSTER, type NodeInfo, type NodeRole, PLUGIN_SERVER_CLUSTER } from './node.ts';
export type { AdsStatus, NodeStatus, TypeStatus } from './status.ts';
export type { Address, TlsFiles } from './transport.ts';
