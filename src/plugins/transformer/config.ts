import { RE2JS } from 're2js';
import { z } from 'zod';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';

export const PLACES = ['headers', 'querys', 'body'] as const;
export type PlaceName = (typeof PLACES)[number];
export const OPERATIONS = ['remove', 'rename', 'replace', 'add', 'append', 'map', 'dedupe'] as const;
export type Operation = (typeof OPERATIONS)[number];
export type Strategy = 'RETAIN_UNIQUE' | 'RETAIN_LAST' | 'RETAIN_FIRST';
export type ValueType = 'object' | 'boolean' | 'number' | 'string';

const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
const item = z.looseObject({
  key: z.string().optional().describe('Name that remove, replace, add, append and dedupe work on.'),
  oldKey: z.string().optional().describe('rename: the name as it is.'),
  newKey: z.string().optional().describe('rename: the name to be.'),
  newValue: text.optional().describe('replace: the value to be.'),
  value: text.optional().describe('add: the value.'),
  appendValue: text.optional().describe('append: one more value.'),
  fromKey: z.string().optional().describe('map: name of the source.'),
  toKey: z.string().optional().describe('map: name of the target, overwritten.'),
  strategy: z
    .enum(['RETAIN_UNIQUE', 'RETAIN_LAST', 'RETAIN_FIRST'])
    .optional()
    .describe('dedupe. Default RETAIN_FIRST.'),
  value_type: z
    .enum(['object', 'boolean', 'number', 'string'])
    .optional()
    .describe('Kind of a value in a JSON body. Default string.'),
  host_pattern: z
    .string()
    .optional()
    .describe('RE2 on the host; the value may use its groups as $1. No match: the item is left out.'),
  path_pattern: z.string().optional().describe('RE2 on path and query, when there is no host_pattern.'),
});

const rule = z.looseObject({
  operate: z
    .string()
    .transform((name) => name.toLowerCase())
    .pipe(z.enum(OPERATIONS)),
  mapSource: z.enum(PLACES).optional().describe('map: where fromKey stands. Default: the place of the item.'),
  headers: z.array(item).optional(),
  querys: z.array(item).optional(),
  body: z.array(item).optional(),
});

export const schema = z.looseObject({
  reroute: z.boolean().default(true).describe('Choose the route anew when the request has changed.'),
  reqRules: z.array(rule).optional().describe('What to do to requests, in this order.'),
  respRules: z.array(rule).optional().describe('What to do to responses, in this order. Headers and JSON bodies only.'),
});

interface StepBase {
  readonly place: PlaceName;
  readonly key: string;
}

interface Valued extends StepBase {
  readonly value: string;
  readonly valueType: ValueType;
  readonly pattern?: { readonly on: 'host' | 'path'; readonly regex: string };
}

/** One item of one rule. Header names are in lower case, `host` is `:authority`. */
export type Step =
  | (StepBase & { readonly operation: 'remove' })
  | (StepBase & { readonly operation: 'rename'; readonly to: string })
  | (Valued & { readonly operation: 'replace' | 'add' | 'append' })
  | (StepBase & { readonly operation: 'map'; readonly source: PlaceName; readonly from: string })
  | (StepBase & { readonly operation: 'dedupe'; readonly strategy: Strategy });

export interface TransformerConfig {
  readonly reroute: boolean;
  readonly request: readonly Step[];
  readonly response: readonly Step[];
}

type Rule = z.infer<typeof rule>;
type Item = z.infer<typeof item>;

export function effectiveConfig(global: unknown, own: unknown): TransformerConfig {
  const config = parseConfig(schema, own ?? global);
  const request = steps('reqRules', config.reqRules ?? [], PLACES);
  const response = steps('respRules', config.respRules ?? [], ['headers', 'body']);
  if (request.length === 0 && response.length === 0) {
    throw new PluginConfigError(
      'reqRules',
      'there is nothing to do',
      'write at least one rule in reqRules or respRules',
    );
  }
  return { reroute: config.reroute, request, response };
}

function steps(path: string, rules: readonly Rule[], places: readonly PlaceName[]): Step[] {
  return rules.flatMap((one, index) => {
    if (one.mapSource !== undefined && !places.includes(one.mapSource)) {
      throw new PluginConfigError(`${path}.${index}.mapSource`, `"${one.mapSource}" cannot be read here`);
    }
    return places.flatMap((place) =>
      (one[place] ?? []).map((entry, at) => step(`${path}.${index}.${place}.${at}`, one, place, entry)),
    );
  });
}

function step(path: string, rule: Rule, place: PlaceName, entry: Item): Step {
  const need = (name: keyof Item) => {
    const value = entry[name];
    if (typeof value === 'string' && (value !== '' || /value/i.test(String(name)))) return value;
    throw new PluginConfigError(`${path}.${String(name)}`, `${rule.operate} needs ${String(name)}`);
  };
  const key = (name: keyof Item, where: PlaceName = place) => keyName(`${path}.${String(name)}`, where, need(name));
  switch (rule.operate) {
    case 'remove':
      return { operation: 'remove', place, key: key('key') };
    case 'rename':
      return { operation: 'rename', place, key: key('oldKey'), to: key('newKey') };
    case 'replace':
      return {
        operation: 'replace',
        place,
        key: key('key'),
        ...valued(path, place, entry, 'newValue', need('newValue')),
      };
    case 'add':
      return { operation: 'add', place, key: key('key'), ...valued(path, place, entry, 'value', need('value')) };
    case 'append':
      return {
        operation: 'append',
        place,
        key: key('key'),
        ...valued(path, place, entry, 'appendValue', need('appendValue')),
      };
    case 'map': {
      const source = rule.mapSource ?? place;
      return { operation: 'map', place, key: key('toKey'), source, from: key('fromKey', source) };
    }
    case 'dedupe':
      return { operation: 'dedupe', place, key: key('key'), strategy: entry.strategy ?? 'RETAIN_FIRST' };
  }
}

function valued(path: string, place: PlaceName, entry: Item, name: string, value: string) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get into a header
  if (place === 'headers' && /[\x00-\x08\x0a-\x1f\x7f]/.test(value)) {
    throw new PluginConfigError(`${path}.${name}`, 'a header value must not hold control characters');
  }
  const on = entry.host_pattern ? 'host' : entry.path_pattern ? 'path' : undefined;
  const regex = entry.host_pattern || entry.path_pattern;
  const valueType = entry.value_type ?? 'string';
  if (on === undefined || regex === undefined) return { value, valueType };
  try {
    RE2JS.compile(regex);
  } catch {
    throw new PluginConfigError(`${path}.${on}_pattern`, `"${regex}" is not a regular expression that RE2 accepts`);
  }
  return { value, valueType, pattern: { on, regex } as const };
}

function keyName(path: string, place: PlaceName, name: string): string {
  if (place !== 'headers') return name;
  const lower = name.toLowerCase();
  if (lower === 'host') return ':authority';
  if (!/^:?[a-z0-9!#$%&'*+.^_`|~-]+$/.test(lower)) throw new PluginConfigError(path, `"${name}" is not a header name`);
  return lower;
}
