/** One host of the gateway as Envoy virtual hosts, for the plain and the TLS listener. */
import type { HeaderControl, Host, Origin, Problem, Route } from '#ir/types.ts';
import { kept } from '#lib/kept.ts';
import type { Message, Resource } from '#xds/snapshot/resources.ts';
import { aggregates } from './aggregate.ts';
import { type ChainStore, directChain, perFilterConfig, steps } from './chain.ts';
import { STAGE } from './chain-item.ts';
import type { ExplainEntry } from './explain.ts';
import { fallbackRoute, fallbackTargets } from './fallback.ts';
import { headerFields, setHeader } from './header-control.ts';
import { literalHeader } from './header-format.ts';
import { hostKey } from './host-shards/host-key.ts';
import { compact, escapeRegex } from './message.ts';
import { type BuildOptions, HEADER_CHAIN, HEADER_ROUTE } from './options.ts';
import { type Planner, pluginName, type RoutePlan } from './plan.ts';
import { Problems } from './problems.ts';
import { hostChains, type RouteChain } from './reroute.ts';
import { forwardAction, httpsRedirect, redirectAction, serveAction } from './route-action.ts';
import { routeMatch } from './route-match.ts';
import { routeTracing } from './tracing.ts';

export interface BuiltHost {
  readonly name: string;
  /** Of the route tables that hold it; undefined: all of them. */
  readonly shardKey: number | undefined;
  readonly http: Message;
  /** Absent when the host is not served over TLS. */
  readonly https?: Message;
  /** Absent when no route of the host is another's fallback. */
  readonly fallback?: Message;
  readonly chains: readonly Resource[];
  /** Clusters whose endpoint some plugin picks. */
  readonly picked: readonly string[];
  /** Clusters that plugins connect to from the plugin server. */
  readonly connected: readonly string[];
  /** Clusters that stand for several. */
  readonly aggregates: readonly Resource[];
  readonly explain: readonly ExplainEntry[];
  readonly problems: readonly Problem[];
  readonly origins: readonly Origin[];
  /** True when the same Host object always gives the same result. */
  readonly cacheable: boolean;
}

const HTTPS_PORT = 443;
const MOVED_NOTE =
  'requests that another plugin re-routes here run its hooks: its native filters cannot be set per route';

export function buildHost(host: Host, planner: Planner, store: ChainStore, options: BuildOptions): BuiltHost {
  const problems = new Problems();
  const plans = host.routes.flatMap((route) => planner.plans(route, host.name, problems));
  const chains = hostChains(plans, planner, store, problems);
  const used = new Map<string, Resource>();
  const explain: ExplainEntry[] = [];
  const http: Message[] = [];
  const https: Message[] = [];
  const fallback: Message[] = [];
  const targets = fallbackTargets(host.routes);
  plans.forEach((plan, index) => {
    const built = chains[index]!;
    for (const { chain } of [...built.steps, ...built.arrivals]) if (chain !== undefined) used.set(chain.name, chain);
    const serve = serveChain(plan, store);
    if (serve !== undefined) used.set(serve.name, serve);
    explain.push(...explainRoute(host, plan, built, serve));
    const message = routeMessage(plan, built, serve, problems);
    https.push(message);
    if (targets.has(plan.route.name)) fallback.push(fallbackRoute(message, plan.route.name, plan.route.match.chosenBy));
    if (plan.route.policies.httpsRedirect === true && plan.route.action.type !== 'redirect') {
      http.push(...httpsRedirectRoutes(host, plan, store, options));
    } else {
      http.push(message);
    }
  });
  const frame = { name: host.name, domains: [host.name] };
  return {
    name: host.name,
    shardKey: hostKey(host.name),
    http: { ...frame, routes: kept(http) },
    ...(host.tls ? { https: { ...frame, routes: kept(https) } } : {}),
    ...(fallback.length > 0 ? { fallback: { ...frame, routes: fallback } } : {}),
    chains: kept([...used.values()]),
    picked: kept(plans.flatMap((plan) => (plan.picksEndpoint ? destinationsOf(plan.route) : []))),
    connected: kept(plans.flatMap((plan) => plan.connectsTo)),
    aggregates: kept(aggregates(host.routes)),
    explain: kept(explain),
    problems: kept(problems.list),
    origins: kept(distinct(host.routes.map((route) => route.origin))),
    cacheable: plans.every((plan) => plan.cacheable),
  };
}

function destinationsOf({ action }: Route): string[] {
  return action.type === 'forward' ? action.destinations.map(({ backend }) => backend) : [];
}

function serveChain(plan: RoutePlan, store: ChainStore): Resource | undefined {
  if (plan.serve === undefined || plan.unavailable !== undefined) return undefined;
  const { binding, definition } = plan.serve;
  const { action } = plan.route;
  const forward = action.type === 'forward' ? action : undefined;
  const destinations = forward?.destinations.map(({ backend, weight }) => ({ backend, weight })) ?? [];
  const { name, version } = definition.manifest;
  const { instance, failStrategy, config } = binding;
  return store.serve({ plugin: name, instance, version, failStrategy, config }, binding, {
    destinations,
    ...(forward?.timeoutMs ? { timeoutMs: forward.timeoutMs } : {}),
  });
}

function routeMessage(plan: RoutePlan, chain: RouteChain, serve: Resource | undefined, problems: Problems): Message {
  const { route } = plan;
  const base = { name: route.name, match: routeMatch(route.match) };
  if (plan.unavailable !== undefined) {
    return { ...base, direct_response: { status: 503, body: { inline_string: 'plugin not available\n' } } };
  }
  const refused: string[] = [];
  const plain: HeaderControl | undefined = chain.readsResponse
    ? { request: { remove: ['accept-encoding'] } }
    : undefined;
  const headers = headerFields([plain, route.policies.headers], serve === undefined ? [] : serveHeaders(serve, route));
  const action = patient(serve === undefined ? actionMessage(route, refused) : serveAction(), plan);
  for (const name of [...headers.refused, ...refused]) problems.add(refusedHeader(route, name));
  return compact({
    ...base,
    ...action,
    ...headers.fields,
    typed_per_filter_config: perFilterConfig(chain),
    tracing: plan.spans && routeTracing(plan.spans),
    request_body_buffer_limit: chain.bufferBytes > 0 ? String(chain.bufferBytes) : undefined,
  });
}

/** What a stream of an AI or MCP route may be silent for; overrides `stream_idle_timeout` of the listener. */
const LONG_IDLE = '3600s';

function patient(action: Message, plan: RoutePlan): Message {
  return plan.longLived && action.route !== undefined
    ? { ...action, route: { ...(action.route as Message), idle_timeout: LONG_IDLE } }
    : action;
}

function serveHeaders(chain: Resource, route: Route): Message[] {
  return [setHeader(HEADER_CHAIN, chain.name), setHeader(HEADER_ROUTE, literalHeader(route.name))];
}

function actionMessage(route: Route, refused: string[]): Message {
  const { action } = route;
  switch (action.type) {
    case 'forward':
      return forwardAction(action, route.match, refused);
    case 'redirect':
      return redirectAction(action);
    case 'respond':
      return {
        direct_response: compact({
          status: action.status,
          body: action.body === undefined ? undefined : { inline_string: action.body },
        }),
      };
  }
}

/**
 * On the plain listener only; plugins do not run, access rules and CORS do. Location must not carry the plain port: with a public port other
 * than 443 Envoy puts that in; with 443 the name of an exact host is used, and for wildcards requests whose Host has a port get `:443`.
 */
function httpsRedirectRoutes(host: Host, plan: RoutePlan, store: ChainStore, options: BuildOptions): Message[] {
  const { route } = plan;
  const kept = plan.items.filter(({ order }) => order.stage === STAGE.ipAccess || order.stage === STAGE.cors);
  const typed_per_filter_config = perFilterConfig(directChain(steps(kept, store)));
  const match = routeMatch(route.match);
  const make = (how: Message, to: { host?: string; port?: number }) =>
    compact({ name: route.name, match: how, ...httpsRedirect(to), typed_per_filter_config });
  if (options.httpsPublicPort !== HTTPS_PORT) return [make(match, { port: options.httpsPublicPort })];
  if (!host.name.includes('*')) return [make(match, { host: host.name })];
  const withPort = {
    name: ':authority',
    string_match: { safe_regex: { regex: `.*${host.name === '*' ? '' : escapeRegex(host.name.slice(1))}:[0-9]+` } },
  };
  const headers = [...((match.headers as Message[] | undefined) ?? []), withPort];
  return [make({ ...match, headers }, { port: HTTPS_PORT }), make(match, {})];
}

function explainRoute(host: Host, plan: RoutePlan, chain: RouteChain, serve: Resource | undefined): ExplainEntry[] {
  return plan.route.plugins.map((binding) => {
    const mine = chain.steps.filter((step) => step.bindings.includes(binding));
    const way = plan.ways.get(binding) ?? { way: 'skipped' };
    const inSlot = chain.arrivals.find((step) => step.bindings.includes(binding));
    // A plugin with a native form may still have to go by its hooks behind a plugin that re-routes.
    const moved = way.way === 'lowered' && (inSlot?.filter === 'ext_proc' || inSlot?.filter === 'hop');
    const notes = [...(way.notes ?? []), ...(moved ? [MOVED_NOTE] : [])];
    const id = way.way === 'serve' ? serve?.name : mine.find((step) => step.chain !== undefined)?.chain?.name;
    return {
      host: host.name,
      route: plan.route.name,
      routeId: plan.route.id,
      ...(plan.variantFor === undefined ? {} : { pathSuffixes: plan.variantFor }),
      plugin: pluginName(binding),
      instance: binding.instance,
      ...way,
      ...(notes.length === 0 ? {} : { notes }),
      filters: mine.map((step) => step.filter),
      ...(id === undefined ? {} : { chain: id }),
    };
  });
}

function refusedHeader(route: Route, name: string): Problem {
  return {
    severity: 'warning',
    reason: 'HeaderEditRefused',
    origin: route.origin,
    value: name,
    message: `header "${name}" cannot be edited: Host, pseudo headers and control characters are not allowed here`,
    hint: 'use upstream-vhost to change the Host that the upstream sees',
  };
}

function distinct(origins: readonly Origin[]): Origin[] {
  const byKey = new Map(origins.map((o) => [`${o.kind}/${o.namespace}/${o.name}`, o]));
  return [...byKey.values()];
}
