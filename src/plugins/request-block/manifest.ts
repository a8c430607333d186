import type { PluginManifest } from '#plugin-sdk/definition.ts';

export const manifest: PluginManifest = {
  name: 'request-block',
  version: '1.0.0',
  title: 'Request blocking',
  summary: 'Refuses requests by their URL, headers or body.',
  phase: 'AUTHZ',
  priority: 320,
  category: 'security',
  keepsPath: true,
};
