/**
 * One gateway as its questions are asked of: `explain`, `diff`. Made offline out of folders, or out of the debug pages of a running one, so
 * everything in it is JSON, and configurations of plugins are redacted.
 */
import type { Backend, Gateway, Problem } from '#ir/types.ts';
import type { World } from '#model/world.ts';
import type { ExplainEntry } from '#xds/build/explain.ts';

export interface GatewayView {
  readonly gateway: Gateway;
  /** Which way each plugin takes on each route. */
  readonly plugins: readonly ExplainEntry[];
  /** What people wrote, to tell which field a value comes from. */
  readonly objects: Pick<World, 'ingresses' | 'endpointSlices' | 'wasmPlugins' | 'configMaps' | 'mcpBridges'>;
  readonly problems: readonly Problem[];
  /**
   * Hash of the unredacted configuration by route id and instance, to see that a secret changed without showing it. Absent for running gateways, which tell
   * nobody.
   */
  readonly fingerprints?: ReadonlyMap<string, string>;
  /** Port that redirects to https name, unless it is 443. */
  readonly httpsPublicPort: number;
  /** False when registries were not asked, so that nothing is known about the instances of their services. */
  readonly registriesAsked: boolean;
}

export function fingerprintKey(routeId: string, instance: string): string {
  return `${routeId} ${instance}`;
}

const DISCOVERED = /\.(nacos|consul|eureka|zookeeper)$/;

/** Instances of these are known only while connected to their registry. */
export function isDiscovered({ host }: Backend): boolean {
  return DISCOVERED.test(host);
}
