/**
 * Plugins that choose the upstream of a request: each upstream that they choose from has a route of its own, with the plugins that hold there, behind the
 * header that they set. Requests for which nothing is chosen keep to the weights.
 */
import type { BuiltinBinding, ClusterChoice, Destination, PluginBinding, Problem, Route } from '#ir/types.ts';
import { clusterParts } from '#plugin-sdk/balancing.ts';
import { type BackendRef, hostRef } from './backend/ref.ts';
import { PHASES } from './plugin-binder.ts';

/** An upstream that only the plugin names, and what to say when it is missing. */
export interface NamedUpstream {
  readonly ref: BackendRef;
  readonly problem: Problem;
}

export interface ChosenRoutes {
  readonly routes: readonly Route[];
  readonly chosen: readonly NamedUpstream[];
}

interface Upstream {
  readonly host: string;
  readonly port: number;
}

interface Chooser extends BuiltinBinding {
  readonly choosesCluster: ClusterChoice;
}

type Place = Pick<PluginBinding, 'phase' | 'priority'>;

export interface PluginFacts {
  /** The bindings if the route led to this upstream alone; equal bindings are the same objects. */
  pluginsOf(upstream: Upstream): readonly PluginBinding[];
  /** The plugin never changes the path or the host of a request. */
  keepsPath(binding: PluginBinding): boolean;
}

/** `shares`: what the weights make of `route`. */
export function withClusterChoice(
  route: Route,
  shares: readonly Route[],
  { pluginsOf, keepsPath }: PluginFacts,
): ChosenRoutes {
  const { action } = route;
  const choosers = [...new Set(shares.flatMap(({ plugins }) => plugins.filter(isChooser)))];
  if (action.type !== 'forward' || choosers.length === 0) return { routes: shares, chosen: [] };
  const chosen: NamedUpstream[] = [];
  const variants = new Map<string, Route>();
  for (const chooser of choosers) {
    const { header, clusters } = chooser.choosesCluster;
    for (const cluster of clusters) {
      const upstream = clusterParts(cluster);
      if (upstream === undefined || variants.has(`${header} ${cluster}`)) continue;
      const known = action.destinations.find(({ backend }) => backend === cluster);
      if (known === undefined) chosen.push(namedUpstream(upstream, cluster, chooser));
      const destination: Destination = { ...(known ?? { backend: cluster }), weight: 1 };
      variants.set(`${header} ${cluster}`, {
        ...route,
        id: `${route.id}|to|${variants.size}`,
        match: {
          ...route.match,
          headers: [...(route.match.headers ?? []), { name: header, type: 'exact', value: cluster }],
          chosenBy: header,
        },
        action: { ...action, destinations: [destination] },
        plugins: pluginsOf(upstream),
      });
    }
  }
  return { routes: choosersFirst([...variants.values(), ...shares], keepsPath), chosen };
}

function isChooser(binding: PluginBinding): binding is Chooser {
  return binding.kind === 'builtin' && binding.choosesCluster !== undefined;
}

/**
 * On all routes before the first plugin that differs from one route to another, since what it does must be right for the upstream, or that changes what
 * routes are found by.
 */
function choosersFirst(routes: readonly Route[], keepsPath: PluginFacts['keepsPath']): readonly Route[] {
  const differs = (binding: PluginBinding) => !routes.every(({ plugins }) => plugins.includes(binding));
  const later = routes
    .flatMap(({ plugins }) => plugins)
    .filter((binding) => !isChooser(binding) && (differs(binding) || !keepsPath(binding)));
  const first = later.reduce<Place | undefined>(
    (least, one) => (least === undefined || compare(one, least) < 0 ? one : least),
    undefined,
  );
  if (first === undefined) return routes;
  return routes.map((route) => {
    const late = route.plugins.filter((binding) => isChooser(binding) && compare(binding, first) >= 0);
    if (late.length === 0) return route;
    const rest = route.plugins.filter((binding) => !late.includes(binding));
    const at = rest.findIndex((binding) => compare(binding, first) >= 0);
    return { ...route, plugins: rest.toSpliced(at < 0 ? rest.length : at, 0, ...late.map((one) => moved(one, first))) };
  });
}

const copies = new WeakMap<PluginBinding, PluginBinding[]>();

/** The same object whenever it is asked for. */
function moved(binding: PluginBinding, { phase, priority: before }: Place): PluginBinding {
  const priority = before + 0.5;
  const known = copies.get(binding) ?? [];
  const found = known.find((copy) => copy.phase === phase && copy.priority === priority);
  if (found !== undefined) return found;
  const copy = { ...binding, phase, priority };
  copies.set(binding, [...known, copy]);
  return copy;
}

function compare(a: Place, b: Place): number {
  return PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) || b.priority - a.priority;
}

function namedUpstream({ host, port }: Upstream, cluster: string, { origin, instance }: Chooser): NamedUpstream {
  return {
    ref: hostRef(host, port),
    problem: {
      severity: 'error',
      reason: 'ServiceNotFound',
      origin,
      value: cluster,
      message: `${instance} may send requests to ${cluster}, which neither the cluster nor a registry has; they get 503`,
      hint: 'name a service as the McpBridge or the cluster has it, such as outbound|80||model.dns',
    },
  };
}
