/**
 * Plugin rules for services: which configuration holds depends on the upstream that a request goes to. Where the upstreams of a route want different
 * plugins, it becomes several routes that divide the requests by the weights, each with the plugins of its own upstreams.
 */
import type { Destination, PluginBinding, Route } from '#ir/types.ts';
import { sameItems } from '#lib/same-items.ts';

const MILLION = 1_000_000;

interface Share {
  readonly plugins: readonly PluginBinding[];
  readonly destinations: Destination[];
}

/** `pluginsOf`: the bindings if the route had this destination alone; equal bindings are the same objects. */
export function splitByPlugins(
  route: Route,
  pluginsOf: (destination: Destination) => readonly PluginBinding[],
): Route[] {
  if (route.action.type !== 'forward') return [route];
  const used = route.action.destinations.filter(({ weight }) => weight > 0);
  if (used.length < 2) return [route];
  const shares: Share[] = [];
  for (const destination of used) {
    const plugins = pluginsOf(destination);
    const share = shares.find((one) => sameItems(one.plugins, plugins));
    if (share) share.destinations.push(destination);
    else shares.push({ plugins, destinations: [destination] });
  }
  if (shares.length < 2) return [route];
  const total = used.reduce((sum, { weight }) => sum + weight, 0);
  let taken = 0;
  return shares.map(({ plugins, destinations }, index): Route => {
    taken += destinations.reduce((sum, { weight }) => sum + weight, 0);
    const last = index === shares.length - 1;
    return {
      ...route,
      id: index === 0 ? route.id : `${route.id}|${index}`,
      match: last ? route.match : { ...route.match, shareUpTo: Math.round((MILLION * taken) / total) },
      action: { ...(route.action as Extract<Route['action'], { type: 'forward' }>), destinations },
      plugins,
    };
  });
}
