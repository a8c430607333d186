/** From the items of a route to the filters that stand in its `higress.chain`. */
import type { PluginBinding } from '#ir/types.ts';
import { sha256 } from '#lib/hash.ts';
import { fuseNative } from '#plugin-sdk/native-step.ts';
import { combineNeeds } from '#plugin-sdk/needs.ts';
import type { ChainMessage, Message, Resource } from '#xds/snapshot/resources.ts';
import { type ChainItem, configHash, type HookItem, type NativeItem, type Order } from './chain-item.ts';
import type { ExtProcHop } from './filters/ext-proc.ts';
import type { FilterKind } from './filters/filter.ts';
import { FILTERS } from './filters/index.ts';
import { any, HTTP_FILTERS } from './message.ts';
import { CHAIN_FILTER } from './options.ts';

/** One filter to be: a native step, or a hop that stands for several plugins. */
export interface Step {
  readonly filter: FilterKind;
  readonly config: Message;
  readonly order: Order;
  /** Position among the steps of one plugin. */
  readonly index: number;
  /** Unique within a chain. */
  readonly label: string;
  readonly bindings: readonly PluginBinding[];
  readonly chain?: Resource;
  readonly bufferBytes: number;
  readonly readsResponse: boolean;
}

/** Plugin chains by content; equal chains are one object, so that nothing downstream sees a change where there is none. */
export class ChainStore {
  readonly #byId = new Map<string, Resource>();
  readonly #ids = new Map<string, string>();
  /** Chains that can are reached by the module's hop. */
  readonly hop: boolean;

  constructor({ hop }: { readonly hop: boolean }) {
    this.hop = hop;
  }

  filter(items: readonly HookItem[]): Resource {
    return this.#get(
      'filter',
      items.map((item) => ({
        plugin: item.plugin,
        instance: item.binding.instance,
        version: item.version,
        failStrategy: item.failOpen ? ('open' as const) : ('closed' as const),
        config: item.config,
      })),
      items.map((item) => item.binding),
    );
  }

  serve(
    plugin: ChainMessage['plugins'][number],
    binding: PluginBinding,
    route: Pick<ChainMessage, 'destinations' | 'timeoutMs'>,
  ): Resource {
    return this.#get('serve', [plugin], [binding], route);
  }

  /** Forgets every chain that is not in use any more. */
  keep(used: ReadonlySet<string>): void {
    for (const id of this.#byId.keys()) if (!used.has(id)) this.#byId.delete(id);
    for (const [key, id] of this.#ids) if (!used.has(id)) this.#ids.delete(key);
  }

  #get(
    kind: ChainMessage['kind'],
    plugins: ChainMessage['plugins'],
    bindings: readonly PluginBinding[],
    route: Pick<ChainMessage, 'destinations' | 'timeoutMs'> = {},
  ): Resource {
    const key = [
      kind,
      ...plugins.flatMap((p) => [p.plugin, p.instance, p.version, p.failStrategy, configHash(p.config)]),
      ...(route.destinations ?? []).flatMap((d) => [d.backend, d.weight]),
      ...(route.timeoutMs === undefined ? [] : [`timeout ${route.timeoutMs}`]),
    ].join('\n');
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = sha256(key).slice(0, 32);
      this.#ids.set(key, id);
    }
    let chain = this.#byId.get(id);
    if (chain === undefined) {
      const message: ChainMessage = { id, kind, plugins, ...route };
      chain = { type: 'chain', name: id, message, origins: bindings.map((binding) => binding.origin) };
      this.#byId.set(id, chain);
    }
    return chain;
  }
}

/**
 * Consecutive hook plugins share one hop. `cut`: not across a plugin that may choose another route, because what follows belongs to that route. And never
 * so that a plugin changes the path before Envoy looks for the route: it does when it has the whole hop's answer.
 */
export function steps(items: readonly ChainItem[], store: ChainStore, { cut = false } = {}): Step[] {
  const out: Step[] = [];
  let hop: HookItem[] = [];
  const flush = () => {
    if (hop.length > 0) out.push(hopStep(hop, store));
    hop = [];
  };
  for (const item of items) {
    if (item.type === 'hooks') {
      if (!item.keepsPath && hop.some(({ reroutes }) => reroutes)) flush();
      hop.push(item);
      if (cut && item.reroutes) flush();
      continue;
    }
    flush();
    out.push(...nativeSteps(item));
  }
  flush();
  return fused(out);
}

/** Neighbouring plugins inside Envoy become one filter. */
function fused(all: readonly Step[]): Step[] {
  const out: Step[] = [];
  for (const step of all) {
    const last = out.at(-1);
    const config = last && fusedConfig(last, step);
    if (last === undefined || config === undefined) {
      out.push(step);
      continue;
    }
    const bindings = [...last.bindings, ...step.bindings];
    const merged: Step = {
      ...last,
      config,
      label: `${step.filter}/${bindings.map((binding) => binding.instance).join('+')}`,
      bindings,
      bufferBytes: Math.max(last.bufferBytes, step.bufferBytes),
      readsResponse: last.readsResponse || step.readsResponse,
    };
    out[out.length - 1] = merged;
  }
  return out;
}

function fusedConfig(left: Step, right: Step): Message | undefined {
  const both = left.filter === 'dynamic_module' && right.filter === 'dynamic_module';
  return both ? fuseNative(left.config, right.config) : undefined;
}

function hopStep(items: readonly HookItem[], store: ChainStore): Step {
  const chain = store.filter(items);
  const needs = combineNeeds(items.map((item) => item.needs));
  const config: ExtProcHop = { chain: chain.name, needs, failOpen: items.every((item) => item.failOpen) };
  const bindings = items.map((item) => item.binding);
  // Envoy's own filter alone can put an answer of the plugin server's in the place of the upstream's while that still comes.
  const filter = store.hop && needs.requestBody !== 'stream' && !needs.mayReplace ? 'hop' : 'ext_proc';
  return {
    filter,
    config,
    order: items[0]!.order,
    index: 0,
    label: `${filter}/${bindings.map((binding) => binding.instance).join('+')}`,
    bindings,
    chain,
    bufferBytes: needs.requestBody === 'buffered' ? needs.bufferLimitBytes : 0,
    readsResponse: needs.responseBody !== 'none',
  };
}

function nativeSteps(item: NativeItem): Step[] {
  const owner = item.binding?.instance ?? 'annotation';
  return item.steps.map(({ filter, config }, index) => ({
    filter,
    config,
    order: item.order,
    index,
    label: item.steps.length === 1 ? `${filter}/${owner}` : `${filter}/${owner}/${index}`,
    bindings: item.binding === undefined ? [] : [item.binding],
    bufferBytes: item.bufferBytes,
    readsResponse: readsResponse(filter, config),
  }));
}

function readsResponse(filter: FilterKind, config: Message): boolean {
  if (filter === 'sse_to_metadata') return true;
  if (filter === 'json_to_metadata') return config.response_rules !== undefined;
  if (filter !== 'transform') return false;
  const response = config.response_transformation as Message | undefined;
  return response?.body_transformation !== undefined || JSON.stringify(response ?? {}).includes('RESPONSE_BODY');
}

/** Filters in request order, and what the route itself must carry for them. */
export interface BuiltChain {
  readonly filters: readonly Message[];
  readonly perRoute: Readonly<Record<string, Message>>;
  readonly bufferBytes: number;
  /**
   * Answers must come without compression: the route asks the upstream for none. Envoy's decompressor cannot stand before ext_proc or a filter
   * that waits for the end of a body: it ends the answer with trailers, and the filter that holds the last part never sees them (1.40: hangs).
   */
  readonly readsResponse: boolean;
}

export function demands(all: readonly Step[]): Pick<BuiltChain, 'bufferBytes' | 'readsResponse'> {
  return {
    bufferBytes: Math.max(0, ...all.map((step) => step.bufferBytes)),
    readsResponse: all.some((step) => step.readsResponse),
  };
}

/** The chain of a route that keeps its requests. */
export function directChain(all: readonly Step[]): BuiltChain {
  const perRoute: Record<string, Message> = {};
  const filters = all.map((step) => directFilter(step, perRoute));
  return { filters, perRoute, ...demands(all) };
}

export function directFilter(step: Step, perRoute: Record<string, Message>): Message {
  const form = FILTERS[step.filter];
  // Envoy's CORS filter has no configuration of its own besides the route's.
  if (step.filter === 'cors') perRoute[step.label] = form.perRoute(step.config)!;
  return { name: step.label, typed_config: form.base(step.config) };
}

/** `typed_per_filter_config` of a route; undefined when there is nothing to say. */
export function perFilterConfig(chain: BuiltChain): Message | undefined {
  if (chain.filters.length === 0) {
    return Object.keys(chain.perRoute).length === 0 ? undefined : chain.perRoute;
  }
  const own = any(`${HTTP_FILTERS}filter_chain.v3.FilterChainConfigPerRoute`, {
    filter_chain: { filters: chain.filters },
  });
  return { [CHAIN_FILTER]: own, ...chain.perRoute };
}
