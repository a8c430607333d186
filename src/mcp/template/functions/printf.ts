/** Go's printf: flags, width, precision, and the notes it leaves for wrong verbs and missing or extra operands. */
import { floatText, goText, isList, isMap, twoDigitExponent, typeName } from './convert.ts';
import { fixedText } from './go-float.ts';
import { goQuote } from './go-quote.ts';
import type { GoValue } from './types.ts';

/** Wider than anything meant. */
const MAX_WIDTH = 10_000;

interface Spec {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly verb: string;
}

const DIRECTIVE = /%([+\-# 0]*)(\*|\d+)?(?:\.(\*|\d*))?(.|$)/gsu;

export function goSprintf(format: string, operands: readonly GoValue[]): string {
  let next = 0;
  const star = (text: string): number | undefined => {
    if (text !== '*') return Math.min(Number(text), MAX_WIDTH);
    const operand = operands[next++];
    return typeof operand === 'bigint' ? Math.max(-MAX_WIDTH, Math.min(Number(operand), MAX_WIDTH)) : undefined;
  };
  const out = format.replace(DIRECTIVE, (_, flags: string, wide?: string, exact?: string, verb = '') => {
    if (verb === '') return '%!(NOVERB)';
    if (verb === '%') return '%';
    const asked = wide === undefined ? undefined : star(wide);
    const precision = exact === undefined ? undefined : exact === '' ? 0 : star(exact);
    if (next >= operands.length) return `%!${verb}(MISSING)`;
    const left = asked !== undefined && asked < 0;
    const width = asked === undefined ? undefined : Math.abs(asked);
    const signs = verb === 'v' ? flags.replaceAll('+', '') : flags;
    return formatOne(operands[next++] as GoValue, { flags: left ? `${signs}-` : signs, width, precision, verb });
  });
  const extra = operands.slice(next).map((one) => (one === null ? '<nil>' : `${typeName(one)}=${goText(one)}`));
  return extra.length === 0 ? out : `${out}%!(EXTRA ${extra.join(', ')})`;
}

function formatOne(value: GoValue, spec: Spec): string {
  const { verb } = spec;
  if (verb === 'T') return padded(typeName(value), spec);
  if (verb === 'v' && value === null) return padded('<nil>', spec);
  if (verb === 'v' && spec.flags.includes('#') && typeof value === 'string') return padded(goQuote(value), spec);
  if (isList(value) && verb !== 'v') return `[${value.map((one) => formatOne(one, spec)).join(' ')}]`;
  const text = formatScalar(value, spec);
  if (text !== undefined) return text;
  if (value === null) return `%!${verb}(<nil>)`;
  return `%!${verb}(${typeName(value)}=${formatScalar(value, { ...spec, verb: 'v' }) ?? goText(value)})`;
}

function formatScalar(value: GoValue, spec: Spec): string | undefined {
  const { verb } = spec;
  if (typeof value === 'boolean') return verb === 't' || verb === 'v' ? padded(String(value), spec) : undefined;
  if (typeof value === 'bigint') return formatInteger(value, spec);
  if (typeof value === 'number') return formatFloat(value, spec);
  if (typeof value === 'string' || value instanceof Uint8Array) {
    return formatText(typeof value === 'string' ? value : Buffer.from(value).toString('utf8'), spec);
  }
  return verb === 'v' && (isList(value) || isMap(value)) ? padded(goText(value), spec) : undefined;
}

const BASES: Readonly<Record<string, number>> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const PREFIXES: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' };

function formatInteger(value: bigint, spec: Spec): string | undefined {
  const { verb, flags, precision } = spec;
  if (verb === 'c' || verb === 'q') {
    const code = value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd;
    const char = String.fromCodePoint(code);
    return padded(verb === 'c' ? char : goQuote(char, "'", flags.includes('+')), spec);
  }
  if (verb === 'U') return padded(`U+${value.toString(16).toUpperCase().padStart(4, '0')}`, spec);
  const base = BASES[verb];
  if (base === undefined) return undefined;
  const size = value < 0n ? -value : value;
  let digits = size.toString(base).padStart(precision ?? 0, '0');
  if (precision === 0 && value === 0n) digits = '';
  if (verb === 'X') digits = digits.toUpperCase();
  const prefix = verb === 'O' ? '0o' : flags.includes('#') ? (PREFIXES[verb] ?? '') : '';
  return signed(value < 0n, `${prefix}${digits}`, spec, precision === undefined);
}

function formatFloat(value: number, spec: Spec): string | undefined {
  const { verb, precision } = spec;
  const size = Math.abs(value);
  const negative = value < 0 || Object.is(value, -0);
  if (!Number.isFinite(value)) return padded(floatText(value), spec);
  let text: string;
  switch (verb) {
    case 'v':
      text = precision === undefined ? floatText(size) : general(size, precision);
      break;
    case 'g':
    case 'G':
      text = precision === undefined ? floatText(size) : general(size, precision);
      if (verb === 'G') text = text.toUpperCase();
      break;
    case 'f':
    case 'F':
      text = fixedText(size, Math.min(precision ?? 6, 100));
      break;
    case 'e':
    case 'E':
      text = twoDigitExponent(size.toExponential(Math.min(precision ?? 6, 100)));
      if (verb === 'E') text = text.toUpperCase();
      break;
    default:
      return undefined;
  }
  return signed(negative, text, spec, true);
}

function general(size: number, precision: number): string {
  const digits = Math.max(1, Math.min(precision, 100));
  const exponent = size === 0 ? 0 : Number(size.toExponential(digits - 1).split('e')[1]);
  if (exponent < -4 || exponent >= digits) {
    return twoDigitExponent(size.toExponential(digits - 1).replace(/\.?0+e/, 'e'));
  }
  const text = size.toFixed(Math.max(0, digits - 1 - exponent));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function formatText(text: string, spec: Spec): string | undefined {
  const { verb, precision, flags } = spec;
  const cut = precision === undefined ? text : [...text].slice(0, precision).join('');
  switch (verb) {
    case 's':
    case 'v':
      return padded(cut, spec);
    case 'q':
      if (flags.includes('#') && !/[`\p{Cc}]/u.test(cut)) return padded(`\`${cut}\``, spec);
      return padded(goQuote(cut, '"', flags.includes('+')), spec);
    case 'x':
    case 'X': {
      const bytes = Buffer.from(text, 'utf8').subarray(0, precision);
      const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
      const prefix = flags.includes('#') && pairs.length > 0 ? '0x' : '';
      const hex = prefix + pairs.join(flags.includes(' ') ? ` ${prefix}` : '');
      return padded(verb === 'X' ? hex.toUpperCase() : hex, spec);
    }
    default:
      return undefined;
  }
}

/** Number text with its sign; zeros may fill between sign and digits. */
function signed(negative: boolean, digits: string, spec: Spec, mayZeroFill: boolean): string {
  const { flags, width = 0 } = spec;
  const sign = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  if (mayZeroFill && flags.includes('0') && !flags.includes('-')) {
    return sign + digits.padStart(width - sign.length, '0');
  }
  return padded(sign + digits, { ...spec, flags: flags.replaceAll('0', '') });
}

function padded(text: string, { flags, width = 0 }: Spec): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  return (flags.includes('0') ? '0' : ' ').repeat(missing) + text;
}
