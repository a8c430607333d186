import { z } from 'zod';
import { assertUnique, authDemand, consumerScope } from '#plugin-sdk/consumers.ts';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';

const keyNames = z.array(z.string().min(1, 'must not be empty'));

const consumer = z.looseObject({
  name: z.string().min(1, 'must not be empty').describe('Who the caller is; goes to the upstream as X-Mse-Consumer.'),
  credential: z
    .string()
    .min(1, 'must not be empty')
    .optional()
    .describe('The key. With `Bearer ` in front when it comes in Authorization.'),
  credentials: z
    .array(z.string().min(1, 'must not be empty'))
    .min(1)
    .optional()
    .describe('Several keys, in place of `credential`.'),
  keys: keyNames.min(1).optional().describe('Places of this caller only; default: the common ones.'),
  in_header: z.boolean().optional(),
  in_query: z.boolean().optional(),
});

/** One scope as people write it; a rule adds `allow` to what the global part says. */
export const schema = z.looseObject({
  keys: keyNames.optional().describe('Names of the headers and query parameters that may hold the key. Required.'),
  in_header: z.boolean().optional().describe('Look in headers. Default true.'),
  in_query: z.boolean().optional().describe('Look in query parameters. Default true.'),
  realm: z.string().optional().describe('Realm of WWW-Authenticate. Default "MSE Gateway".'),
  consumers: z.array(consumer).optional().describe('The callers. Required. Global part only.'),
  credentials: z.array(z.string().min(1)).optional().describe('Keys without names, in place of `consumers`.'),
  ...consumerScope,
});

export interface Source {
  readonly kind: 'header' | 'query';
  /** Lower case for headers. */
  readonly name: string;
}

/** A known key and where it counts. */
export interface KnownKey {
  readonly credential: string;
  /** Empty for keys without names. */
  readonly consumer: string;
  /** Indexes into `sources`. */
  readonly sources: readonly number[];
}

/** What holds on one route that is checked. */
export interface KeyAuthConfig {
  readonly realm: string;
  /** In order of precedence: headers, then query parameters. */
  readonly sources: readonly Source[];
  readonly known: readonly KnownKey[];
  /** Consumers that may pass; absent = all known ones. */
  readonly allow?: readonly string[];
}

type Scope = z.infer<typeof schema>;
type Places = {
  readonly keys?: readonly string[] | undefined;
  readonly in_header?: boolean | undefined;
  readonly in_query?: boolean | undefined;
};

export function effectiveConfig(
  global: unknown,
  rule: unknown,
  facts: { readonly hasRules: boolean },
): KeyAuthConfig | undefined {
  const common = parseConfig(schema, global);
  const own = rule === undefined ? undefined : parseConfig(schema, rule);
  const scope = { ...common, ...own };
  const consumers = consumersOf(scope);
  const sources: Source[] = [];
  const all = consumers.map((one) => ({ ...one, places: placesOf(one, scope) }));
  const everywhere = all.flatMap((one) => one.places);
  for (const kind of ['header', 'query'] as const) {
    for (const place of everywhere) if (place.kind === kind && !sources.some(same(place))) sources.push(place);
  }
  const demand = authDemand(common.global_auth, own, facts.hasRules);
  if (!demand.check) return undefined;
  const known = all.flatMap((one) => {
    const at = one.places.map((place) => sources.findIndex(same(place)));
    return one.credentials.map((credential) => ({ credential, consumer: one.name ?? '', sources: at }));
  });
  return {
    realm: scope.realm ?? 'MSE Gateway',
    sources,
    known,
    ...(demand.allow === undefined ? {} : { allow: demand.allow }),
  };
}

interface Caller extends Places {
  readonly name: string | undefined;
  readonly credentials: readonly string[];
}

function consumersOf(scope: Scope): readonly Caller[] {
  if (scope.consumers === undefined || scope.consumers.length === 0) {
    if (scope.credentials === undefined || scope.credentials.length === 0) {
      throw new PluginConfigError(
        'consumers',
        'must name at least one consumer',
        'consumers stand in the global part (defaultConfig)',
      );
    }
    const nameless = [{ name: undefined, credentials: scope.credentials }];
    assertUnique('credentials', nameless);
    return nameless;
  }
  const callers = scope.consumers.map(({ credential, credentials, ...rest }, index) => {
    const path = `consumers.${index}`;
    if (credential !== undefined && credentials !== undefined) {
      throw new PluginConfigError(
        path,
        `consumer "${rest.name}" has both credential and credentials`,
        'keep one of the two',
      );
    }
    const list = credentials ?? (credential === undefined ? [] : [credential]);
    if (list.length === 0)
      throw new PluginConfigError(`${path}.credential`, `consumer "${rest.name}" has no credential`);
    return { ...rest, credentials: list };
  });
  assertUnique('consumers', callers);
  return callers;
}

function placesOf(caller: Places, scope: Places): readonly Source[] {
  const keys = caller.keys ?? scope.keys ?? [];
  if (keys.length === 0) throw new PluginConfigError('keys', 'must name at least one header or query parameter');
  const inHeader = caller.in_header ?? scope.in_header ?? true;
  const inQuery = caller.in_query ?? scope.in_query ?? true;
  if (!inHeader && !inQuery) throw new PluginConfigError('in_header', 'in_header and in_query must not both be false');
  return [
    ...(inHeader ? keys.map((name) => ({ kind: 'header' as const, name: name.toLowerCase() })) : []),
    ...(inQuery ? keys.map((name) => ({ kind: 'query' as const, name })) : []),
  ];
}

function same(place: Source): (other: Source) => boolean {
  return (other) => other.kind === place.kind && other.name === place.name;
}
