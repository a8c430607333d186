/** Rate limit by annotation: one token bucket per route and Envoy process, 429 `local_rate_limited` when it is empty. */
import type { RateLimitPolicy } from '#ir/types.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { ALWAYS, duration } from '../message.ts';

export function rateLimit(policy: RateLimitPolicy): Message {
  return {
    stat_prefix: 'http_local_rate_limiter',
    token_bucket: {
      max_tokens: policy.burst,
      tokens_per_fill: policy.fill,
      fill_interval: duration(policy.intervalMs),
    },
    filter_enabled: ALWAYS,
    filter_enforced: ALWAYS,
    response_headers_to_add: [
      { header: { key: 'x-local-rate-limit', value: 'true' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
    ],
  };
}
