import type { PluginManifest } from '#plugin-sdk/definition.ts';

export const manifest: PluginManifest = {
  name: 'ai-statistics',
  version: '2.0.1',
  title: 'AI Statistics',
  summary:
    'Model, token counts and timings of LLM calls in the access log, in metrics and on spans. Traffic is never changed.',
  phase: 'UNSPECIFIED_PHASE',
  priority: 900,
  category: 'o11y',
};
