import type { PluginManifest } from '#plugin-sdk/definition.ts';

export const manifest: PluginManifest = {
  name: 'ai-load-balancer',
  version: '1.0.0',
  title: 'Load balancing of model servers',
  summary: 'Sends each request to the endpoint that can answer it best, by what model servers say of their load.',
  phase: 'UNSPECIFIED_PHASE',
  priority: 50,
  category: 'ai',
  keepsPath: true,
  picksEndpoint: true,
};
