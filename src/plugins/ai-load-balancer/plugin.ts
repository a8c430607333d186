import type { ClusterChoice } from '#ir/types.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { FilterHooks } from '#plugin-sdk/hooks.ts';
import { clusterHooks } from './clusters/hooks.ts';
import { type BalancerConfig, effectiveConfig, schema } from './config.ts';
import { leastRequestHooks, prefixHooks } from './counted/hooks.ts';
import { manifest } from './manifest.ts';
import { metricsHooks } from './metrics/hooks.ts';

export default definePlugin<BalancerConfig>({ manifest, schema, effectiveConfig, hooks, connectsTo, choosesCluster });

function hooks(config: BalancerConfig): FilterHooks {
  switch (config.policy) {
    case 'cluster_metrics':
      return clusterHooks(config);
    case 'global_least_request':
      return leastRequestHooks(config);
    case 'prefix_cache':
      return prefixHooks(config);
    default:
      return metricsHooks(config);
  }
}

function connectsTo(config: BalancerConfig): readonly string[] {
  return 'redis' in config ? [config.redis.cluster] : [];
}

function choosesCluster(config: BalancerConfig): ClusterChoice | undefined {
  return config.policy === 'cluster_metrics' ? { header: config.header, clusters: config.services } : undefined;
}
