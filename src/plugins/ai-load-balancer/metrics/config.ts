import { z } from 'zod';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';

const schema = z.looseObject({
  metric_policy: z
    .enum(['default', 'least', 'most'])
    .default('default')
    .describe('`default`: queue, LoRA adapters and KV cache of vLLM; `least` and `most`: by `target_metric` alone.'),
  target_metric: z.string().default('').describe('Name of a metric, for `least` and `most`.'),
  rate_limit: z.coerce
    .number()
    .min(0)
    .default(1)
    .describe('Share of the last 100 requests above which an endpoint is passed over for another one.'),
  criticalModels: z
    .array(z.string())
    .default([])
    .describe('`least_busy`: requests for these models are served also when every endpoint is busy.'),
});

export interface MetricsConfig {
  readonly policy: 'endpoint_metrics' | 'least_busy';
  /** The metric that decides; undefined: the decision tree on what vLLM tells. */
  readonly target: { readonly metric: string; readonly want: 'least' | 'most' } | undefined;
  readonly rateLimit: number;
  readonly criticalModels: readonly string[];
}

export function metricsConfig(settings: unknown, policy: MetricsConfig['policy']): MetricsConfig {
  const { metric_policy, target_metric, rate_limit, criticalModels } = parseConfig(schema, settings);
  if (policy === 'least_busy') return { policy, target: undefined, rateLimit: 1, criticalModels };
  if (metric_policy !== 'default' && target_metric === '') {
    throw new PluginConfigError('target_metric', `is needed by metric_policy ${metric_policy}`, 'name a metric');
  }
  const target = metric_policy === 'default' ? undefined : { metric: target_metric, want: metric_policy };
  return { policy, target, rateLimit: rate_limit, criticalModels: [] };
}
