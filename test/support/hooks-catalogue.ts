import { z } from 'zod';
import { definePlugin, type PluginCatalogue } from '#plugin-sdk/definition.ts';
import type { FilterHooks } from '#plugin-sdk/hooks.ts';

/** Plugins that are nothing but their hooks, by name. */
export function hooksCatalogue(all: Readonly<Record<string, FilterHooks>>): PluginCatalogue {
  return {
    names: () => Object.keys(all),
    get: (name) => {
      const hooks = all[name];
      if (hooks === undefined) return undefined;
      const manifest = {
        name,
        version: '1.0.0',
        title: name,
        summary: name,
        phase: 'AUTHN',
        priority: 0,
        category: 'ai',
      } as const;
      return definePlugin<unknown>({ manifest, schema: z.unknown(), hooks: () => hooks });
    },
  };
}
