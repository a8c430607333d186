/** A chain of plugins, ready to run: hooks made once, needs combined once. */
import type { FilterHooks, HookNeeds } from '../hooks.ts';
import { combineNeeds, needsOf, type ResolvedNeeds } from '../needs.ts';

export interface ChainPlugin {
  readonly name: string;
  readonly hooks: FilterHooks;
  /** `open`: a failure of the plugin takes it out of the request; `closed`: it ends the request with 500. */
  readonly failStrategy: 'open' | 'closed';
}

export interface Chain {
  readonly id: string;
  readonly plugins: readonly ChainPlugin[];
  /** Per plugin, in the same order. */
  readonly pluginNeeds: readonly HookNeeds[];
  readonly needs: ResolvedNeeds;
  /** Any hook of that kind; where there is none, a message is answered without looking at it. */
  readonly has: {
    readonly requestHeaders: boolean;
    readonly responseHeaders: boolean;
    readonly log: boolean;
    readonly end: boolean;
  };
}

export function makeChain(id: string, plugins: readonly ChainPlugin[]): Chain {
  const pluginNeeds = plugins.map((plugin) => needsOf(plugin.hooks));
  return {
    id,
    plugins,
    pluginNeeds,
    needs: combineNeeds(pluginNeeds),
    has: {
      requestHeaders: plugins.some((plugin) => plugin.hooks.onRequestHeaders !== undefined),
      responseHeaders: plugins.some((plugin) => plugin.hooks.onResponseHeaders !== undefined),
      log: plugins.some((plugin) => plugin.hooks.onLog !== undefined),
      end: plugins.some((plugin) => plugin.hooks.onEnd !== undefined),
    },
  };
}
