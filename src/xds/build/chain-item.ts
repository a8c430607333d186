/** One thing that a route's chain does, before it becomes Envoy filters. */
import type { PluginBinding, PluginPhase } from '#ir/types.ts';
import { canonicalJson, contentHash, sha256 } from '#lib/hash.ts';
import type { HookNeeds } from '#plugin-sdk/hooks.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import type { FilterKind } from './filters/filter.ts';

/** Request order of everything a route may carry. */
export const STAGE = {
  ipAccess: 0,
  AUTHN: 1,
  AUTHZ: 2,
  rateLimit: 3,
  STATS: 4,
  UNSPECIFIED_PHASE: 5,
  cors: 6,
  /** Next to the upstream: everything else sees the answer that the client gets. */
  errorPage: 7,
} as const;

export type Stage = (typeof STAGE)[keyof typeof STAGE];

export interface Order {
  readonly stage: Stage;
  readonly priority: number;
  /** `namespace/name` of the WasmPlugin; compared as `name.namespace`. Empty for annotations. */
  readonly instance: string;
}

export interface NativeItem {
  readonly type: 'native';
  readonly order: Order;
  readonly steps: readonly { readonly filter: FilterKind; readonly config: Message }[];
  readonly bufferBytes: number;
  readonly reroutes: boolean;
  readonly keepsPath: boolean;
  readonly binding?: PluginBinding;
}

/** A plugin whose hooks run in the plugin server. */
export interface HookItem {
  readonly type: 'hooks';
  readonly order: Order;
  readonly plugin: string;
  readonly version: string;
  readonly failOpen: boolean;
  readonly config: unknown;
  readonly needs: HookNeeds;
  readonly reroutes: boolean;
  readonly keepsPath: boolean;
  readonly binding: PluginBinding;
}

export type ChainItem = NativeItem | HookItem;

export function pluginOrder(binding: { phase: PluginPhase; priority: number; instance: string }): Order {
  return { stage: STAGE[binding.phase], priority: binding.priority, instance: binding.instance };
}

export function compareOrder(a: Order, b: Order): number {
  if (a.stage !== b.stage) return a.stage - b.stage;
  if (a.priority !== b.priority) return b.priority - a.priority;
  const left = sortName(a.instance);
  const right = sortName(b.instance);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Higress sorts equal priorities by `name.namespace`. */
function sortName(instance: string): string {
  const slash = instance.indexOf('/');
  return slash < 0 ? instance : `${instance.slice(slash + 1)}.${instance.slice(0, slash)}`;
}

export function orderKey(order: Order): string {
  return `${order.stage}|${order.priority}|${order.instance}`;
}

const hashes = new WeakMap<object, string>();

/** Content hash of a configuration, kept per object: many routes share one configuration object. */
export function configHash(config: unknown): string {
  if (config === null || typeof config !== 'object') return contentHash(config);
  let hash = hashes.get(config);
  if (hash === undefined) {
    hash = sha256(canonicalJson(config));
    hashes.set(config, hash);
  }
  return hash;
}

const signatures = new WeakMap<ChainItem, string>();

/** Equal for items that do the same thing at the same place. */
export function signature(item: ChainItem): string {
  let text = signatures.get(item);
  if (text === undefined) {
    const content =
      item.type === 'native' ? item.steps : [item.plugin, item.version, item.failOpen, configHash(item.config)];
    text = `${orderKey(item.order)}|${contentHash(content)}`;
    signatures.set(item, text);
  }
  return text;
}
