/** Arithmetic: integers are 64 bits wide and wrap around, decimal functions compute exactly and give floats. */
import { TemplateError } from '../errors.ts';
import { goText, int64, stringValue, toFloat64, toInt64 } from './convert.ts';
import { add, type Decimal, divide, fromDecimal, multiply, subtract, toDecimal } from './decimal.ts';
import { randomBelow } from './random.ts';
import { type FunctionContext, fn, fnRest, type GoFunction, type GoFunctions, type GoValue } from './types.ts';

const smallest = fnRest(['any'], 'any', ([first], rest) => rest.map(toInt64).reduce(lesser, toInt64(first)));
const biggest = fnRest(['any'], 'any', ([first], rest) => rest.map(toInt64).reduce(greater, toInt64(first)));

export const mathFunctions: GoFunctions = {
  add: fnRest([], 'any', (_, rest) => int64(rest.reduce((sum: bigint, one) => sum + toInt64(one), 0n))),
  add1: fn(['any'], ([value]) => int64(toInt64(value) + 1n)),
  sub: fn(['any', 'any'], ([a, b]) => int64(toInt64(a) - toInt64(b))),
  mul: fnRest(['any'], 'any', ([first], rest) =>
    rest.reduce((product: bigint, one) => int64(product * toInt64(one)), toInt64(first)),
  ),
  div: fn(['any', 'any'], ([a, b]) => int64(toInt64(a) / divisor('div', b))),
  mod: fn(['any', 'any'], ([a, b]) => toInt64(a) % divisor('mod', b)),
  min: smallest,
  max: biggest,
  biggest,
  add1f: fn(['any'], ([value]) => decimal(value, [1n], add)),
  addf: fnRest([], 'any', (_, rest) => decimal(0n, rest, add)),
  subf: decimalFunction(subtract),
  mulf: decimalFunction(multiply),
  divf: decimalFunction(divide),
  maxf: fnRest(['any'], 'any', ([first], rest) => Math.max(toFloat64(first), ...rest.map(toFloat64))),
  minf: fnRest(['any'], 'any', ([first], rest) => Math.min(toFloat64(first), ...rest.map(toFloat64))),
  floor: fn(['any'], ([value]) => Math.floor(toFloat64(value))),
  ceil: fn(['any'], ([value]) => Math.ceil(toFloat64(value))),
  round: fnRest(['any', 'int'], 'float', ([value, places], [roundsFrom]) =>
    round(toFloat64(value), places, roundsFrom ?? 0.5),
  ),
  int: fn(['any'], ([value]) => toInt64(value)),
  int64: fn(['any'], ([value]) => toInt64(value)),
  float64: fn(['any'], ([value]) => toFloat64(value)),
  atoi: fn(['string'], ([text]) => decimalInteger(text)),
  toDecimal: fn(['any'], ([value]) => octal(value === null ? '' : goText(value))),
  toString: fn(['any'], ([value]) => (value === null ? '<nil>' : stringValue(value))),
  until: fn(['int'], ([stop], context) => steps(0, stop, stop < 0 ? -1 : 1, context)),
  untilStep: fn(['int', 'int', 'int'], ([start, stop, step], context) => steps(start, stop, step, context)),
  seq: fnRest([], 'int', (_, numbers, context) => sequence(numbers, context)),
  randInt: fn(['int', 'int'], ([from, to], context) => {
    if (to <= from) throw new TemplateError(`randInt: no number between ${from} and ${to}`);
    return BigInt(from + randomBelow(to - from, context));
  }),
};

function lesser(a: bigint, b: bigint): bigint {
  if (b < a) return b;
  return a;
}

function greater(a: bigint, b: bigint): bigint {
  if (b > a) return b;
  return a;
}

type DecimalOperation = (a: Decimal, b: Decimal) => Decimal;

function decimalFunction(operation: DecimalOperation): GoFunction {
  return fnRest(['any'], 'any', ([first], rest) => decimal(first, rest, operation));
}

function decimal(first: GoValue, rest: readonly GoValue[], operation: DecimalOperation): number {
  return fromDecimal(rest.map((one) => toDecimal(toFloat64(one))).reduce(operation, toDecimal(toFloat64(first))));
}

function divisor(name: string, value: GoValue): bigint {
  const number = toInt64(value);
  if (number === 0n) throw new TemplateError(`${name}: integer divide by zero`);
  return number;
}

/** Fractions from `roundsFrom` on go up; the same float steps as Go's, so that doubtful halves fall the same way. */
function round(value: number, places: number, roundsFrom: number): number {
  const power = 10 ** places;
  const shifted = power * value;
  return (shifted - Math.trunc(shifted) >= roundsFrom ? Math.ceil(shifted) : Math.floor(shifted)) / power;
}

const INT64_MAX = 2n ** 63n - 1n;

/** 0 for what is no integer; what does not fit is the nearest that does. */
function decimalInteger(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) return 0n;
  const value = BigInt(text.replace('+', ''));
  if (value > INT64_MAX) return INT64_MAX;
  return value < -INT64_MAX - 1n ? -INT64_MAX - 1n : value;
}

function octal(text: string): bigint {
  const [, sign, digits] = /^([+-]?)([0-7]+)$/.exec(text) ?? [];
  if (digits === undefined) return 0n;
  const value = BigInt(`0o${digits}`);
  return value > INT64_MAX ? 0n : sign === '-' ? -value : value;
}

/** What a number of a list takes up, roughly. */
const BYTES_PER_NUMBER = 8;

/** From `start` up to, but without, `stop`. */
function steps(start: number, stop: number, step: number, context: FunctionContext): bigint[] {
  const count = step === 0 ? 0 : Math.max(0, Math.ceil((stop - start) / step));
  context.budget.length(count * BYTES_PER_NUMBER);
  return Array.from({ length: count }, (_, at) => BigInt(start + at * step));
}

/** `END`, `START END` or `START STEP END`, the end included. */
function sequence(numbers: readonly number[], context: FunctionContext): string {
  if (numbers.length < 1 || numbers.length > 3) return '';
  const start = numbers.length === 1 ? 1 : (numbers[0] as number);
  const end = numbers.at(-1) as number;
  const direction = end < start ? -1 : 1;
  const step = numbers.length === 3 ? (numbers[1] as number) : direction;
  return steps(start, end + direction, step, context).join(' ');
}
