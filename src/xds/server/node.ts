/** Who is at the other end of a stream. */
import type { WireNode } from './messages.ts';

export type NodeRole = 'gateway' | 'plugin-server';

export const GATEWAY_CLUSTER = 'higress-gateway';
export const PLUGIN_SERVER_CLUSTER = 'higress-plugin-server';

export interface NodeInfo {
  /** `node.id`, as the node calls itself. */
  readonly id: string;
  readonly cluster: string;
  readonly role: NodeRole;
  /** `major.minor.patch` of an Envoy; '' when it does not say. */
  readonly version: string;
  /** Name of the native module that a gateway can load, as its bootstrap says; absent = it does not say. */
  readonly nativeModule?: string;
}

/** Plugin servers are told by `node.cluster` or by `role` in the metadata; everything else is a gateway. */
export function nodeInfo(node: WireNode | undefined): NodeInfo {
  const cluster = node?.cluster ?? '';
  const isPluginServer = cluster === PLUGIN_SERVER_CLUSTER || node?.metadata?.role === 'plugin-server';
  const version = node?.user_agent_build_version?.version;
  const nativeModule = node?.metadata?.native_module;
  return {
    id: node?.id ?? '',
    cluster,
    role: isPluginServer ? 'plugin-server' : 'gateway',
    version:
      version === undefined
        ? (node?.user_agent_version ?? '')
        : [version.major_number, version.minor_number, version.patch].map((part) => part ?? 0).join('.'),
    ...(typeof nativeModule === 'string' ? { nativeModule } : {}),
  };
}
