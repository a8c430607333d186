/** Small helpers for messages in proto JSON. */
import type { Message } from '#xds/snapshot/resources.ts';

const PREFIX = 'type.googleapis.com/';
export const HTTP_FILTERS = 'envoy.extensions.filters.http.';

/** A message as it stands in an Any. `type` without the `type.googleapis.com/` prefix. */
export function any(type: string, fields: Readonly<Record<string, unknown>> = {}): Message {
  return { '@type': PREFIX + type, ...fields };
}

/** Duration in proto JSON: `1.5s`. */
export function duration(ms: number): string {
  return `${ms / 1000}s`;
}

/** The object without its undefined fields. */
export function compact(fields: Readonly<Record<string, unknown>>): Message {
  const out: Record<string, unknown> = {};
  for (const key in fields) {
    if (fields[key] !== undefined) out[key] = fields[key];
  }
  return out;
}

/** Everything on: `runtime_fraction` style value of 100 %. */
export const ALWAYS: Message = { default_value: { numerator: 100, denominator: 'HUNDRED' } };

/** Configuration that comes over the same ADS stream as everything else. */
export const ADS: Message = { ads: {}, resource_api_version: 'V3' };

/** Text that RE2 takes literally. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
