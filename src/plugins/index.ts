/** The built-in plugins. Adding one is adding its folder and its line here. */
import { createCatalogue } from '#plugin-sdk/catalogue.ts';
import type { PluginCatalogue, PluginDefinition } from '#plugin-sdk/definition.ts';
import aiDataMasking from './ai-data-masking/plugin.ts';
import aiFallback from './ai-fallback/plugin.ts';
import aiImageReader from './ai-image-reader/plugin.ts';
import aiLoadBalancer from './ai-load-balancer/plugin.ts';
import aiProxy from './ai-proxy/plugin.ts';
import aiStatistics from './ai-statistics/plugin.ts';
import keyAuth from './key-auth/plugin.ts';
import mcpServer from './mcp-server/plugin.ts';
import modelMapper from './model-mapper/plugin.ts';
import modelRouter from './model-router/plugin.ts';
import requestBlock from './request-block/plugin.ts';
import transformer from './transformer/plugin.ts';

export const definitions: readonly PluginDefinition[] = [
  aiDataMasking,
  aiFallback,
  aiImageReader,
  aiLoadBalancer,
  aiProxy,
  aiStatistics,
  keyAuth,
  mcpServer,
  modelMapper,
  modelRouter,
  requestBlock,
  transformer,
] as readonly PluginDefinition[];

export const catalogue: PluginCatalogue = createCatalogue(definitions);
