import type { PluginManifest } from '#plugin-sdk/definition.ts';

export const manifest: PluginManifest = {
  name: 'model-mapper',
  version: '2.0.1',
  title: 'Model mapping',
  summary: 'Replaces the model name in the request body by another one.',
  phase: 'AUTHN',
  priority: 800,
  category: 'ai',
  keepsPath: true,
};
