/** Defaults, choices, and questions about the type of a value. */
import { TemplateError } from '../errors.ts';
import { goText, isEmpty, isList, isMap, typeName } from './convert.ts';
import { fn, fnRest, type GoFunctions, type GoValue } from './types.ts';

export const flowFunctions: GoFunctions = {
  default: fnRest(['any'], 'any', ([fallback], [given = null]) => (isEmpty(given) ? fallback : given)),
  empty: fn(['any'], ([value]) => isEmpty(value)),
  coalesce: fnRest([], 'any', (_, values) => values.find((value) => !isEmpty(value)) ?? null),
  all: fnRest([], 'any', (_, values) => values.every((value) => !isEmpty(value))),
  any: fnRest([], 'any', (_, values) => values.some((value) => !isEmpty(value))),
  ternary: fn(['any', 'any', 'bool'], ([yes, no, test]) => (test ? yes : no)),
  fail: fn(['string'], ([message]) => {
    throw new TemplateError(`fail: ${message}`);
  }),
  typeOf: fn(['any'], ([value]) => typeName(value)),
  typeIs: fn(['string', 'any'], ([type, value]) => type === typeName(value)),
  typeIsLike: fn(['string', 'any'], ([type, value]) => type === typeName(value)),
  kindOf: fn(['any'], ([value]) => kindName(value)),
  kindIs: fn(['string', 'any'], ([kind, value]) => kind === kindName(value)),
  deepEqual: fn(['any', 'any'], ([a, b]) => typeName(a) === typeName(b) && goText(a) === goText(b)),
};

function kindName(value: GoValue): string {
  if (value === null) return 'invalid';
  if (isMap(value)) return 'map';
  return isList(value) ? 'slice' : typeName(value);
}
