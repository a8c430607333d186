import type { PluginManifest } from '#plugin-sdk/definition.ts';

export const manifest: PluginManifest = {
  name: 'model-router',
  version: '2.0.1',
  title: 'Model routing',
  summary: 'Puts the model name of the request body into headers, so that routes can be chosen by it.',
  phase: 'AUTHN',
  priority: 900,
  category: 'ai',
  mayReroute: true,
  keepsPath: true,
};
