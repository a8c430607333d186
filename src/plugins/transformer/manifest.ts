import type { PluginManifest } from '#plugin-sdk/definition.ts';

export const manifest: PluginManifest = {
  name: 'transformer',
  version: '2.0.1',
  title: 'Request and response transformation',
  summary:
    'Removes, renames, replaces, adds, appends, copies and deduplicates headers, query parameters and body members.',
  phase: 'AUTHN',
  priority: 410,
  category: 'transform',
  mayReroute: true,
};
