/** Requests per minute or second, counted by each Envoy process and route. */
import type { RateLimitPolicy } from '#ir/types.ts';
import type { AnnotationReader, KnownNames } from './value.ts';

export const RATE_LIMIT_NAMES: KnownNames = {
  'route-limit-rpm': 'higress',
  'route-limit-rps': 'higress',
  'route-limit-burst-multiplier': 'higress',
};

const DEFAULT_MULTIPLIER = 5;

export function parseRateLimit(reader: AnnotationReader): RateLimitPolicy | undefined {
  const rpm = reader.int('route-limit-rpm', 1, 'higress');
  const rps = reader.int('route-limit-rps', 1, 'higress');
  const multiplier = reader.int('route-limit-burst-multiplier', 1, 'higress') ?? DEFAULT_MULTIPLIER;
  const fill = rpm ?? rps;
  if (fill === undefined) return undefined;
  return { fill, intervalMs: rpm === undefined ? 1000 : 60_000, burst: fill * multiplier };
}
