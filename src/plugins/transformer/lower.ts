import type { LowerResult } from '#plugin-sdk/lower.ts';
import { nativeStep } from '#plugin-sdk/native-step.ts';
import type { Step, TransformerConfig } from './config.ts';

/** For rules that touch nothing but headers. */
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
    return { lowered: false, reason: 'host_pattern and path_pattern: the module inside Envoy has no RE2' };
  }
  const data = {
    request: config.request.map(nativeRule),
    response: config.response.map(nativeRule),
    reroute: config.reroute,
  };
  // Rules on responses are for those too that a neighbour gives in place of the upstream.
  const step = nativeStep('transformer', data, { alone: config.response.length > 0 });
  return { lowered: true, steps: [step], reroutes: config.reroute && config.request.length > 0 };
}

/** A step as `transformer.zig` takes it. */
interface NativeRule {
  readonly operation: string;
  readonly key: string;
  readonly argument: string;
}

function nativeRule(step: Step): NativeRule {
  const { operation, key } = step;
  switch (operation) {
    case 'remove':
      return { operation, key, argument: '' };
    case 'rename':
      return { operation, key, argument: step.to };
    case 'map':
      return { operation, key, argument: step.from };
    case 'dedupe':
      return { operation: step.strategy, key, argument: '' };
    default:
      return { operation, key, argument: step.value };
  }
}
