/**
 * Answers of another upstream in place of error answers. A script fetches them: Envoy's own custom-response filter starts the request anew, which it
 * cannot do while the client is still sending.
 */
import { join } from 'node:path';
import type { ErrorPage } from '#ir/types.ts';
import type { NativeStep } from '#plugin-sdk/lower.ts';
import { loadScript, luaStep } from '#plugin-sdk/lua/script.ts';

const TIMEOUT_MS = 10_000;
/** Of an answer that is to be dropped; Envoy holds it until the other is there, and answers 500 to a longer one. */
export const ERROR_BODY_BYTES = 8 * 1024 * 1024;

export function errorPageStep({ backend, codes, headers }: ErrorPage): NativeStep {
  return luaStep(loadScript(join(import.meta.dirname, 'error-page.lua')), {
    cluster: backend,
    codes: Object.fromEntries(codes.map((code) => [String(code), true])),
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    timeoutMs: TIMEOUT_MS,
  });
}
