/** Reads an answer as it passes: whole JSON is collected beside the stream of parts, events are read one by one. Nothing is held back. */
import { type JsonObject, parseObject } from '#ai/json.ts';
import { mergeFacts, readUsage, type UsageFacts } from '#ai/usage.ts';
import { getPath } from '#lib/gjson.ts';
import { SseParser } from '#lib/sse.ts';
import type { Attribute } from './config.ts';

/** A whole answer beyond this size is not read: its usage stays unknown. */
export const READ_LIMIT_BYTES = 16 * 1024 * 1024;

export interface AnswerReader {
  feed(part: Buffer): void;
  end(): void;
  readonly facts: UsageFacts;
  /** Value found for an attribute of this kind of answer. */
  found(attribute: Attribute): unknown;
}

export function wholeReader(usage: boolean): AnswerReader {
  let parts: Buffer[] = [];
  let size = 0;
  let document: JsonObject | undefined;
  return {
    feed(part) {
      size += part.length;
      if (size <= READ_LIMIT_BYTES) parts.push(Buffer.from(part));
      else parts = [];
    },
    end() {
      if (size > 0 && size <= READ_LIMIT_BYTES) document = parseObject(Buffer.concat(parts).toString('utf8'));
      parts = [];
    },
    get facts() {
      return usage && document ? readUsage(document) : {};
    },
    found: (attribute) => document && getPath(document, attribute.value),
  };
}

/** `onFirst` is called when the first event with data arrives. */
export function streamReader(attributes: readonly Attribute[], usage: boolean, onFirst: () => void): AnswerReader {
  const parser = new SseParser();
  const values = new Map<Attribute, unknown>();
  let facts: UsageFacts = {};
  let begun = false;
  const active = attributes.filter((attribute) => attribute.rule !== '');
  const read = (data: string | undefined): void => {
    if (data === undefined || data === '') return;
    if (!begun) onFirst();
    const first = !begun;
    begun = true;
    const counts = usage && (first || facts.model === undefined || /"usage(?:Metadata)?"\s*:\s*\{/.test(data));
    if (!counts && active.length === 0) return;
    const document = parseObject(data);
    if (!document) return;
    if (counts) facts = mergeFacts(facts, readUsage(document));
    for (const attribute of active) collect(values, attribute, getPath(document, attribute.value));
  };
  return {
    feed(part) {
      for (const event of parser.feed(part)) read(event.data);
    },
    end() {
      for (const event of parser.end()) read(event.data);
    },
    get facts() {
      return facts;
    },
    found: (attribute) => values.get(attribute),
  };
}

function collect(values: Map<Attribute, unknown>, attribute: Attribute, value: unknown): void {
  if (value === undefined || value === null || value === '') return;
  const before = values.get(attribute);
  if (attribute.rule === 'first' && before !== undefined) return;
  if (attribute.rule !== 'append' || before === undefined) {
    values.set(attribute, value);
    return;
  }
  const text = (part: unknown) => (typeof part === 'string' ? part : JSON.stringify(part));
  values.set(attribute, text(before) + text(value));
}
