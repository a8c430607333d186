import type { PluginManifest } from '#plugin-sdk/definition.ts';

export const manifest: PluginManifest = {
  name: 'ai-data-masking',
  version: '2.0.1',
  title: 'AI Data Masking',
  summary:
    'Blocks questions and answers with denied words, and masks what must not reach the model, undone in the answer.',
  phase: 'AUTHN',
  priority: 991,
  category: 'ai',
  keepsPath: true,
};
