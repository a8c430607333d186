import type { PluginManifest } from '#plugin-sdk/definition.ts';

export const manifest: PluginManifest = {
  name: 'mcp-server',
  version: '1.0.0',
  title: 'MCP server',
  summary: 'Shows a REST API as the tools of an MCP server.',
  phase: 'UNSPECIFIED_PHASE',
  priority: 30,
  category: 'mcp',
};
