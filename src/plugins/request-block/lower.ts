import { join } from 'node:path';
import type { LowerResult } from '#plugin-sdk/lower.ts';
import { loadScript, luaStep } from '#plugin-sdk/lua/script.ts';
import { BODY_LIMIT_BYTES, type RequestBlockConfig } from './config.ts';

const SCRIPT = loadScript(join(import.meta.dirname, 'request-block.lua'), ['http']);

export function lower(config: RequestBlockConfig): LowerResult {
  if (config.patterns.length > 0) return { lowered: false, reason: 'block_regexp_urls: scripts in Envoy have no RE2' };
  // Envoy sends no final answer with an informational status.
  if (config.status < 200) return { lowered: false, reason: `blocked_code ${config.status} is not a final status` };
  const data = {
    exact: Object.fromEntries(config.exact.map((url) => [url, true])),
    keywords: config.keywords,
    headers: config.headers,
    bodies: config.bodies,
    fold: !config.caseSensitive,
    status: config.status,
    message: config.message,
  };
  return {
    lowered: true,
    steps: [luaStep(SCRIPT, data)],
    ...(config.bodies.length > 0 ? { bufferBytes: BODY_LIMIT_BYTES } : {}),
    notes: [
      '%RESPONSE_CODE_DETAILS% alone prints lua_response; the details stand in dynamic metadata higress.log:response_code_details',
    ],
  };
}
