import type { LowerResult } from '#plugin-sdk/lower.ts';
import { nativeStep } from '#plugin-sdk/native-step.ts';
import { DEFAULT_BUFFER_LIMIT_BYTES } from '#plugin-sdk/needs.ts';
import type { ModelRouterConfig } from './config.ts';

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
    steps: [nativeStep('model-router', data)],
    bufferBytes: DEFAULT_BUFFER_LIMIT_BYTES,
    reroutes: true,
  };
}
