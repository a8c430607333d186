/** Routes whose failures another route of the host makes good: the plugin that sees to it comes before all others. */
import type { AiFallbackPolicy, BuiltinBinding, Problem, Route } from '#ir/types.ts';
import type { EnvoyFilter } from '#model/envoy-filter.ts';
import { FALLBACK_FROM_HEADER } from '#plugin-sdk/fallback.ts';

/** Before every plugin of a user: what it sends to the other route is the request as the client sent it. */
const FIRST_PRIORITY = 1_000_000_000;

export interface WithFallbacks {
  readonly routes: readonly Route[];
  readonly problems: readonly Problem[];
}

/** What objects besides the Ingress say, by route name. */
export type GivenFallbacks = ReadonlyMap<string, Pick<AiFallbackPolicy, 'codes'> & { readonly from: string }>;

/** The fallbacks that Higress's console wrote before there was an annotation. */
export function fallbacksOf(filters: readonly EnvoyFilter[]): GivenFallbacks {
  return new Map(
    filters.flatMap(({ fallbacks }) => fallbacks.map(({ route, from, codes }) => [route, { from, codes }])),
  );
}

interface Wish extends AiFallbackPolicy {
  readonly from: string;
  /** By the annotation: worth a word when it cannot be. */
  readonly written: boolean;
}

export function withFallbacks(routes: readonly Route[], given: GivenFallbacks): WithFallbacks {
  const wishes = routes.map((route) => wishOf(route, routes, given));
  if (wishes.every((wish) => wish === undefined)) return { routes, problems: [] };
  const names = new Set(routes.map(({ name }) => name));
  const problems: Problem[] = [];
  const bound = routes.map((route, index): Route => {
    const wish = wishes[index];
    if (wish === undefined) return route;
    const { aiFallback: _, ...policies } = route.policies;
    if (names.has(wish.route) && wish.route !== route.name) {
      const aiFallback = { route: wish.route, codes: wish.codes };
      return { ...route, policies: { ...policies, aiFallback }, plugins: [binding(route, wish), ...route.plugins] };
    }
    if (wish.written) problems.push(missing(route, wish));
    return { ...route, policies };
  });
  return { routes: bound, problems };
}

function wishOf(route: Route, routes: readonly Route[], given: GivenFallbacks): Wish | undefined {
  const { aiFallback } = route.policies;
  if (aiFallback) return { ...aiFallback, from: route.origin.name, written: true };
  const other = given.get(route.name);
  if (other === undefined || route.action.type !== 'forward') return undefined;
  const target = routes.find(({ match }) =>
    match.headers?.some(
      ({ type, name, value }) => name === FALLBACK_FROM_HEADER && type === 'exact' && value === other.from,
    ),
  );
  return target && { route: target.name, ...other, written: false };
}

function binding(route: Route, { route: target, codes, from }: Wish): BuiltinBinding {
  const { namespace, name } = route.origin;
  return {
    kind: 'builtin',
    plugin: 'ai-fallback',
    config: { from, route: target, codes },
    instance: `${namespace}/${name}`,
    phase: 'AUTHN',
    priority: FIRST_PRIORITY,
    failStrategy: 'open',
    origin: route.origin,
  };
}

function missing(route: Route, { route: target }: AiFallbackPolicy): Problem {
  const path = 'metadata.annotations["higress.io/ai-fallback-route"]';
  const own = target === route.name;
  return {
    severity: 'error',
    reason: 'FallbackMissing',
    origin: { ...route.origin, path },
    value: target,
    message: own
      ? `${path}: an Ingress cannot be its own fallback; its failures reach the client`
      : `${path}: there is no Ingress ${target} with a rule for the same host; failures reach the client`,
    hint: 'name an Ingress with the same host, such as ai-route-NAME.fallback.internal',
  };
}
