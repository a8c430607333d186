/** Arguments of a tool call: which ones count, in what type, and as text. */

import { writeJson } from '../jsonrpc/json.ts';
import type { JsonObject } from '../jsonrpc/message.ts';
import type { RestArgument } from './document.ts';

const INTEGER = /^\s*[+-]?\d+\s*$/;
const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

/** Declared arguments in their order, with defaults. Arguments that nobody declared are left out; nothing is refused. */
export function acceptArguments(declared: readonly RestArgument[], given: JsonObject): Map<string, unknown> {
  const accepted = new Map<string, unknown>();
  for (const { name, type, default: fallback } of declared) {
    const value = Object.hasOwn(given, name) ? given[name] : fallback;
    if (value !== undefined) accepted.set(name, convert(value, type));
  }
  return accepted;
}

/** Models write numbers as texts now and then; what cannot be converted stays as it is. */
function convert(value: unknown, type: string): unknown {
  switch (type) {
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'integer':
      if (typeof value === 'number') return Math.trunc(value);
      return typeof value === 'string' && INTEGER.test(value) ? integer(value.trim()) : value;
    case 'number':
      return typeof value === 'string' && NUMBER.test(value) ? finite(Number(value), value) : value;
    default:
      return value;
  }
}

function integer(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text.replace('+', ''));
}

function finite(number: number, text: string): number | string {
  return Number.isFinite(number) ? number : text;
}

/** The form of a value in URLs, headers, cookies and forms. Null has none. */
export function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return decimal(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return writeJson(value);
}

/** Without exponent below 1e21, however small. */
function decimal(number: number): string {
  const text = String(number);
  const small = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text);
  if (small === null) return text;
  const [, sign = '', first = '', rest = '', exponent = '0'] = small;
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${first}${rest}`;
}
