/** The catalogue of built-in plugins, by name and alias. */
import type { PluginCatalogue, PluginDefinition } from './definition.ts';

/** Throws when two plugins claim one name: a programming error, found at start. */
export function createCatalogue(definitions: readonly PluginDefinition[]): PluginCatalogue {
  const byName = new Map<string, PluginDefinition>();
  for (const definition of definitions) {
    const { name, aliases = [] } = definition.manifest;
    for (const key of [name, ...aliases]) {
      if (byName.has(key)) throw new Error(`two plugins are called "${key}"`);
      byName.set(key, definition);
    }
  }
  const names = definitions.map((definition) => definition.manifest.name).sort();
  return { get: (name) => byName.get(name), names: () => names };
}
