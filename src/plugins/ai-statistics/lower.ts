/** Built-in attributes and those read from headers or by plain member paths are found inside Envoy (`ai-statistics.zig`), which counts them too. */
import { plainPath } from '#lib/json-text.ts';
import type { LowerContext, LowerResult } from '#plugin-sdk/lower.ts';
import { nativeStep } from '#plugin-sdk/native-step.ts';
import type { AiStatisticsConfig, Attribute } from './config.ts';
import { apiOf } from './route-api.ts';

/** The request body is held while its model is read. */
const BUFFER_BYTES = 100 * 1024 * 1024;

const OVERRIDES = ['model', 'input_token', 'output_token', 'total_token'];

export function lower(config: AiStatisticsConfig, { routeName, tracing, logging }: LowerContext): LowerResult {
  const reason = config.attributes.map(whyNot).find((found) => found !== undefined);
  if (reason) return { lowered: false, reason };
  const of = (source: Attribute['source']) => config.attributes.filter((attribute) => attribute.source === source);
  const list = (name: string, source: Attribute['source']) => {
    const attributes = of(source).filter((attribute) => source !== 'response_streaming_body' || attribute.rule !== '');
    return attributes.length > 0 ? { [name]: attributes.map(entryOf) } : {};
  };
  const context = {
    api: apiOf(routeName),
    limit: config.valueLengthLimit,
    ...(config.disableUsage ? {} : { usage: true }),
    ...(tracing ? { spans: true } : {}),
    ...(logging ? { log: true } : {}),
    suffixes: config.pathSuffixes,
    types: config.contentTypes,
    sessions: config.sessionHeaders,
    ...list('fixed', 'fixed_value'),
    ...list('request_headers', 'request_header'),
    ...list('request_body', 'request_body'),
    ...list('response_headers', 'response_header'),
    ...list('whole', 'response_body'),
    ...list('stream', 'response_streaming_body'),
  };
  const separate = config.attributes.filter((attribute) => attribute.separate).map((attribute) => attribute.key);
  return {
    lowered: true,
    steps: [nativeStep('ai-statistics', context)],
    bufferBytes: BUFFER_BYTES,
    logFields: Object.fromEntries(separate.map((key) => [key, ['higress.log', key] as const])),
    notes: ['answers that an upstream compresses without being asked to are not read'],
  };
}

function whyNot(attribute: Attribute): string | undefined {
  if (OVERRIDES.includes(attribute.key)) return `attribute "${attribute.key}" replaces a built-in one`;
  if (!attribute.source.endsWith('body')) return undefined;
  const path = plainPath(attribute.value);
  if (path === undefined || path.some((step) => /^\d+$/.test(step))) {
    return `attribute "${attribute.key}" reads a path that is more than member names`;
  }
  return attribute.rule === 'append' ? `attribute "${attribute.key}" joins the chunks of a stream` : undefined;
}

function entryOf(attribute: Attribute): Readonly<Record<string, unknown>> {
  const header = attribute.source.endsWith('header');
  return {
    key: attribute.key,
    ...(attribute.source.endsWith('body')
      ? { path: plainPath(attribute.value) }
      : { value: header ? attribute.value.toLowerCase() : attribute.value }),
    ...(attribute.fallback ? { fallback: attribute.fallback } : {}),
    ...(attribute.toLog ? { log: true } : {}),
    ...(attribute.separate ? { separate: true } : {}),
    ...(attribute.toSpan ? { span: attribute.spanKey } : {}),
    ...(attribute.rule === 'first' ? { first: true } : {}),
  };
}
