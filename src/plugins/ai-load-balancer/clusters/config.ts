import { z } from 'zod';
import { clusterParts } from '#plugin-sdk/balancing.ts';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';

const schema = z.looseObject({
  mode: z
    .enum(['LeastBusy', 'LeastFirstTokenLatency', 'LeastTotalLatency'])
    .describe('Fewest requests in flight, or shortest mean time to the first token or to the end of an answer.'),
  service_list: z.array(z.string()).describe('Services to choose from, such as `outbound|80||model-a.dns`.'),
  cluster_header: z.string().default('').describe('Header that names the chosen service.'),
  rate_limit: z.coerce
    .number()
    .min(0)
    .default(1)
    .describe('Share of the last 100 requests above which a service is passed over.'),
  queue_size: z.coerce.number().int().default(0).describe('Answers that a mean is made of; 0 = 100.'),
});

export interface ClusterConfig {
  readonly policy: 'cluster_metrics';
  readonly mode: 'LeastBusy' | 'LeastFirstTokenLatency' | 'LeastTotalLatency';
  /** `outbound|PORT||HOST`, each once. */
  readonly services: readonly string[];
  /** In lower case. */
  readonly header: string;
  readonly rateLimit: number;
  readonly queueSize: number;
}

const DEFAULT_HEADER = 'x-higress-target-cluster';
const DEFAULT_QUEUE_SIZE = 100;
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

export function clusterConfig(settings: unknown): ClusterConfig {
  const { mode, service_list, cluster_header, rate_limit, queue_size } = parseConfig(schema, settings);
  if (service_list.length === 0) {
    throw new PluginConfigError('service_list', 'is empty', 'name the services of the route');
  }
  const strange = service_list.findIndex((service) => clusterParts(service) === undefined);
  if (strange >= 0) {
    const reason = `"${service_list[strange]}" is not the name of a cluster`;
    throw new PluginConfigError(`service_list[${strange}]`, reason, 'write it as outbound|80||model-a.dns');
  }
  const header = (cluster_header || DEFAULT_HEADER).toLowerCase();
  if (!HEADER_NAME.test(header) || header === 'host') {
    throw new PluginConfigError(
      'cluster_header',
      `"${cluster_header}" cannot be set`,
      `leave it out for ${DEFAULT_HEADER}`,
    );
  }
  return {
    policy: 'cluster_metrics',
    mode,
    services: [...new Set(service_list)],
    header,
    rateLimit: rate_limit,
    queueSize: queue_size > 0 ? queue_size : DEFAULT_QUEUE_SIZE,
  };
}
