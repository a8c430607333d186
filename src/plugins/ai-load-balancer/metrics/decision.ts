/** Which model servers a request may go to, by the decision tree of the Gateway API's inference extension. */
import type { ModelServer } from './model-server.ts';

/** Below so many waiting requests it is worth more to find the adapter loaded than to find the shortest queue. */
const LOW_QUEUE = 50;
/** What a server may have to do at most to take a request that can be refused. */
const SPARE_QUEUE = 5;
const SPARE_CACHE = 0.8;

export interface Wanted {
  readonly model: string;
  readonly critical: boolean;
}

type Servers = readonly ModelServer[];

/** All that are equally good; empty = the request is to be refused. */
export function candidates(servers: Servers, wanted: Wanted): Servers {
  if (!wanted.critical) {
    const spare = servers.filter(({ waiting, cacheUsage }) => waiting <= SPARE_QUEUE && cacheUsage <= SPARE_CACHE);
    return leastLoaded(spare, wanted.model);
  }
  const low = servers.filter(({ waiting }) => waiting < LOW_QUEUE);
  if (low.length === 0) return leastLoaded(servers, wanted.model);
  const loaded = low.filter(({ adapters }) => adapters.has(wanted.model));
  const fitting = loaded.length > 0 ? loaded : low.filter(hasRoom);
  return leastCache(leastQueue(fitting.length > 0 ? fitting : low));
}

function leastLoaded(servers: Servers, model: string): Servers {
  const shortest = leastQueue(servers);
  const cheap = shortest.filter((server) => server.adapters.has(model) || hasRoom(server));
  return leastCache(cheap.length > 0 ? cheap : shortest);
}

function hasRoom({ adapters, maxAdapters }: ModelServer): boolean {
  return adapters.size < maxAdapters;
}

function leastQueue(servers: Servers): Servers {
  return lowest(servers, ({ waiting }) => waiting);
}

function leastCache(servers: Servers): Servers {
  return lowest(servers, ({ cacheUsage }) => cacheUsage);
}

/** Those in the lowest of as many bands as there are items, so that near values count as equal. */
export function lowest<T>(items: readonly T[], measure: (item: T) => number): readonly T[] {
  if (items.length === 0) return items;
  const values = items.map(measure);
  const least = Math.min(...values);
  const limit = least + (Math.max(...values) - least) / items.length;
  return items.filter((_item, index) => values[index]! <= limit);
}
