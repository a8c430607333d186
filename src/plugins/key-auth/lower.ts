import { sha256 } from '#lib/hash.ts';
import { CONSUMER_HEADER, ORIGINAL_AUTH_HEADER } from '#plugin-sdk/consumers.ts';
import type { LowerResult } from '#plugin-sdk/lower.ts';
import { nativeStep } from '#plugin-sdk/native-step.ts';
import { REFUSALS, refusalHeaders } from './answers.ts';
import type { KeyAuthConfig } from './config.ts';

/** No key stands in Envoy's configuration: it holds SHA-256 digests, and the module compares digests. */
export function lower(config: KeyAuthConfig): LowerResult {
  const allow = config.allow && new Set(config.allow);
  const known = config.known.map(({ credential, consumer, sources }) => {
    const allowed = allow === undefined || allow.has(consumer);
    return [sha256(credential), { consumer, allowed, sources }] as const;
  });
  const data = {
    sources: config.sources,
    known: Object.fromEntries(known),
    original: config.sources.some((source) => source.kind === 'header') ? ORIGINAL_AUTH_HEADER : '',
    consumer: CONSUMER_HEADER,
    headers: Object.entries(refusalHeaders(config.realm)).map(([name, value]) => ({ name, value })),
    refusals: REFUSALS,
  };
  return { lowered: true, steps: [nativeStep('key-auth', data)] };
}
