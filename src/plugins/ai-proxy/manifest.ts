import type { PluginManifest } from '#plugin-sdk/definition.ts';

export const manifest: PluginManifest = {
  name: 'ai-proxy',
  version: '2.0.1',
  title: 'AI Proxy',
  summary:
    'Lets OpenAI (and Anthropic) clients talk to any LLM vendor: host, path, credentials, model names and, where needed, bodies.',
  phase: 'UNSPECIFIED_PHASE',
  priority: 100,
  category: 'ai',
};
