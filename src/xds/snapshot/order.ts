import type { ResourceType } from './resources.ts';

/**
 * Types in the order in which they are sent. Envoy's rule for ADS (eventual consistency considerations): clusters, then their endpoints,
 * then listeners, then routes and the scopes that lead to them, and only then may stale clusters go. Chains come before all that could
 * name them, and what their plugins have to know of upstreams before them.
 */
export const SEND_ORDER: readonly ResourceType[] = [
  'upstream',
  'chain',
  'cluster',
  'endpoint',
  'secret',
  'listener',
  'extension',
  'route',
  'scope',
];

export const RESOURCE_TYPES = SEND_ORDER;
