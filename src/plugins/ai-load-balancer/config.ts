import { z } from 'zod';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';
import { type ClusterConfig, clusterConfig } from './clusters/config.ts';
import { type CountedConfig, countedConfig } from './counted/config.ts';
import { type MetricsConfig, metricsConfig } from './metrics/config.ts';

export const schema = z.looseObject({
  lb_type: z
    .string()
    .default('endpoint')
    .describe('`endpoint`: an endpoint of the service that the route leads to; `cluster`: one of several services.'),
  lb_policy: z
    .string()
    .describe(
      '`endpoint_metrics` (also called `metrics_based`), `least_busy`, `global_least_request` or `prefix_cache`; of services `cluster_metrics`.',
    ),
  lb_config: z.looseObject({}).nullish().describe('What the policy needs.'),
});

export type BalancerConfig = MetricsConfig | CountedConfig | ClusterConfig;

type Policy = (settings: unknown) => BalancerConfig;

const POLICIES: Readonly<Record<string, Readonly<Record<string, Policy>>>> = {
  endpoint: {
    endpoint_metrics: (settings) => metricsConfig(settings, 'endpoint_metrics'),
    metrics_based: (settings) => metricsConfig(settings, 'endpoint_metrics'),
    least_busy: (settings) => metricsConfig(settings, 'least_busy'),
    global_least_request: (settings) => countedConfig(settings, 'global_least_request'),
    prefix_cache: (settings) => countedConfig(settings, 'prefix_cache'),
  },
  cluster: { cluster_metrics: clusterConfig },
};

export function effectiveConfig(global: unknown, rule: unknown): BalancerConfig | undefined {
  const written = rule ?? global;
  if (written === undefined) return undefined;
  const { lb_type, lb_policy, lb_config } = parseConfig(schema, written);
  const type = lb_type || 'endpoint';
  const policies = ownValue(POLICIES, type);
  if (policies === undefined) {
    throw new PluginConfigError('lb_type', `"${type}" is not a kind of balancing`, 'write endpoint or cluster');
  }
  const policy = ownValue(policies, lb_policy);
  if (policy === undefined) {
    const known = Object.keys(policies).join(', ');
    const reason = `"${lb_policy}" is not a policy of lb_type ${type}`;
    throw new PluginConfigError('lb_policy', reason, `write one of ${known}`);
  }
  return inside('lb_config', () => policy(lb_config ?? {}));
}

function ownValue<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
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
