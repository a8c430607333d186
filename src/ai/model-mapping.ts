/** ai-proxy's model mapping: exact names, prefixes `x*`, regular expressions `~x`, and `*` for the rest. */
import { RE2JS } from 're2js';

/** Pairs in the order of the configuration. */
export type ModelMapping = readonly (readonly [key: string, target: string])[];

export interface ModelMapper {
  /** The name to send for the caller's name (empty when the caller sent none); never empty unless the caller's was. */
  map(model: string): string;
}

/** Throws `SyntaxError` naming the key whose regular expression RE2 refuses. */
export function createModelMapper(mapping: ModelMapping): ModelMapper {
  const exact = new Map<string, string>();
  const patterns: { readonly order: number; match(model: string): string | undefined }[] = [];
  let rest: string | undefined;
  const prefixes = mapping
    .map(([key]) => key)
    .filter((key) => key !== '*' && key.endsWith('*') && !key.startsWith('~'));
  const byLength = [...prefixes].sort((left, right) => right.length - left.length);
  for (const [index, [key, target]] of mapping.entries()) {
    if (key === '*') rest = target;
    else if (key.startsWith('~')) patterns.push({ order: index, match: regexRule(key, target) });
    else if (!key.endsWith('*')) exact.set(key, target);
  }
  // A longer prefix comes before a shorter one; each takes one of the places that prefixes have in the configuration.
  const places = mapping.flatMap(([key], index) => (prefixes.includes(key) ? [index] : []));
  for (const [rank, key] of byLength.entries()) {
    const prefix = key.slice(0, -1);
    const target = mapping.find(([name]) => name === key)?.[1] ?? '';
    patterns.push({ order: places[rank] ?? rank, match: (model) => (model.startsWith(prefix) ? target : undefined) });
  }
  patterns.sort((left, right) => left.order - right.order);
  const find = (model: string): string | undefined => {
    const direct = exact.get(model);
    if (direct !== undefined) return direct;
    for (const pattern of patterns) {
      const target = pattern.match(model);
      if (target !== undefined) return target;
    }
    return rest;
  };
  return { map: (model) => find(model) || model };
}

function regexRule(key: string, target: string): (model: string) => string | undefined {
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(key.slice(1));
  } catch (cause) {
    throw new SyntaxError(`"${key}" is not a regular expression that RE2 accepts`, { cause });
  }
  return (model) => {
    const matcher = pattern.matcher(model);
    return matcher.find() ? pattern.matcher(model).replaceAll(target) : undefined;
  };
}
