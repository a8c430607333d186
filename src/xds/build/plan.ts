/** Decides, plugin by plugin, the way each one reaches the requests of a route: native filters, plugin server, Wasm, or an upstream of its own. */
import type { BuiltinBinding, PluginBinding, Problem, Route, WasmBinding } from '#ir/types.ts';
import type { PluginCatalogue, PluginDefinition, PluginManifest } from '#plugin-sdk/definition.ts';
import type { HookNeeds } from '#plugin-sdk/hooks.ts';
import type { LowerContext, LowerResult } from '#plugin-sdk/lower.ts';
import { needsOf } from '#plugin-sdk/needs.ts';
import {
  type ChainItem,
  compareOrder,
  type HookItem,
  type NativeItem,
  type Order,
  pluginOrder,
  STAGE,
  type Stage,
} from './chain-item.ts';
import { ERROR_BODY_BYTES, errorPageStep } from './error-page/error-page.ts';
import type { ExplainEntry } from './explain.ts';
import { corsPolicy } from './filters/cors.ts';
import { rateLimit } from './filters/local-ratelimit.ts';
import { ipAccess } from './filters/rbac.ts';
import { wasmPlugin } from './filters/wasm.ts';
import { escapeRegex } from './message.ts';
import type { BuildOptions } from './options.ts';
import { Problems } from './problems.ts';
import type { RouteSpans } from './tracing.ts';

/** The object itself asks for the plugin server. */
const FORCED: LowerResult = {
  lowered: false,
  reason: 'the annotation higress.io/plugin-runtime asks for the plugin server',
};

const NO_MODULE: LowerResult = { lowered: false, reason: 'the gateway runs without the native module for Envoy' };

export type Way = Pick<ExplainEntry, 'way' | 'reason' | 'notes'>;

export interface RoutePlan {
  readonly route: Route;
  /** In request order. */
  readonly items: readonly ChainItem[];
  /** A terminal plugin answers this route's requests. */
  readonly serve?: { readonly binding: BuiltinBinding; readonly definition: PluginDefinition };
  /** Why the route answers 503. */
  readonly unavailable?: string;
  readonly ways: ReadonlyMap<PluginBinding, Way>;
  /** Path endings for which some plugin must run by its hooks; `variant` makes the plan for them. */
  readonly hookSuffixes: readonly string[];
  /** Set in such a variant: the path endings that it is for. */
  readonly variantFor?: readonly string[];
  /** Its answers may be streams of hours with gaps of minutes: no idle timeout of the listener may cut them. */
  readonly longLived: boolean;
  /** Some plugin picks endpoints of the clusters that the route leads to. */
  readonly picksEndpoint: boolean;
  /** Clusters that plugins of the route connect to from the plugin server. */
  readonly connectsTo: readonly string[];
  /** What plugins of the route write for its spans; undefined when they write nothing or nobody makes spans. */
  readonly spans?: RouteSpans;
  /** False when the plan depends on more than the route, namely on modules being fetched. */
  readonly cacheable: boolean;
}

interface Draft {
  readonly route: Route;
  readonly problems: Problems;
  readonly items: ChainItem[];
  readonly ways: Map<PluginBinding, Way>;
  readonly hookSuffixes: Set<string>;
  /** Set in a variant: the path endings that it is for. */
  readonly variantFor?: readonly string[];
  serve?: { readonly binding: BuiltinBinding; readonly definition: PluginDefinition };
  unavailable?: string;
}

/** Who reads what plugins tell of requests. */
export interface Readers {
  /** Percentage of the requests that the gateway makes spans of; undefined: it makes none. */
  readonly samplingPercent: number | undefined;
  /** There is an access log. */
  readonly logging: boolean;
}

export class Planner {
  readonly #catalogue: PluginCatalogue;
  readonly #options: BuildOptions;
  readonly #needs = new WeakMap<object, Map<string, HookNeeds>>();
  readonly #readers: Readers;

  constructor(catalogue: PluginCatalogue, options: BuildOptions, readers: Readers) {
    this.#catalogue = catalogue;
    this.#options = options;
    this.#readers = readers;
  }

  /** The route's plan, behind one for the requests that some plugin's native form does not serve. */
  plans(route: Route, host: string, problems: Problems): readonly RoutePlan[] {
    const plan = this.#plan(route, host, problems);
    if (plan.hookSuffixes.length === 0) return [plan];
    // Its problems are those of the plan itself.
    return [this.#plan(pathVariant(route, plan.hookSuffixes), host, new Problems(), plan.hookSuffixes), plan];
  }

  #plan(route: Route, host: string, problems: Problems, variantFor?: readonly string[]): RoutePlan {
    const draft: Draft = {
      route,
      problems,
      items: policyItems(route, problems),
      ways: new Map(),
      hookSuffixes: new Set(),
      ...(variantFor === undefined ? {} : { variantFor }),
    };
    const names = route.plugins.map(pluginName);
    const spans = this.#spans(route);
    route.plugins.forEach((binding, index) => {
      if (draft.serve !== undefined) {
        const reason = `${draft.serve.binding.plugin} answers the request before it`;
        draft.ways.set(binding, { way: 'skipped', reason });
      } else if (binding.kind === 'wasm') {
        this.#planWasm(binding, draft);
      } else {
        this.#planBuiltin(binding, draft, {
          routeName: route.name,
          hostName: host,
          action: route.action.type === 'forward' ? route.action : undefined,
          preceding: names.slice(0, index),
          following: names.slice(index + 1),
          tracing: this.#readers.samplingPercent !== undefined,
          logging: this.#readers.logging,
        });
      }
    });
    return {
      route,
      items: draft.items.sort((a, b) => compareOrder(a.order, b.order)),
      ...(draft.serve === undefined ? {} : { serve: draft.serve }),
      ...(draft.unavailable === undefined ? {} : { unavailable: draft.unavailable }),
      ways: draft.ways,
      hookSuffixes: [...draft.hookSuffixes],
      longLived: route.plugins.some((binding) => this.#streams(binding)),
      picksEndpoint: route.plugins.some((binding) => this.#picksEndpoint(binding)),
      connectsTo: route.plugins.flatMap((binding) => this.#connectsTo(binding)),
      ...(spans === undefined ? {} : { spans }),
      ...(variantFor === undefined ? {} : { variantFor }),
      cacheable: route.plugins.every((binding) => binding.kind !== 'wasm'),
    };
  }

  #lower(definition: PluginDefinition, binding: BuiltinBinding, context: LowerContext): LowerResult | undefined {
    if (binding.forceHooks === true) return FORCED;
    const lowered = definition.lower?.(binding.config, context);
    const wantsModule = lowered?.lowered === true && lowered.steps.some(({ filter }) => filter === 'dynamic_module');
    return wantsModule && !this.#options.nativeModule ? NO_MODULE : lowered;
  }

  /** The same plugin by its hooks, for places where its native form cannot stand; undefined when it has none. */
  hookItem(binding: BuiltinBinding): HookItem | undefined {
    const definition = this.#catalogue.get(binding.plugin);
    if (definition?.hooks === undefined) return undefined;
    return {
      type: 'hooks',
      order: pluginOrder(binding),
      plugin: definition.manifest.name,
      version: definition.manifest.version,
      failOpen: binding.failStrategy === 'open',
      config: binding.config,
      needs: this.#needsFor(definition, binding.config),
      reroutes: definition.manifest.mayReroute === true || binding.choosesCluster !== undefined,
      keepsPath: definition.manifest.keepsPath === true,
      binding,
    };
  }

  #streams(binding: PluginBinding): boolean {
    const category = this.#manifest(binding)?.category;
    return category === 'ai' || category === 'mcp';
  }

  #picksEndpoint(binding: PluginBinding): boolean {
    const choosesCluster = binding.kind === 'builtin' && binding.choosesCluster !== undefined;
    return this.#manifest(binding)?.picksEndpoint === true && !choosesCluster;
  }

  #manifest(binding: PluginBinding): PluginManifest | undefined {
    return binding.kind === 'builtin' ? this.#catalogue.get(binding.plugin)?.manifest : undefined;
  }

  #connectsTo(binding: PluginBinding): readonly string[] {
    if (binding.kind !== 'builtin') return [];
    return this.#catalogue.get(binding.plugin)?.connectsTo?.(binding.config) ?? [];
  }

  #spans({ plugins }: Route): RouteSpans | undefined {
    if (this.#readers.samplingPercent === undefined) return undefined;
    const keys = plugins.flatMap((binding) =>
      binding.kind === 'builtin' ? (this.#catalogue.get(binding.plugin)?.spanKeys?.(binding.config) ?? []) : [],
    );
    return keys.length === 0 ? undefined : { samplingPercent: this.#readers.samplingPercent, keys: [...new Set(keys)] };
  }

  #planBuiltin(binding: BuiltinBinding, draft: Draft, context: LowerContext): void {
    const definition = this.#catalogue.get(binding.plugin);
    if (definition === undefined) {
      out(binding, draft, 'UnknownPlugin', `plugin ${binding.plugin} is not built in`);
      return;
    }
    try {
      const lowered = this.#lower(definition, binding, context);
      const variant =
        draft.variantFor !== undefined && lowered?.lowered === true && lowered.hooksForPathSuffixes !== undefined;
      if (lowered?.lowered === true && !variant) {
        for (const suffix of lowered.hooksForPathSuffixes ?? []) draft.hookSuffixes.add(suffix);
        draft.items.push({
          type: 'native',
          order: pluginOrder(binding),
          steps: lowered.steps,
          bufferBytes: lowered.bufferBytes ?? 0,
          reroutes: lowered.reroutes === true,
          keepsPath: definition.manifest.keepsPath === true,
          binding,
        });
        draft.ways.set(binding, { way: 'lowered', ...(lowered.notes === undefined ? {} : { notes: lowered.notes }) });
        return;
      }
      const reason = hookReason(lowered, draft.variantFor);
      if (definition.serve !== undefined) {
        draft.serve = { binding, definition };
        draft.ways.set(binding, { way: 'serve', reason });
        return;
      }
      const item = this.hookItem(binding);
      if (item !== undefined) {
        draft.items.push(item);
        draft.ways.set(binding, { way: 'ext_proc', reason });
        return;
      }
      out(
        binding,
        draft,
        'PluginNotUsable',
        `plugin ${binding.plugin} cannot run here: ${reason}, and it has no hooks`,
      );
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      out(binding, draft, 'PluginConfigInvalid', `plugin ${binding.plugin}: ${text}`);
    }
  }

  #planWasm(binding: WasmBinding, draft: Draft): void {
    const module = this.#options.wasm?.moduleUri(binding.module) ?? {
      ready: false,
      reason: 'this gateway has no store for modules',
    };
    if (module.ready) {
      const step = { filter: 'wasm', config: wasmPlugin(binding, module) } as const;
      draft.items.push(native(pluginOrder(binding), [step], { binding }));
      draft.ways.set(binding, { way: 'wasm', reason: 'a module of the user' });
      return;
    }
    // Requests must not slip past a guard that is still being fetched; other plugins may wait.
    const guards = binding.phase === 'AUTHN' || binding.phase === 'AUTHZ';
    const reason = `module ${binding.module.url} is not ready: ${module.reason}`;
    if (module.pending !== true) {
      draft.problems.add({
        severity: 'error',
        reason: 'WasmModuleUnavailable',
        origin: { ...binding.origin, path: 'spec.url' },
        value: binding.module.url,
        message: module.reason,
        hint: 'requests pass without it, except where it is a fail-closed AUTHN or AUTHZ plugin: those routes answer 503',
      });
    }
    if (guards && binding.failStrategy === 'closed') {
      draft.unavailable ??= reason;
      draft.ways.set(binding, { way: 'unavailable', reason });
    } else {
      draft.ways.set(binding, { way: 'skipped', reason });
    }
  }

  #needsFor(definition: PluginDefinition, config: unknown): HookNeeds {
    const compute = () => needsOf(definition.hooks!(config));
    if (config === null || typeof config !== 'object') return compute();
    const byPlugin = this.#needs.get(config) ?? new Map<string, HookNeeds>();
    this.#needs.set(config, byPlugin);
    let needs = byPlugin.get(definition.manifest.name);
    if (needs === undefined) {
      needs = compute();
      byPlugin.set(definition.manifest.name, needs);
    }
    return needs;
  }
}

export function pluginName(binding: PluginBinding): string {
  return binding.kind === 'builtin' ? binding.plugin : binding.module.url;
}

/** A plugin that cannot run: the route answers 503 when it fails closed, else goes on without it. */
function out(binding: PluginBinding, draft: Draft, reason: string, message: string): void {
  const closed = binding.failStrategy === 'closed';
  const problem: Problem = {
    severity: 'error',
    reason,
    origin: binding.origin,
    message: `${message}; route ${draft.route.name} ${closed ? 'answers 503' : 'goes on without it'}`,
    hint: 'correct the plugin configuration, or set failStrategy: FAIL_OPEN to let requests pass without the plugin',
  };
  draft.problems.add(problem);
  if (closed) draft.unavailable ??= message;
  draft.ways.set(binding, { way: closed ? 'unavailable' : 'skipped', reason: message });
}

function policyItems(route: Route, problems: Problems): ChainItem[] {
  const items: ChainItem[] = [];
  const { ipAccess: access, rateLimit: limit, cors } = route.policies;
  if (access !== undefined) {
    const { config, invalid } = ipAccess(access);
    for (const value of invalid) {
      problems.add({
        severity: 'error',
        reason: 'InvalidAddress',
        origin: route.origin,
        value,
        message: `"${value}" is neither an IP address nor a CIDR and is left out of the access list`,
        hint: 'write for example 10.0.0.0/8 or 2001:db8::/32',
      });
    }
    items.push(native(policyOrder(STAGE.ipAccess), [{ filter: 'rbac', config }]));
  }
  if (limit !== undefined) {
    items.push(native(policyOrder(STAGE.rateLimit), [{ filter: 'local_ratelimit', config: rateLimit(limit) }]));
  }
  if (cors !== undefined) {
    items.push(native(policyOrder(STAGE.cors), [{ filter: 'cors', config: corsPolicy(cors) }]));
  }
  if (route.action.type === 'forward' && route.action.errorPage !== undefined) {
    const item = native(policyOrder(STAGE.errorPage), [errorPageStep(route.action.errorPage)]);
    items.push({ ...item, bufferBytes: ERROR_BODY_BYTES });
  }
  return items;
}

function policyOrder(stage: Stage): Order {
  return { stage, priority: 0, instance: '' };
}

function native(order: Order, steps: NativeItem['steps'], extra: { binding?: PluginBinding } = {}): NativeItem {
  return { type: 'native', order, steps, bufferBytes: 0, reroutes: false, keepsPath: true, ...extra };
}

function hookReason(lowered: LowerResult | undefined, variantFor: readonly string[] | undefined): string {
  if (lowered === undefined) return 'has no native form';
  return lowered.lowered ? `requests to ${(variantFor ?? []).join(', ')} need its hooks` : lowered.reason;
}

/** The same route for requests whose path ends in one of the suffixes. */
function pathVariant(route: Route, suffixes: readonly string[]): Route {
  const value = `[^?]*(${suffixes.map(escapeRegex).join('|')})(\\?.*)?`;
  const headers = [...(route.match.headers ?? []), { name: ':path', type: 'regex' as const, value }];
  return { ...route, id: `${route.id}|hooks`, match: { ...route.match, headers } };
}
