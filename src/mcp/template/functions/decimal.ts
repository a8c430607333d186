/** Decimal arithmetic: `addf 0.1 0.2` is 0.3. Values are `digits * 10^-scale`. */
import { TemplateError } from '../errors.ts';

export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Decimals of a quotient. */
const QUOTIENT_SCALE = 16;

/** The shortest decimal that reads back as the float. */
export function toDecimal(value: number): Decimal {
  if (!Number.isFinite(value)) throw new TemplateError(`cannot compute with ${value}`);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const digits = BigInt(sign + whole + fraction);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

export function fromDecimal({ digits, scale }: Decimal): number {
  return Number(`${digits}e${-scale}`);
}

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: scaled(a, scale) + scaled(b, scale), scale };
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, { digits: -b.digits, scale: b.scale });
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/** Rounded half away from zero. */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new TemplateError('decimal division by 0');
  const shift = QUOTIENT_SCALE + b.scale - a.scale;
  const above = shift >= 0 ? a.digits * 10n ** BigInt(shift) : a.digits;
  const below = shift >= 0 ? b.digits : b.digits * 10n ** BigInt(-shift);
  const quotient = above / below;
  const rest = above % below;
  const roundsUp = size(rest) * 2n >= size(below);
  const away = above < 0n === below < 0n ? 1n : -1n;
  return { digits: roundsUp ? quotient + away : quotient, scale: QUOTIENT_SCALE };
}

function scaled({ digits, scale }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}
