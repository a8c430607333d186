/** Between JSON text and the values functions compute with, and Go's default way to print those. */
import { TemplateError } from '../errors.ts';
import { booleanValue, type JsonValue, MISSING, numberValue, printed, textValue } from '../json-text.ts';
import { fixedText } from './go-float.ts';
import type { GoValue, Parameter } from './types.ts';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** Whole numbers are ints, also when written `1e3`; arrays and objects are their text. */
export function toGo(value: JsonValue): GoValue {
  switch (value.kind) {
    case 'missing':
    case 'null':
      return null;
    case 'boolean':
      return value.raw === 'true';
    case 'number':
      return numberOf(value.raw);
    default:
      return printed(value);
  }
}

function numberOf(text: string): bigint | number {
  const exact = /^-?\d+$/.test(text) ? BigInt(text) : undefined;
  if (exact !== undefined && exact >= INT64_MIN && exact <= INT64_MAX) return exact;
  const value = Number(text);
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value) : value;
}

/** Floats print with six decimals; lists and maps become the text that Go prints for them. */
export function fromGo(value: GoValue): JsonValue {
  if (value === null) return MISSING;
  if (typeof value === 'string') return textValue(value);
  if (typeof value === 'boolean') return booleanValue(value);
  if (typeof value === 'bigint') return numberValue(value);
  if (typeof value === 'number')
    return Number.isFinite(value) ? numberValue(sixDecimals(value)) : textValue(goText(value));
  return textValue(value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : goText(value));
}

export function sixDecimals(value: number): string {
  return fixedText(value, 6);
}

/** The argument as the parameter wants it. */
export function toParameter(name: string, value: JsonValue, parameter: Parameter): unknown {
  const go = toGo(value);
  if (parameter === 'any' || (parameter === 'scalar' && value.kind !== 'array' && value.kind !== 'object')) return go;
  if (parameter === 'string') {
    if (typeof go === 'string') return go;
    if (go === null) return '';
    if (value.character !== undefined) return value.character;
  }
  if (parameter === 'int' && typeof go === 'bigint') return Number(go);
  if (parameter === 'float' && (typeof go === 'bigint' || typeof go === 'number')) return Number(go);
  if (parameter === 'bool' && typeof go === 'boolean') return go;
  throw new TemplateError(`${name}: wrong type for value; expected ${parameter}; got ${typeName(go)}${noteOn(value)}`);
}

function noteOn({ kind }: JsonValue): string {
  return kind === 'array' || kind === 'object' ? ` (functions see the JSON text of an ${kind})` : '';
}

export function typeName(value: GoValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (value instanceof Uint8Array) return '[]uint8';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

/** Go's `%v`. */
export function goText(value: GoValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return floatText(value);
  if (value instanceof Uint8Array) return `[${[...value].join(' ')}]`;
  if (isList(value)) return `[${value.map(goText).join(' ')}]`;
  if (isMap(value)) {
    const keys = [...value.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return `map[${keys.map((key) => `${key}:${goText(value.get(key) ?? null)}`).join(' ')}]`;
  }
  return String(value);
}

export function isList(value: GoValue): value is readonly GoValue[] {
  return Array.isArray(value);
}

export function isMap(value: GoValue): value is ReadonlyMap<string, GoValue> {
  return value instanceof Map;
}

const EXPONENT_FROM = 1e6;

/** Shortest text that reads back as the number; with an exponent, of at least two digits, below 1e-4 and from 1e6 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= EXPONENT_FROM)) return twoDigitExponent(value.toExponential());
  return Object.is(value, -0) ? '-0' : String(value);
}

export function twoDigitExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** As text functions see any value: nothing for a missing one. */
export function stringValue(value: GoValue): string {
  if (value === null) return '';
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : goText(value);
}

/** False, 0, empty text, nothing. Arrays and objects arrive as text and are never empty. */
export function isEmpty(value: GoValue): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (value instanceof Uint8Array || isList(value)) return value.length === 0;
  return isMap(value) && value.size === 0;
}

export function int64(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

const INTEGER = /^[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?\d)*)$/;

/** Anything to an integer: floats are cut, text is read (`0x` and leading zeros too), what cannot be read is 0. */
export function toInt64(value: GoValue): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return Number.isFinite(value) ? int64(BigInt(Math.trunc(value))) : 0n;
  if (typeof value !== 'string') return 0n;
  const text = value.replace(/\.0+$/, '');
  if (!INTEGER.test(text)) return 0n;
  const digits = text
    .replace(/^[+-]/, '')
    .replaceAll('_', '')
    .replace(/^0(?=[0-7])/, '0o');
  const size = BigInt(digits);
  const signed = text.startsWith('-') ? -size : size;
  return signed > INT64_MAX || signed < INT64_MIN ? 0n : signed;
}

export function toFloat64(value: GoValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' ? floatOf(value) : 0;
}

const DIGITS = '\\d+(?:_\\d+)*';
const FLOAT = new RegExp(`^[+-]?(?:${DIGITS}\\.?(?:${DIGITS})?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?$`);

/** 0 for text that is no number or too large for a float. */
function floatOf(text: string): number {
  if (FLOAT.test(text)) {
    const number = Number(text.replaceAll('_', ''));
    return Number.isFinite(number) ? number : 0;
  }
  if (/^[+-]?inf(?:inity)?$/i.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : 0;
}

/** Values from parsed JSON: all numbers are floats, as Go reads them. Members without value are left out. */
export function fromPlain(value: unknown): GoValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return value;
  if (Array.isArray(value)) return value.map(fromPlain);
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  return new Map(members.map(([key, one]) => [key, fromPlain(one)]));
}
