/** Section `tracing` of `higress-config`: which upstream takes the spans. */
import type { Origin, Problem, TracingSettings } from '#ir/types.ts';
import { SecretText } from '#lib/secret.ts';
import type { HigressConfig } from '#model/config-map.ts';
import { type BackendRef, hostRef } from './backend/ref.ts';
import type { BackendResolver } from './backend/resolver.ts';

export interface Collector {
  readonly ref: BackendRef;
  readonly type: TracingSettings['type'];
  /** Its calls are gRPC, whatever its port is called. */
  readonly http2: boolean;
}

/** Undefined: no spans are made. */
export function collectorOf({ tracing }: HigressConfig): Collector | undefined {
  if (!tracing.enable) return undefined;
  for (const type of ['zipkin', 'skywalking', 'opentelemetry'] as const) {
    const one = tracing[type];
    if (one) return { type, ref: hostRef(one.service, one.port), http2: type !== 'zipkin' };
  }
  return undefined;
}

/** The upstream is there even when nothing is known of its service: spans begin to leave when that comes. */
export function tracingOf(
  collector: Collector,
  config: HigressConfig,
  resolver: BackendResolver,
  systemNamespace: string,
): { readonly settings: TracingSettings | undefined; readonly problems: readonly Problem[] } {
  const { tracing, origin } = config;
  const { backend, issue } = resolver.resolve(collector.ref);
  const problems = issue === undefined ? [] : [problem(collector, origin, issue)];
  if (backend === undefined) return { settings: undefined, problems };
  const token = collector.type === 'skywalking' ? (tracing.skywalking?.access_token ?? '') : '';
  const settings: TracingSettings = {
    type: collector.type,
    backend: backend.name,
    host: backend.host,
    serviceName: `higress-gateway.${systemNamespace}`,
    // Higress sends one decimal place to Envoy.
    samplingPercent: Math.round(tracing.sampling * 10) / 10,
    timeoutMs: tracing.timeout,
    ...(token === '' ? {} : { token: new SecretText(token) }),
    tags: config.tracingTags,
  };
  return { settings, problems };
}

function problem(
  { type, ref }: Collector,
  origin: Origin,
  { severity, reason, value, hint }: { severity: Problem['severity']; reason: string; value: string; hint: string },
): Problem {
  const path = `data.higress.tracing.${type}.service`;
  const { host, port } = ref as BackendRef & { type: 'host' };
  return {
    severity,
    reason,
    origin: { ...origin, path },
    value,
    message:
      severity === 'error'
        ? `${path}: no service ${host} with port ${port} is known; no spans leave until there is one`
        : `${path}: ${host} is known with another port than ${port}; its instances are used with their own`,
    hint,
  };
}
