import { z } from 'zod';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';
import { type CountedConfig, countedConfig } from './counted/config.ts';
import { type MetricsConfig, metricsConfig } from './metrics/config.ts';

export const schema = z.looseObject({
  lb_type: z
    .string()
    .default('endpoint')
    .describe('`endpoint`: chooses an endpoint of the service that the route leads to.'),
  lb_policy: z
    .string()
    .describe(
      '`endpoint_metrics` (also called `metrics_based`), `least_busy`, `global_least_request` or `prefix_cache`.',
    ),
  lb_config: z.looseObject({}).nullish().describe('What the policy needs.'),
});

export type BalancerConfig = MetricsConfig | CountedConfig;

type Policy = (settings: unknown) => BalancerConfig;

const ENDPOINT_POLICIES: Readonly<Record<string, Policy>> = {
  endpoint_metrics: (settings) => metricsConfig(settings, 'endpoint_metrics'),
  metrics_based: (settings) => metricsConfig(settings, 'endpoint_metrics'),
  least_busy: (settings) => metricsConfig(settings, 'least_busy'),
  global_least_request: (settings) => countedConfig(settings, 'global_least_request'),
  prefix_cache: (settings) => countedConfig(settings, 'prefix_cache'),
};

export function effectiveConfig(global: unknown, rule: unknown): BalancerConfig | undefined {
  const written = rule ?? global;
  if (written === undefined) return undefined;
  const { lb_type, lb_policy, lb_config } = parseConfig(schema, written);
  if (lb_type !== 'endpoint' && lb_type !== '') {
    const reason = lb_type === 'cluster' ? 'is not supported yet' : 'is not a kind of balancing';
    throw new PluginConfigError('lb_type', `"${lb_type}" ${reason}`, 'write endpoint');
  }
  const policy = Object.hasOwn(ENDPOINT_POLICIES, lb_policy) ? ENDPOINT_POLICIES[lb_policy] : undefined;
  if (policy === undefined) {
    const known = Object.keys(ENDPOINT_POLICIES).join(', ');
    throw new PluginConfigError('lb_policy', `"${lb_policy}" is not a policy`, `write one of ${known}`);
  }
  return inside('lb_config', () => policy(lb_config ?? {}));
}

/** Names the place of what is wrong from the top of the configuration. */
function inside<T>(key: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof PluginConfigError)) throw error;
    const path = error.path === '' ? key : `${key}.${error.path}`;
    throw new PluginConfigError(path, error.message, error.hint);
  }
}
