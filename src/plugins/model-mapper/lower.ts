import { join } from 'node:path';
import type { LowerResult } from '#plugin-sdk/lower.ts';
import { loadScript, luaStep } from '#plugin-sdk/lua/script.ts';
import { DEFAULT_BUFFER_LIMIT_BYTES } from '#plugin-sdk/needs.ts';
import type { ModelMapperConfig } from './config.ts';

const SCRIPT = loadScript(join(import.meta.dirname, 'model-mapper.lua'), ['http', 'json']);

/** A Lua script that finds the one member and leaves every other byte alone. */
export function lower(config: ModelMapperConfig): LowerResult {
  const [key, ...deeper] = config.modelPath;
  if (key === undefined || deeper.length > 0) return { lowered: false, reason: 'modelKey names a nested member' };
  const exact = Object.entries(config.exact).map(([model, target]) => [`=${model}`, target] as const);
  const data = {
    ...Object.fromEntries(exact),
    key,
    suffixes: config.suffixes,
    prefixes: config.prefixes.flat(),
    rest: config.rest,
  };
  return { lowered: true, steps: [luaStep(SCRIPT, data)], bufferBytes: DEFAULT_BUFFER_LIMIT_BYTES };
}
