/**
 * Lists and dicts. What `list` and `dict` make is text before another function can take it, and arrays and objects arrive as text too, so
 * functions that want a list or dict always fail; their names and arguments are known for templates to load.
 */
import { TemplateError } from '../errors.ts';
import { stringValue } from './convert.ts';
import { fn, fnRest, type GoFunction, type GoFunctions, type GoValue, type Parameter } from './types.ts';

const list = fnRest([], 'any', (_, values) => values);
const has = fn(['any', 'any'], ([, from]) => (from === null ? false : needsList('has', from)));
const deepCopy = fn(['any'], ([value]) => value);

export const collectionFunctions: GoFunctions = {
  list,
  tuple: list,
  dict: fnRest([], 'any', (_, values) => dict(values)),
  has,
  mustHas: has,
  deepCopy,
  mustDeepCopy: deepCopy,
  sortAlpha: fn(['scalar'], ([value]) => (value === null ? [] : [stringValue(value)])),
  concat: fnRest([], 'list', () => []),
  keys: fnRest([], 'map', () => []),
  pluck: fnRest(['string'], 'map', () => []),
  dig: fnRest(['string', 'any', 'any'], 'any', (_, rest) => needsDict('dig', rest.at(-1) ?? null)),
  ...both('append', ['list', 'any']),
  ...both('push', ['list', 'any']),
  ...both('prepend', ['list', 'any']),
  ...both('first', ['list']),
  ...both('last', ['list']),
  ...both('rest', ['list']),
  ...both('initial', ['list']),
  ...both('reverse', ['list']),
  ...both('uniq', ['list']),
  ...both('compact', ['list']),
  ...both('chunk', ['int', 'list']),
  ...both('without', ['list'], 'any'),
  ...both('slice', ['list'], 'any'),
  ...both('merge', ['map'], 'map'),
  ...both('mergeOverwrite', ['map'], 'map'),
  get: unreachable(['map', 'string']),
  set: unreachable(['map', 'string', 'any']),
  unset: unreachable(['map', 'string']),
  hasKey: unreachable(['map', 'string']),
  pick: unreachable(['map'], 'string'),
  omit: unreachable(['map'], 'string'),
  values: unreachable(['map']),
};

/** Keys are text; a last key without value gets the empty text. */
function dict(values: readonly GoValue[]): ReadonlyMap<string, GoValue> {
  const found = new Map<string, GoValue>();
  for (let at = 0; at < values.length; at += 2) {
    const key = values[at] as GoValue;
    found.set(
      key === null ? '<nil>' : stringValue(key),
      values[at + 1] === undefined ? '' : (values[at + 1] as GoValue),
    );
  }
  return found;
}

/** `name` and its `must` twin. */
function both(name: string, parameters: readonly Parameter[], rest?: Parameter): GoFunctions {
  const made = unreachable(parameters, rest);
  return { [name]: made, [`must${name.slice(0, 1).toUpperCase()}${name.slice(1)}`]: made };
}

/** No value has the type of the parameters, so that the call fails before the function runs. */
function unreachable(parameters: readonly Parameter[], rest?: Parameter): GoFunction {
  return { parameters, ...(rest === undefined ? {} : { rest }), run: () => null };
}

function needsList(name: string, value: GoValue): never {
  throw new TemplateError(
    `${name}: wrong type for value; expected list; got ${value === null ? 'nothing' : 'text or number'}`,
  );
}

function needsDict(name: string, value: GoValue): never {
  throw new TemplateError(
    `${name}: wrong type for value; expected map; got ${value === null ? 'nothing' : 'text or number'}`,
  );
}
