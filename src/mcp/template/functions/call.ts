import { TemplateError } from '../errors.ts';
import type { JsonValue } from '../json-text.ts';
import { fromGo, toParameter } from './convert.ts';
import type { FunctionContext, GoFunction } from './types.ts';

/** Calls a function with JSON values: checks their number and types, and the size of what comes out. */
export function callGoFunction(
  name: string,
  { parameters, rest, run }: GoFunction,
  values: readonly JsonValue[],
  context: FunctionContext,
): JsonValue {
  const wrong = rest === undefined ? values.length !== parameters.length : values.length < parameters.length;
  if (wrong) {
    const least = rest === undefined ? '' : 'at least ';
    throw new TemplateError(`wrong number of args for ${name}: want ${least}${parameters.length} got ${values.length}`);
  }
  const args = values.map((value, at) => toParameter(name, value, parameters[at] ?? rest ?? 'any'));
  const result = fromGo(run(args, context));
  context.budget.length(result.raw.length);
  return result;
}
