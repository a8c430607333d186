import { join } from 'node:path';
import type { LowerResult } from '#plugin-sdk/lower.ts';
import { loadScript, luaStep } from '#plugin-sdk/lua/script.ts';
import type { Step, TransformerConfig } from './config.ts';

const SCRIPT = loadScript(join(import.meta.dirname, 'transformer.lua'), ['http']);

/** A Lua script, for rules that touch nothing but headers. */
export function lower(config: TransformerConfig): LowerResult {
  const all = [...config.request, ...config.response];
  const elsewhere = all.find(
    (step) => step.place !== 'headers' || (step.operation === 'map' && step.source !== 'headers'),
  );
  if (elsewhere !== undefined) {
    const place = elsewhere.place === 'headers' ? 'mapSource' : elsewhere.place;
    return { lowered: false, reason: `${place}: only header rules have a native form` };
  }
  if (all.some((step) => 'pattern' in step)) {
    return { lowered: false, reason: 'host_pattern and path_pattern: scripts in Envoy have no RE2' };
  }
  const data = {
    request: config.request.flatMap(words),
    response: config.response.flatMap(words),
    reroute: config.reroute,
  };
  return { lowered: true, steps: [luaStep(SCRIPT, data)], reroutes: config.reroute && config.request.length > 0 };
}

/** Three texts a step: operation, name, argument. */
function words(step: Step): readonly string[] {
  switch (step.operation) {
    case 'remove':
      return ['remove', step.key, ''];
    case 'rename':
      return ['rename', step.key, step.to];
    case 'map':
      return ['map', step.key, step.from];
    case 'dedupe':
      return [step.strategy, step.key, ''];
    default:
      return [step.operation, step.key, step.value];
  }
}
