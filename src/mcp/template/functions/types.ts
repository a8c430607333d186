/** Shapes of template functions. */
import type { JsonValue } from '../json-text.ts';
import type { Budget } from '../limits.ts';

/** Facts about the world and the request that functions may ask for. */
export interface TemplateEnvironment {
  /** Wall clock, ms. */
  readonly now: () => number;
  /** Unpredictable bytes: names, tokens and identifiers are made of them. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Peer address with or without port; empty when unknown. */
  readonly socketAddress: string;
  /** Header `x-forwarded-for` of the request. */
  readonly forwardedFor: string;
}

export interface FunctionContext extends TemplateEnvironment {
  readonly budget: Budget;
}

/**
 * What functions compute with: Go's int is a bigint, float64 a number. Lists, maps and bytes exist only inside one call: results become text
 * before the next function sees them.
 */
export type GoValue = null | boolean | bigint | number | string | Uint8Array | readonly GoValue[] | GoMap;
export type GoMap = ReadonlyMap<string, GoValue>;

export interface ParameterTypes {
  readonly any: GoValue;
  /** Like any, but not an array or object. */
  readonly scalar: GoValue;
  /** A missing value is the empty text, a character constant its character. */
  readonly string: string;
  readonly int: number;
  readonly float: number;
  readonly bool: boolean;
  /** Types that no template value has: calls always fail, and say why. */
  readonly list: readonly GoValue[];
  readonly map: GoMap;
  readonly time: number;
}
export type Parameter = keyof ParameterTypes;

type Values<P extends readonly Parameter[]> = { readonly [K in keyof P]: ParameterTypes[P[K]] };

export interface GoFunction {
  readonly parameters: readonly Parameter[];
  /** Type of any number of further arguments. */
  readonly rest?: Parameter;
  readonly run: (args: readonly unknown[], context: FunctionContext) => GoValue;
}

/** A function with a fixed number of arguments. */
export function fn<const P extends readonly Parameter[]>(
  parameters: P,
  run: (args: Values<P>, context: FunctionContext) => GoValue,
): GoFunction {
  return { parameters, run: (args, context) => run(args as unknown as Values<P>, context) };
}

/** A function whose last parameter takes any number of arguments. */
export function fnRest<const P extends readonly Parameter[], R extends Parameter>(
  parameters: P,
  rest: R,
  run: (args: Values<P>, rest: readonly ParameterTypes[R][], context: FunctionContext) => GoValue,
): GoFunction {
  const count = parameters.length;
  return {
    parameters,
    rest,
    run: (args, context) =>
      run(
        args.slice(0, count) as unknown as Values<P>,
        args.slice(count) as unknown as readonly ParameterTypes[R][],
        context,
      ),
  };
}

export type GoFunctions = Readonly<Record<string, GoFunction>>;

/** Arguments that are worked out when asked for, so that `and` and `or` can stop early. */
export interface BuiltinCall {
  readonly count: number;
  argument(index: number): JsonValue;
  readonly piped: JsonValue | undefined;
  readonly dot: JsonValue;
  readonly context: FunctionContext;
}

/** A function with a meaning of its own over JSON text. A piped value does not count as an argument. */
export interface Builtin {
  readonly minimum: number;
  readonly maximum?: number;
  readonly run: (call: BuiltinCall) => JsonValue;
}
