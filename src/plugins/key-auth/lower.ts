import { join } from 'node:path';
import { sha256 } from '#lib/hash.ts';
import { CONSUMER_HEADER, ORIGINAL_AUTH_HEADER } from '#plugin-sdk/consumers.ts';
import type { LowerResult } from '#plugin-sdk/lower.ts';
import { loadScript, luaStep } from '#plugin-sdk/lua/script.ts';
import { REFUSALS, refusalHeaders } from './answers.ts';
import type { KeyAuthConfig } from './config.ts';

const SCRIPT = loadScript(join(import.meta.dirname, 'key-auth.lua'), ['http', 'sha256']);

/**
 * A Lua script. No key stands in Envoy's configuration: it holds SHA-256 digests, one entry a place and key, and the script compares digests.
 */
export function lower(config: KeyAuthConfig): LowerResult {
  const allow = config.allow && new Set(config.allow);
  const known: Record<string, string> = {};
  for (const key of config.known) {
    // The first letter tells whether the caller may pass.
    const verdict = (allow === undefined || allow.has(key.consumer) ? '+' : '-') + key.consumer;
    const digest = sha256(key.credential);
    known[`*${digest}`] = verdict;
    for (const index of key.sources) known[`${index + 1}${digest}`] = verdict;
  }
  const sources = config.sources.map(({ kind, name }) => ({ [kind]: name }));
  const data = {
    ...known,
    sources,
    original: config.sources.some((source) => source.kind === 'header') ? ORIGINAL_AUTH_HEADER : '',
    consumer: CONSUMER_HEADER,
    headers: refusalHeaders(config.realm),
    refusals: REFUSALS,
  };
  return {
    lowered: true,
    steps: [luaStep(SCRIPT, data)],
    notes: [
      '%RESPONSE_CODE_DETAILS% alone prints lua_response; the details stand in dynamic metadata higress.log:response_code_details',
    ],
  };
}
