/**
 * Chains in a host where a plugin may choose another route.
 *
 * Envoy keeps the chain of the route that matched first, but every filter in it reads its per-route configuration from the route in force. So
 * the chain of a re-routing route ends, behind the plugin that re-routes, with one idle filter ("slot") for each thing that some route of the
 * host wants to do from there on, and each route carries what its own slots shall do. What runs after a re-route is then the new route's: its
 * plugins behind the re-routing one, and those of its access rules, guards and limits that the first route has not applied already.
 */
import type { PluginBinding, Problem } from '#ir/types.ts';
import { contentHash } from '#lib/hash.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { type BuiltChain, type ChainStore, demands, directChain, directFilter, type Step, steps } from './chain.ts';
import { type ChainItem, compareOrder, type Order, STAGE, signature } from './chain-item.ts';
import { FILTERS } from './filters/index.ts';
import type { Planner, RoutePlan } from './plan.ts';
import type { Problems } from './problems.ts';

export interface RouteChain extends BuiltChain {
  /** What runs on requests that match the route at once. */
  readonly steps: readonly Step[];
  /** What runs on requests that another plugin sends here; a step stands here once per place that it may come from. */
  readonly arrivals: readonly Step[];
}

type OwnChain = Omit<RouteChain, 'arrivals'>;

interface Head {
  /** Equal for routes whose requests do the same up to the re-route and may then go to the same routes. */
  readonly id: string;
  /** Path endings whose variants requests of this route cannot come to: it has one of its own, which they would have matched. */
  readonly without: readonly string[];
  readonly items: readonly ChainItem[];
  readonly tail: readonly ChainItem[];
  readonly pivot: Order;
}

interface Slot {
  readonly name: string;
  readonly step: Step;
  readonly idle: Message;
}

/** One chain per plan, in the same order. */
export function hostChains(
  plans: readonly RoutePlan[],
  planner: Planner,
  store: ChainStore,
  problems: Problems,
): RouteChain[] {
  const heads = plans.map((plan) => (plans.length > 1 ? headOf(plan) : undefined));
  const arrivals = new Map<string, readonly Step[][]>();
  for (const head of heads) {
    if (head === undefined || arrivals.has(head.id) || isUniform(head, plans)) continue;
    arrivals.set(
      head.id,
      plans.map((plan) =>
        leadsTo(head, plan) ? steps(slotable(arriving(plan, head), planner, problems), store, { cut: true }) : [],
      ),
    );
  }
  const slots = new Map([...arrivals].map(([id, byRoute]) => [id, slotList(id, byRoute.flat())]));
  const chains = plans.map((plan, index) => {
    const head = heads[index];
    const list = head && slots.get(head.id);
    const own = list === undefined ? directRoute(plan, store) : reroutingRoute(head!, list, store, arrivals, index);
    return {
      ...own,
      perRoute: { ...own.perRoute, ...acting(arrivals, index) },
      arrivals: [...arrivals.values()].flatMap((byRoute) => byRoute[index] ?? []),
    };
  });
  if (heads.every((head) => head === undefined)) return chains;
  // A request may bring the filters of any route to any other.
  const whole = demands(chains.flatMap((chain) => [...chain.steps, ...chain.arrivals]));
  return chains.map((chain) => ({ ...chain, ...whole }));
}

function directRoute(plan: RoutePlan, store: ChainStore): OwnChain {
  const list = steps(plan.items, store);
  return { ...directChain(list), steps: list };
}

function reroutingRoute(
  head: Head,
  slots: readonly Slot[],
  store: ChainStore,
  arrivals: ReadonlyMap<string, readonly Step[][]>,
  index: number,
): OwnChain {
  const before = steps(head.items, store);
  const perRoute: Record<string, Message> = {};
  const filters = before.map((step) => directFilter(step, perRoute));
  for (const slot of slots) filters.push({ name: slot.name, typed_config: slot.idle });
  const all = [...before, ...slots.map((slot) => slot.step)];
  return {
    filters,
    perRoute,
    ...demands(all),
    steps: [...before, ...(arrivals.get(head.id)?.[index] ?? [])],
  };
}

function headOf(plan: RoutePlan): Head | undefined {
  const at = plan.items.findIndex((item) => item.reroutes);
  if (at < 0) return undefined;
  const items = plan.items.slice(0, at + 1);
  const without = items.every((item) => item.keepsPath) ? plan.hookSuffixes : [];
  const id = contentHash([...items.map(signature), ...without]).slice(0, 8);
  return { id, without, items, tail: plan.items.slice(at + 1), pivot: plan.items[at]!.order };
}

function leadsTo({ without }: Head, plan: RoutePlan): boolean {
  return plan.variantFor === undefined || !plan.variantFor.every((suffix) => without.includes(suffix));
}

/** What a route still wants to do with a request that comes to it behind `head`. */
function arriving(plan: RoutePlan, head: Head): ChainItem[] {
  if (plan.unavailable !== undefined) return [];
  const done = new Set(head.items.map(signature));
  return plan.items.filter((item) => {
    const place = compareOrder(item.order, head.pivot);
    if (place > 0) return true;
    return place < 0 && item.order.stage <= STAGE.rateLimit && !done.has(signature(item));
  });
}

/** All routes want the same: no slots needed. */
function isUniform(head: Head, plans: readonly RoutePlan[]): boolean {
  const own = head.tail.map(signature).join('\n');
  return plans
    .filter((plan) => leadsTo(head, plan))
    .every((plan) => arriving(plan, head).map(signature).join('\n') === own);
}

function slotList(head: string, all: readonly Step[]): Slot[] {
  const slots = new Map<string, Slot>();
  for (const step of all) {
    const name = slotName(head, step);
    // Wasm modules read the route themselves: their one configuration is right for all routes.
    const idle = step.filter === 'wasm' ? FILTERS.wasm.base(step.config) : FILTERS[step.filter].noop()!;
    if (!slots.has(name)) slots.set(name, { name, step, idle });
  }
  return [...slots.values()].sort(
    (a, b) => compareOrder(a.step.order, b.step.order) || a.step.index - b.step.index || (a.name < b.name ? -1 : 1),
  );
}

function slotName(head: string, step: Step): string {
  return `slot.${head}/${step.label}`;
}

/** Per-route messages for the slots of every chain that may lead to route `index`. */
function acting(arrivals: ReadonlyMap<string, readonly Step[][]>, index: number): Record<string, Message> {
  const out: Record<string, Message> = {};
  for (const [head, byRoute] of arrivals) {
    for (const step of byRoute[index] ?? []) {
      const message = FILTERS[step.filter].perRoute(step.config);
      if (message !== undefined) out[slotName(head, step)] = message;
    }
  }
  return out;
}

/** Items whose filters can act for another route; the others by their hooks, or not at all. */
function slotable(items: readonly ChainItem[], planner: Planner, problems: Problems): ChainItem[] {
  const out: ChainItem[] = [];
  for (const item of items) {
    if (item.type === 'hooks' || item.steps.every((step) => fits(step.filter, step.config))) {
      out.push(item);
      continue;
    }
    const { binding } = item;
    const other = binding?.kind === 'builtin' ? planner.hookItem(binding) : undefined;
    if (other !== undefined) out.push(other);
    else if (binding !== undefined) problems.add(notAfterReroute(binding, item.order));
  }
  return out;
}

function fits(filter: Step['filter'], config: Message): boolean {
  if (filter === 'wasm') return true;
  const form = FILTERS[filter];
  return form.noop() !== undefined && form.perRoute(config) !== undefined;
}

function notAfterReroute(binding: PluginBinding, order: Order): Problem {
  const guard = order.stage <= STAGE.AUTHZ;
  return {
    severity: guard ? 'error' : 'warning',
    reason: 'PluginMissedByReroute',
    origin: binding.origin,
    value: binding.instance,
    message: `${binding.instance} runs only for requests that match its route at once, not for those that another plugin sends there`,
    hint: 'bind it to the routes that requests come from as well',
  };
}
