/** What one request has told so far, and the effects that make it visible. Lives in the request's state. */
import type { Effects } from '#plugin-sdk/hooks.ts';
import { SPAN_NAMESPACE } from '#plugin-sdk/spans.ts';
import type { AiStatisticsConfig, Attribute } from './config.ts';
import type { BuiltInSpanKey } from './span-keys.ts';

export class Report {
  readonly #limit: number;
  #log: Record<string, unknown> = {};
  #fields: Record<string, string> = {};
  #span: Record<string, string> = {};

  constructor(config: AiStatisticsConfig) {
    this.#limit = config.valueLengthLimit;
  }

  log(key: string, value: unknown): void {
    this.#log[key] = value;
  }

  span(key: BuiltInSpanKey, value: unknown): void {
    this.#span[key] = textOf(value);
  }

  attribute(attribute: Attribute, found: unknown): void {
    const value = this.#limited(isEmpty(found) ? attribute.fallback : found);
    if (isEmpty(value)) return;
    if (attribute.separate) this.#fields[attribute.key] = textOf(value);
    else if (attribute.toLog) this.#log[attribute.key] = value;
    if (attribute.toSpan) this.#span[attribute.spanKey] = textOf(value);
  }

  /** Everything noted since the last call. */
  take(): Effects {
    const effects: Effects = {
      ...(Object.keys(this.#log).length > 0 ? { aiLog: this.#log } : {}),
      ...(Object.keys(this.#fields).length > 0 ? { logFields: this.#fields } : {}),
      ...(Object.keys(this.#span).length > 0 ? { metadata: { [SPAN_NAMESPACE]: this.#span } } : {}),
    };
    this.#log = {};
    this.#fields = {};
    this.#span = {};
    return effects;
  }

  #limited(value: unknown): unknown {
    const text = typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : undefined;
    if (text === undefined || text.length <= this.#limit) return value;
    const half = Math.floor(this.#limit / 2);
    return `${text.slice(0, half)} [truncated] ${text.slice(-half)}`;
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
