import { definePlugin } from '#plugin-sdk/definition.ts';
import { type BalancerConfig, effectiveConfig, schema } from './config.ts';
import { manifest } from './manifest.ts';
import { metricsHooks } from './metrics/hooks.ts';

export default definePlugin<BalancerConfig>({
  manifest,
  schema,
  effectiveConfig,
  hooks: (config) => metricsHooks(config),
});
