/** What the translator asks of the WasmPlugin part: which plugins, with which configuration, run on a route. */
import type { PluginBinding, PluginPhase, Problem } from '#ir/types.ts';
import type { Secret } from '#model/secret.ts';
import type { WasmPlugin } from '#model/wasm-plugin.ts';

/** In the order in which a request meets them. */
export const PHASES: readonly PluginPhase[] = ['AUTHN', 'AUTHZ', 'STATS', 'UNSPECIFIED_PHASE'];

export interface PluginBinder {
  prepare(plugins: readonly WasmPlugin[], secrets: readonly Secret[]): PreparedPlugins;
}

export interface PreparedPlugins {
  readonly problems: readonly Problem[];
  /** Domains of rules, exact or wildcard: a host is made for each that only a wildcard host covers, so that its plugins are known beforehand. */
  readonly domains: readonly string[];
  bindingsFor(route: BoundRoute): readonly PluginBinding[];
  /** The plugin never changes the path or the host of a request. */
  keepsPath(binding: PluginBinding): boolean;
  /** Changes whenever any result may change. */
  readonly version: string;
}

export interface BoundRoute {
  readonly routeName: string;
  readonly hostName: string;
  readonly destinations: readonly { readonly host: string; readonly port: number }[];
}

/** Binds nothing. */
export const noPlugins: PluginBinder = {
  prepare: () => ({ problems: [], domains: [], bindingsFor: () => [], keepsPath: () => true, version: '' }),
};
