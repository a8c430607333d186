/** What `/debug/xds` shows: who is connected and what each has confirmed. Versions and names only, never contents. */
import type { ResourceType } from '#xds/snapshot/resources.ts';
import type { Rejection } from '#xds/snapshot/store.ts';
import type { NodeInfo } from './node.ts';
import type { Session } from './session.ts';
import type { Nack, Protocol } from './subscription.ts';

export interface TypeStatus {
  readonly wildcard: boolean;
  /** Names asked for one by one. */
  readonly subscribed: readonly string[];
  readonly sentVersion: string;
  readonly ackedVersion: string;
  /** Everything that was sent has been confirmed or refused. */
  readonly settled: boolean;
  /** Confirmed content version by resource name. */
  readonly resources: Readonly<Record<string, string>>;
  /** RFC 3339; absent when nothing was confirmed over this stream. */
  readonly lastAck?: string;
  readonly lastNack?: { readonly detail: string; readonly resourceNames: readonly string[]; readonly time: string };
}

export interface NodeStatus extends NodeInfo {
  readonly protocol: Protocol;
  /** RFC 3339. */
  readonly connectedSince: string;
  readonly types: Partial<Record<ResourceType, TypeStatus>>;
}

export interface AdsStatus {
  readonly nodes: readonly NodeStatus[];
  /** Version and number of the served resources. */
  readonly served: Readonly<Record<ResourceType, { readonly version: string; readonly count: number }>>;
  readonly rejections: readonly Rejection[];
}

export interface Connection {
  readonly node: NodeInfo;
  readonly protocol: Protocol;
  readonly since: Date;
  readonly session: Session;
}

export function nodeStatus({ node, protocol, since, session }: Connection): NodeStatus {
  const types: Partial<Record<ResourceType, TypeStatus>> = {};
  for (const [type, subscription] of session.subscriptions) {
    types[type] = {
      wildcard: subscription.wildcard,
      subscribed: [...subscription.names].sort(),
      sentVersion: subscription.sentVersion,
      ackedVersion: subscription.ackedVersion,
      settled: subscription.settled,
      resources: Object.fromEntries([...subscription.acked].sort(([a], [b]) => (a < b ? -1 : 1))),
      ...(subscription.lastAck === undefined ? {} : { lastAck: subscription.lastAck.toISOString() }),
      ...(subscription.lastNack === undefined ? {} : { lastNack: nackStatus(subscription.lastNack) }),
    };
  }
  return { ...node, protocol, connectedSince: since.toISOString(), types };
}

function nackStatus(nack: Nack): NonNullable<TypeStatus['lastNack']> {
  return { detail: nack.detail, resourceNames: nack.resourceNames, time: nack.time.toISOString() };
}
