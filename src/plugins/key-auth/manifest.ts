import type { PluginManifest } from '#plugin-sdk/definition.ts';

export const manifest: PluginManifest = {
  name: 'key-auth',
  version: '1.0.0',
  title: 'Key authentication',
  summary: 'Lets only callers with a known API key pass and tells the upstream who calls.',
  phase: 'AUTHN',
  priority: 310,
  category: 'auth',
  keepsPath: true,
};
