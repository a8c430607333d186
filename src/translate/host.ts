/** The last step of a host: upstreams looked up, plugins bound, routes of covering wildcard hosts appended. */
import type { Destination, ForwardAction, Host, PluginBinding, Problem, Route, RouteAction } from '#ir/types.ts';
import { kept } from '#lib/kept.ts';
import { type GivenFallbacks, withFallbacks } from './ai-fallback.ts';
import type { Issue } from './backend/locate.ts';
import type { BackendRef } from './backend/ref.ts';
import type { Resolved, Upstream } from './backend/resolver.ts';
import { type NamedUpstream, withClusterChoice } from './cluster-choice.ts';
import { type DraftForward, type Fallback, type RouteDraft, takesAll } from './ingress/draft.ts';
import type { MergedHost } from './ingress/merge.ts';
import { namedServices } from './named-services.ts';
import type { PreparedPlugins } from './plugin-binder.ts';
import { splitByPlugins } from './split.ts';

/** The rules of a host with their upstreams; another object as soon as one of them changes. */
export interface ResolvedHost {
  readonly merged: MergedHost;
  /** In the order of the references of `merged`. */
  readonly found: readonly Resolved[];
}

export interface AssembledHost {
  readonly host: Host;
  readonly problems: readonly Problem[];
  /** Upstreams that plugins of this host name. */
  readonly pluginRefs: readonly BackendRef[];
  /** Upstreams that plugins send requests of this host to, beside those that its routes name. */
  readonly chosen: readonly NamedUpstream[];
}

export interface HostContext {
  readonly plugins: PreparedPlugins;
  /** For forwarding routes without a timeout of their own; 0 = none. */
  readonly routeTimeoutMs: number;
  readonly fallbacks: GivenFallbacks;
}

/** `sources`: the host itself, when it has rules, then the wildcard hosts that cover it, nearest first. */
export function assembleHost(
  name: string,
  tls: boolean,
  sources: readonly ResolvedHost[],
  context: HostContext,
): AssembledHost {
  const assembly = new Assembly(name, context);
  for (const source of sources) if (!assembly.add(source)) break;
  const { routes, problems } = withFallbacks(assembly.routes, context.fallbacks);
  return {
    host: { name, tls, routes: kept(routes) },
    problems: kept([...assembly.problems, ...problems]),
    pluginRefs: kept([...assembly.pluginRefs.values()]),
    chosen: kept(assembly.chosen),
  };
}

/** By the key of the reference. */
type Upstreams = ReadonlyMap<string, Resolved>;

class Assembly {
  readonly routes: Route[] = [];
  readonly problems: Problem[] = [];
  readonly pluginRefs = new Map<string, BackendRef>();
  readonly chosen: NamedUpstream[] = [];
  readonly #name: string;
  readonly #context: HostContext;
  readonly #keys = new Set<string>();
  readonly #counts = new Map<string, number>();

  constructor(name: string, context: HostContext) {
    this.#name = name;
    this.#context = context;
  }

  /** False when a route takes everything: more routes would never be tried. */
  add({ merged, found }: ResolvedHost): boolean {
    const upstreams: Upstreams = new Map(merged.refs.map((ref, at) => [ref.key, found[at]!]));
    for (const draft of merged.routes) {
      if (this.#keys.has(draft.key)) continue;
      const action = this.#action(draft, upstreams);
      if (action === undefined) continue;
      this.#keys.add(draft.key);
      this.routes.push(...this.#route(draft, action.action, action.backends));
      if (takesAll(draft)) return false;
    }
    return true;
  }

  #route(draft: RouteDraft, action: RouteAction, backends: readonly Upstream[]): readonly Route[] {
    const count = this.#counts.get(draft.name) ?? 0;
    this.#counts.set(draft.name, count + 1);
    const { name, origin, match, policies } = draft;
    const plugins = draft.bare === true ? [] : this.#plugins(name, backends);
    const route = { name, id: `${this.#name}|${name}|${count}`, origin, match, action, policies, plugins };
    if (draft.bare === true) return [route];
    const shares = splitByPlugins(route, ({ backend }) =>
      this.#plugins(
        name,
        backends.filter((one) => one.name === backend),
      ),
    );
    const { routes, chosen } = withClusterChoice(route, shares, {
      pluginsOf: (cluster) => this.#plugins(name, [cluster]),
      keepsPath: this.#context.plugins.keepsPath,
    });
    if (draft.host === this.#name) this.chosen.push(...chosen);
    for (const { config } of routes.flatMap((one) => one.plugins)) {
      if (typeof config !== 'object' || config === null) continue;
      for (const ref of namedServices(config)) this.pluginRefs.set(ref.key, ref);
    }
    return routes;
  }

  #plugins(routeName: string, backends: readonly Pick<Upstream, 'host' | 'port'>[]): readonly PluginBinding[] {
    const destinations = backends.map(({ host, port }) => ({ host, port }));
    return this.#context.plugins.bindingsFor({ routeName, hostName: this.#name, destinations });
  }

  /** Undefined when the route is left out. */
  #action(
    draft: RouteDraft,
    upstreams: Upstreams,
  ): { readonly action: RouteAction; readonly backends: readonly Upstream[] } | undefined {
    if (draft.action.type !== 'forward') return { action: draft.action, backends: [] };
    const destinations: Destination[] = [];
    const backends: Upstream[] = [];
    let dropped = 0;
    let hash: ForwardAction['hash'];
    for (const { ref, weight, headers, origin, fallbacks: others } of draft.action.targets) {
      const found = upstreams.get(ref.key);
      const fallbacks = this.#fallbacks(draft, others ?? [], upstreams);
      if (found?.issue !== undefined) this.#report(draft, { ...missing(found.issue, fallbacks), origin });
      if (found?.drop === true) dropped += 1;
      const [backend, ...rest] = [...(found?.backend === undefined || found.drop ? [] : [found.backend]), ...fallbacks];
      if (backend === undefined) continue;
      hash ??= found?.hash;
      backends.push(backend);
      const standIns = rest.map(({ name }) => name).filter((name) => name !== backend.name);
      destinations.push({
        backend: backend.name,
        weight,
        ...(standIns.length === 0 ? {} : { fallbacks: [...new Set(standIns)] }),
        ...(headers === undefined ? {} : { headers }),
      });
    }
    if (destinations.length === 0 && dropped > 0) return undefined;
    const rest = this.#forward(draft, draft.action, upstreams);
    return {
      action: { type: 'forward', destinations: kept(destinations), ...rest, ...(hash === undefined ? {} : { hash }) },
      backends,
    };
  }

  /** Those that exist. */
  #fallbacks(draft: RouteDraft, fallbacks: readonly Fallback[], upstreams: Upstreams): Upstream[] {
    return fallbacks.flatMap(({ ref, origin }) => {
      const found = upstreams.get(ref.key);
      const issue = found?.issue;
      if (issue !== undefined && origin !== undefined) {
        const message = issue.message.replace(/; .*$/, '; it does not stand in for others');
        this.#report(draft, { ...issue, message, origin });
      }
      return issue?.severity === 'error' ? [] : (found?.backend ?? []);
    });
  }

  #forward(draft: RouteDraft, action: DraftForward, upstreams: Upstreams): Partial<ForwardAction> {
    const { rewrite, retry, mirror, errorPage } = action;
    const timeoutMs = action.timeoutMs ?? (this.#context.routeTimeoutMs || undefined);
    const copy = mirror && upstreams.get(mirror.ref.key);
    if (mirror !== undefined && copy?.issue !== undefined) {
      const message = copy.issue.message.replace(/; .*$/, '; nothing is mirrored');
      this.#report(draft, { ...copy.issue, message, origin: mirror.origin });
    }
    const backend = copy?.issue?.severity === 'error' ? undefined : copy?.backend?.name;
    // A missing one is reported as a fallback already.
    const page = errorPage && upstreams.get(errorPage.ref.key);
    const pageBackend = page?.issue?.severity === 'error' ? undefined : page?.backend?.name;
    return {
      ...(rewrite === undefined ? {} : { rewrite }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(retry === undefined ? {} : { retry }),
      ...(mirror === undefined || backend === undefined ? {} : { mirror: { backend, percent: mirror.percent } }),
      ...(errorPage === undefined || pageBackend === undefined
        ? {}
        : { errorPage: { backend: pageBackend, codes: errorPage.codes, headers: errorPage.headers } }),
    };
  }

  /** Once, on the host that the route belongs to. */
  #report(draft: RouteDraft, problem: Problem): void {
    if (draft.host === this.#name) this.problems.push(problem);
  }
}

/** The upstream is missing, but requests do not fail for it. */
function missing(issue: Issue, fallbacks: readonly Upstream[]): Issue {
  const [first] = fallbacks;
  if (first === undefined) return issue;
  const { host, port } = first;
  return { ...issue, message: issue.message.replace(/; (requests|the path) .*$/, `; requests go to ${host}:${port}`) };
}
