/** Metrics of the control plane, and the merged page: ours, the plugin server's and Envoy's. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export class ControlPlaneMetrics {
  readonly registry = new Registry();
  readonly rebuild = new Histogram({
    name: 'higress_rebuild_duration_seconds',
    help: 'Time from the objects to the finished Envoy resources',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });
  readonly resources = new Gauge({
    name: 'higress_xds_resources',
    help: 'Resources in the current snapshot',
    labelNames: ['type'] as const,
    registers: [this.registry],
  });
  readonly problems = new Gauge({
    name: 'higress_problems',
    help: 'Problems of objects that stand now',
    labelNames: ['severity', 'reason'] as const,
    registers: [this.registry],
  });
  readonly nacks = new Counter({
    name: 'higress_xds_nacks_total',
    help: 'Resources that Envoy or a plugin server refused',
    labelNames: ['type'] as const,
    registers: [this.registry],
  });
  readonly registryHealthy = new Gauge({
    name: 'higress_registry_healthy',
    help: '1 when the last exchange with the registry went well',
    labelNames: ['type', 'name'] as const,
    registers: [this.registry],
  });
  readonly registryServices = new Gauge({
    name: 'higress_registry_services',
    help: 'Services that the registry offers now',
    labelNames: ['type', 'name'] as const,
    registers: [this.registry],
  });
  readonly suppressedLogs = new Gauge({
    name: 'higress_suppressed_logs',
    help: 'Repeated failures that were counted instead of logged',
    registers: [this.registry],
  });
}

/** Joins Prometheus text pages of different processes, whose metric names differ. A part that cannot be read now is left out. */
export async function mergedMetrics(parts: readonly (() => Promise<string>)[]): Promise<string> {
  const pages = await Promise.all(parts.map((part) => part().catch(() => '')));
  return `${pages
    .map((page) => page.trim())
    .filter(Boolean)
    .join('\n')}\n`;
}

/**
 * Envoy's page with the AI counters under the names that dashboards know: without Envoy's prefix, and `none` for an unknown consumer.
 */
export function withKnownNames(page: string): string {
  return page
    .split('\n')
    .map((line) => {
      if (!line.includes('route_upstream_model_consumer_metric_')) return line;
      return line.replace('envoy_route_upstream_', 'route_upstream_').replace('ai_consumer="-"', 'ai_consumer="none"');
    })
    .join('\n');
}
