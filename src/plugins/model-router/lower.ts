import { join } from 'node:path';
import type { LowerResult } from '#plugin-sdk/lower.ts';
import { loadScript, luaStep } from '#plugin-sdk/lua/script.ts';
import { DEFAULT_BUFFER_LIMIT_BYTES } from '#plugin-sdk/needs.ts';
import type { ModelRouterConfig } from './config.ts';

const SCRIPT = loadScript(join(import.meta.dirname, 'model-router.lua'), ['http', 'json', 'multipart']);

export function lower(config: ModelRouterConfig): LowerResult {
  if (config.auto !== undefined)
    return { lowered: false, reason: 'autoRouting needs regular expressions on the messages' };
  if (config.modelPath.length !== 1) return { lowered: false, reason: 'modelKey names a nested member' };
  const data = {
    key: config.modelPath[0],
    field: config.modelKey,
    suffixes: config.suffixes,
    model_header: config.modelHeader,
    provider_header: config.providerHeader,
  };
  return {
    lowered: true,
    steps: [luaStep(SCRIPT, data)],
    bufferBytes: DEFAULT_BUFFER_LIMIT_BYTES,
    reroutes: true,
  };
}
