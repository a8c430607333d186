import type { LowerResult } from '#plugin-sdk/lower.ts';
import { nativeStep } from '#plugin-sdk/native-step.ts';
import { BODY_LIMIT_BYTES, type RequestBlockConfig } from './config.ts';

export function lower(config: RequestBlockConfig): LowerResult {
  if (config.patterns.length > 0)
    return { lowered: false, reason: 'block_regexp_urls: the module inside Envoy has no RE2' };
  // Envoy sends no final answer with an informational status.
  if (config.status < 200) return { lowered: false, reason: `blocked_code ${config.status} is not a final status` };
  const data = {
    exact: config.exact,
    keywords: config.keywords,
    headers: config.headers,
    bodies: config.bodies,
    fold: !config.caseSensitive,
    status: config.status,
    message: config.message,
  };
  return {
    lowered: true,
    steps: [nativeStep('request-block', data)],
    ...(config.bodies.length > 0 ? { bufferBytes: BODY_LIMIT_BYTES } : {}),
  };
}
