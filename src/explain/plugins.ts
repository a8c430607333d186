/** The plugins of a route in the order in which a request meets them, and the part of the WasmPlugin that holds here. */
import type { Backend, Origin, PluginBinding, Route } from '#ir/types.ts';
import { originOf } from '#model/object.ts';
import { type Reporter, reporter } from '#model/parse.ts';
import type { WasmPlugin } from '#model/wasm-plugin.ts';
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import { matchesRoute } from '#translate/wasm-plugin/match.ts';
import { scopesOf } from '#translate/wasm-plugin/scopes.ts';
import type { ExplainEntry } from '#xds/build/explain.ts';
import type { RequestFacts } from './request.ts';
import { type Locate, type Source, sourceOf } from './source.ts';
import type { GatewayView } from './view.ts';

export interface PluginInForce {
  /** Name in the catalogue, or the URL of a module. */
  readonly plugin: string;
  /** `namespace/name` of the WasmPlugin. */
  readonly instance: string;
  readonly way: 'native' | 'ext_proc' | 'serve' | 'wasm' | 'skipped' | 'unavailable' | 'unknown';
  /** Why not a cheaper way, or why it does not run. */
  readonly reason?: string;
  readonly notes?: readonly string[];
  readonly phase: PluginBinding['phase'];
  readonly priority: number;
  readonly failStrategy: PluginBinding['failStrategy'];
  /** Envoy filters that do the work. */
  readonly filters: readonly string[];
  /** Redacted. */
  readonly config: unknown;
  readonly sources: readonly Source[];
}

export interface PluginContext {
  readonly view: GatewayView;
  readonly catalogue: PluginCatalogue;
  readonly locate: Locate;
}

export function pluginsOf(
  route: Route,
  hostName: string,
  request: RequestFacts,
  { view, catalogue, locate }: PluginContext,
): readonly PluginInForce[] {
  const entries = entriesFor(route, request, view.plugins);
  return route.plugins.map((binding) => {
    const entry = entries.find(({ instance }) => instance === binding.instance);
    const origins = configOrigins(binding, route, hostName, view, catalogue);
    return {
      plugin: binding.kind === 'builtin' ? binding.plugin : binding.module.url,
      instance: binding.instance,
      way: entry === undefined ? 'unknown' : entry.way === 'lowered' ? 'native' : entry.way,
      ...(entry?.reason === undefined ? {} : { reason: entry.reason }),
      ...(entry?.notes === undefined || entry.notes.length === 0 ? {} : { notes: entry.notes }),
      phase: binding.phase,
      priority: binding.priority,
      failStrategy: binding.failStrategy,
      filters: entry?.filters ?? [],
      config: binding.config,
      sources: origins.map((origin) => sourceOf(origin, locate)),
    };
  });
}

/** A route whose native plugins leave some path endings to their hooks has a second set of ways for those. */
function entriesFor(route: Route, request: RequestFacts, all: readonly ExplainEntry[]): readonly ExplainEntry[] {
  const variant = all.filter(
    ({ routeId, pathSuffixes }) =>
      routeId === `${route.id}|hooks` && pathSuffixes?.some((suffix) => request.path.endsWith(suffix)),
  );
  return variant.length > 0 ? variant : all.filter(({ routeId }) => routeId === route.id);
}

/** The rule that matches first, and the global part where the plugin joins the two. */
function configOrigins(
  binding: PluginBinding,
  route: Route,
  hostName: string,
  { objects, gateway }: GatewayView,
  catalogue: PluginCatalogue,
): Origin[] {
  const plugin = objects.wasmPlugins.find(
    ({ metadata }) => `${metadata.namespace}/${metadata.name}` === binding.instance,
  );
  if (plugin === undefined) return [binding.origin];
  const silent: Reporter = reporter(originOf(plugin));
  const { global, rules } = scopesOf(plugin, configsOf(plugin), silent);
  const names = route.action.type === 'forward' ? route.action.destinations.map(({ backend }) => backend) : [];
  const destinations = gateway.backends.filter(({ name }: Backend) => names.includes(name));
  const rule = rules.find(({ match }) => matchesRoute(match, { routeName: route.name, hostName, destinations }));
  const joins =
    binding.kind === 'wasm' || rule === undefined || catalogue.get(binding.plugin)?.effectiveConfig !== undefined;
  const paths = [...(rule === undefined ? [] : [rule.path]), ...(joins && global !== undefined ? [global.path] : [])];
  return paths.length === 0 ? [binding.origin] : paths.map((path) => originOf(plugin, path));
}

function configsOf({ spec }: WasmPlugin): Parameters<typeof scopesOf>[1] {
  return {
    ...(spec.pluginConfig == null ? {} : { pluginConfig: spec.pluginConfig }),
    ...(spec.defaultConfig == null ? {} : { defaultConfig: spec.defaultConfig }),
    rules: spec.matchRules.map(({ rule }) => rule.config ?? undefined),
  };
}
