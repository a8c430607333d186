import type { NamedMatch, RouteMatch, StringMatch } from '#ir/types.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { compact } from './message.ts';

export function routeMatch(match: RouteMatch): Message {
  const headers = [...methodMatch(match.methods ?? []), ...(match.headers ?? []).map(headerMatch)];
  const query = (match.query ?? []).map((condition) => ({
    name: condition.name,
    string_match: stringMatch(condition),
  }));
  return compact({
    ...pathMatch(match),
    headers: headers.length === 0 ? undefined : headers,
    query_parameters: query.length === 0 ? undefined : query,
    runtime_fraction:
      match.shareUpTo === undefined
        ? undefined
        : { default_value: { numerator: match.shareUpTo, denominator: 'MILLION' } },
  });
}

function pathMatch({ path }: RouteMatch): Message {
  const insensitive = path.ignoreCase === true ? { case_sensitive: false } : {};
  switch (path.type) {
    case 'exact':
      return { path: path.value, ...insensitive };
    case 'prefix':
      return { prefix: path.value, ...insensitive };
    case 'segments': {
      // Envoy refuses a trailing slash here; `/foo/` means the same segments as `/foo`.
      const value = path.value.replace(/\/+$/, '');
      return value === '' ? { prefix: '/' } : { path_separated_prefix: value, ...insensitive };
    }
    case 'regex':
      return { safe_regex: { regex: path.ignoreCase === true ? `(?i)${path.value}` : path.value } };
  }
}

function methodMatch(methods: readonly string[]): Message[] {
  if (methods.length === 0) return [];
  const match = methods.length === 1 ? { exact: methods[0] } : { safe_regex: { regex: methods.join('|') } };
  return [{ name: ':method', string_match: match }];
}

function headerMatch(condition: NamedMatch): Message {
  const name = condition.name.toLowerCase();
  return { name: name === 'host' ? ':authority' : name, string_match: stringMatch(condition) };
}

function stringMatch(match: StringMatch): Message {
  switch (match.type) {
    case 'exact':
      return { exact: match.value };
    case 'prefix':
      // Envoy refuses an empty prefix; every value has it.
      return match.value === '' ? { safe_regex: { regex: '.*' } } : { prefix: match.value };
    case 'regex':
      return { safe_regex: { regex: match.value } };
  }
}
