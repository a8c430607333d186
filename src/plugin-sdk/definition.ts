/**
 * What a plugin is. A plugin lives in one folder, exports one `definePlugin({...})`, and reaches a request in the cheapest of
 * three ways: `lower()` to native Envoy filters, hooks over ext_proc, or (terminal plugins) `serve()` as an upstream.
 */
import type { ZodType } from 'zod';
import type { ClusterChoice, PluginPhase } from '#ir/types.ts';
import type { FilterHooks } from './hooks.ts';
import type { LowerContext, LowerResult } from './lower.ts';
import type { ServeHooks } from './serve.ts';

export interface PluginManifest {
  /** The compatibility key: the last segment of the repository in a WasmPlugin's `url`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly version: string;
  readonly title: string;
  readonly summary: string;
  /** Used when the WasmPlugin names neither; the object's own phase and priority win. */
  readonly phase: PluginPhase;
  readonly priority: number;
  readonly category: 'auth' | 'security' | 'traffic' | 'transform' | 'o11y' | 'ai' | 'mcp';
  /** Default of `failStrategy` differs from the kind's default FAIL_CLOSE only where the spec says so. */
  readonly mayReroute?: boolean;
  /** Never changes the path of a request. A re-route behind such plugins alone stays among the routes that the path allows. */
  readonly keepsPath?: boolean;
  /** Chooses the endpoint of the request (`toEndpoint`): clusters of its routes obey, and it is told their endpoints. */
  readonly picksEndpoint?: boolean;
}

/**
 * `C` is the validated effective configuration: what holds on one route.
 */
export interface PluginDefinition<C = unknown> {
  readonly manifest: PluginManifest;
  /** Schema of one scope's configuration as people write it (global part or rule part), unknown keys kept. Drives docs and forms. */
  readonly schema: ZodType;
  /**
   * Merges what was written into what holds. `global` is the top-level configuration without `_rules_` (undefined when there is none),
   * `rule` the configuration of the matched rule without `_match_*` keys (undefined when no rule matched). `facts.hasRules` tells whether the
   * plugin has any rule at all (auth plugins need it). Returns undefined when the plugin does nothing on this route.
   * Default (when absent): rule replaces global. Must throw PluginConfigError for a configuration that cannot work.
   */
  effectiveConfig?(global: unknown, rule: unknown, facts: { readonly hasRules: boolean }): C | undefined;
  /** Native filters for this configuration, or the reason why not. Absent = never lowered. Pure. */
  lower?(config: C, context: LowerContext): LowerResult;
  /** Hooks for the plugin server. Called once per chain, not per request. Required unless `serve` is there. */
  hooks?(config: C): FilterHooks;
  /** Terminal plugin: answers the request itself, hosted by the plugin server as an upstream of Envoy. */
  serve?(config: C): ServeHooks;
  /** Clusters (`outbound|PORT||HOST`) that the plugin server connects to itself, such as that of a Redis: it is told their endpoints. */
  connectsTo?(config: C): readonly string[];
  /** Members of the metadata `higress.span` (`spans.ts`) that the plugin may write, by its native form or its hooks: attributes of the request's span. */
  spanKeys?(config: C): readonly string[];
  /**
   * The plugin chooses the upstream of each request among these, whatever the request says: it sets the header and asks for another route. It comes before
   * all plugins of the route whose configuration depends on the upstream.
   */
  choosesCluster?(config: C): ClusterChoice | undefined;
  /** Dotted paths or keys whose values are secrets, redacted wherever a configuration is shown. Default: apiTokens, apiKey, credential(s), password, secret*, token*. */
  readonly secretKeys?: readonly string[];
}

/** A configuration that cannot work: `path` is the dotted path inside the plugin configuration. */
export class PluginConfigError extends Error {
  readonly path: string;
  readonly hint: string | undefined;

  constructor(path: string, message: string, hint?: string) {
    super(message);
    this.name = 'PluginConfigError';
    this.path = path;
    this.hint = hint;
  }
}

/** Gives the definition its type; the only thing a plugin folder must export, as default. */
export function definePlugin<C>(definition: PluginDefinition<C>): PluginDefinition<C> {
  return definition;
}

/** All built-in plugins, injected where they are needed so that nothing but `plugins/index.ts` names one. */
export interface PluginCatalogue {
  get(name: string): PluginDefinition | undefined;
  names(): readonly string[];
}
