/** Functions that look at JSON text itself: comparison, logic, access, printing, escaping. A piped value is not an argument of theirs. */
import { TemplateError } from '../errors.ts';
import {
  booleanValue,
  element,
  isTrue,
  type JsonValue,
  MISSING,
  member,
  numberValue,
  printed,
  sizeOf,
  textValue,
} from '../json-text.ts';
import { findPath } from '../path.ts';
import { toGo } from './convert.ts';
import { goSprintf } from './printf.ts';
import type { Builtin, BuiltinCall } from './types.ts';

export const builtins: Readonly<Record<string, Builtin>> = {
  eq: { minimum: 2, run: (call) => booleanValue(equal(call.argument(0), call.argument(1))) },
  ne: { minimum: 2, run: (call) => booleanValue(!sameText(call.argument(0), call.argument(1))) },
  lt: { minimum: 2, run: (call) => booleanValue(compare(call) < 0) },
  le: { minimum: 2, run: (call) => booleanValue(compare(call) <= 0) },
  gt: { minimum: 2, run: (call) => booleanValue(compare(call) > 0) },
  ge: { minimum: 2, run: (call) => booleanValue(compare(call) >= 0) },
  and: { minimum: 1, run: (call) => deciding(call, false) },
  or: { minimum: 1, run: (call) => deciding(call, true) },
  not: { minimum: 1, maximum: 1, run: (call) => booleanValue(!isTrue(call.argument(0))) },
  len: { minimum: 1, maximum: 1, run: (call) => numberValue(lengthOf(call.argument(0))) },
  index: { minimum: 2, maximum: 2, run: (call) => index(call.argument(0), call.argument(1)) },
  gjson: { minimum: 1, maximum: 1, run: (call) => findPath(call.dot, printed(call.argument(0))) },
  print: { minimum: 0, run: (call) => textValue(joined(call, ' ')) },
  println: { minimum: 0, run: (call) => textValue(`${joined(call, ' ')}\n`) },
  printf: { minimum: 0, run: printf },
  html: { minimum: 1, run: (call) => textValue(escapeHtml(joined(call, ''))) },
  js: { minimum: 1, run: (call) => textValue(escapeJs(joined(call, ''))) },
  urlquery: { minimum: 1, run: (call) => textValue(escapeQuery(joined(call, ''))) },
  getRealIP: {
    minimum: 0,
    maximum: 0,
    run: ({ context }) => {
      const forwarded = context.forwardedFor.split(',')[0]?.trim() ?? '';
      return textValue(withoutPort(forwarded === '' ? context.socketAddress : forwarded));
    },
  },
  getSocketIP: { minimum: 0, maximum: 0, run: ({ context }) => textValue(withoutPort(context.socketAddress)) },
};

function args(call: BuiltinCall, from = 0): JsonValue[] {
  return Array.from({ length: Math.max(0, call.count - from) }, (_, at) => call.argument(at + from));
}

function joined(call: BuiltinCall, separator: string): string {
  return args(call).map(printed).join(separator);
}

function numberIn({ kind, raw }: JsonValue): number | undefined {
  return kind === 'number' ? Number(raw) : undefined;
}

/** Also of text that reads as a number. */
function numeric(value: JsonValue): number | undefined {
  if (value.kind !== 'string') return numberIn(value);
  const text = printed(value);
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Strings count as the same text however their characters are escaped. */
function sameText(a: JsonValue, b: JsonValue): boolean {
  if (a.kind === 'string' && b.kind === 'string') return printed(a) === printed(b);
  return a.raw === b.raw;
}

function equal(a: JsonValue, b: JsonValue): boolean {
  if (a.kind === 'number' || b.kind === 'number') {
    const [left, right] = [numeric(a), numeric(b)];
    // Equal text first: integers above 2^53 must not be equal to their neighbours.
    if (left !== undefined && right !== undefined) return integerText(a, b) ? sameInteger(a, b) : left === right;
  }
  return sameText(a, b);
}

function integerText(a: JsonValue, b: JsonValue): boolean {
  return /^-?\d+$/.test(printed(a)) && /^-?\d+$/.test(printed(b));
}

function sameInteger(a: JsonValue, b: JsonValue): boolean {
  return BigInt(printed(a)) === BigInt(printed(b));
}

function compare(call: BuiltinCall): number {
  const [a, b] = [call.argument(0), call.argument(1)];
  const [left, right] = [numberIn(a), numberIn(b)];
  if (left !== undefined && right !== undefined) return left - right;
  return Buffer.compare(Buffer.from(printed(a)), Buffer.from(printed(b)));
}

function deciding(call: BuiltinCall, stopsAt: boolean): JsonValue {
  let value = call.argument(0);
  for (let at = 1; at < call.count && isTrue(value) !== stopsAt; at++) value = call.argument(at);
  return value;
}

function lengthOf(value: JsonValue): number {
  return value.kind === 'string' ? Buffer.byteLength(printed(value)) : sizeOf(value);
}

function index(value: JsonValue, key: JsonValue): JsonValue {
  if (value.kind === 'object') return member(value, printed(key));
  if (value.kind !== 'array') throw new TemplateError(`index: can't index item of type ${value.kind}`);
  const at = numberIn(key);
  if (at === undefined || !Number.isInteger(at)) throw new TemplateError(`index: "${printed(key)}" is not an index`);
  const found = at < 0 ? MISSING : element(value, at);
  if (found.kind === 'missing') throw new TemplateError(`index: index out of range: ${at}`);
  return found;
}

function printf(call: BuiltinCall): JsonValue {
  const first = call.count > 0 ? call.argument(0) : call.piped;
  if (first === undefined) throw new TemplateError('printf: wrong number of args: want at least 1 got 0');
  if (first.kind !== 'string') throw new TemplateError(`printf: the format must be a string, not ${first.kind}`);
  return textValue(goSprintf(printed(first), args(call, 1).map(toGo)));
}

const HTML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&#34;',
  "'": '&#39;',
  '\0': '\ufffd',
};

function escapeHtml(text: string): string {
  return text.replace(/[<>&"'\0]/g, (char) => HTML[char] as string);
}

function escapeJs(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
  return text.replace(/[\\'"<>&=\x00-\x1f]/g, (char) => {
    if ('\\\'"'.includes(char)) return `\\${char}`;
    return `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

function escapeQuery(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `1.2.3.4:80` and `[::1]:80` without port and brackets; a bare IPv6 address stays. */
function withoutPort(address: string): string {
  const bracket = /^\[([^\]]*)\]/.exec(address);
  if (bracket !== null) return bracket[1] as string;
  return address.split(':').length === 2 ? (address.split(':')[0] as string) : address;
}
