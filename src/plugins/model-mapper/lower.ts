import type { LowerResult } from '#plugin-sdk/lower.ts';
import { nativeStep } from '#plugin-sdk/native-step.ts';
import { DEFAULT_BUFFER_LIMIT_BYTES } from '#plugin-sdk/needs.ts';
import type { ModelMapperConfig } from './config.ts';

/** The module inside Envoy finds the one member and leaves every other byte alone. */
export function lower(config: ModelMapperConfig): LowerResult {
  const [key, ...deeper] = config.modelPath;
  if (key === undefined || deeper.length > 0) return { lowered: false, reason: 'modelKey names a nested member' };
  const { suffixes, exact, rest } = config;
  const prefixes = config.prefixes.map(([prefix, target]) => ({ prefix, target }));
  const step = nativeStep('model-mapper', { key, suffixes, exact, prefixes, rest });
  return { lowered: true, steps: [step], bufferBytes: DEFAULT_BUFFER_LIMIT_BYTES };
}
