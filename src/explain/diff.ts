/** What differs between two gateways: hosts, routes, plugins, clusters, certificates, problems; field by field. Secrets are only told apart, never shown. */
import microdiff, { type Difference } from 'microdiff';
import type { Backend, Gateway, Host, Origin, PluginBinding, Problem, Route } from '#ir/types.ts';
import { canonicalJson, sha256 } from '#lib/hash.ts';
import { matchInWords } from './match.ts';
import { objectName } from './source.ts';
import { fingerprintKey, type GatewayView, isDiscovered } from './view.ts';

export interface FieldChange {
  /** Dotted, list places in brackets: `action.destinations[0].weight`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export type Kind = 'host' | 'route' | 'plugin' | 'cluster' | 'tls' | 'certificate' | 'settings' | 'problem';

export interface Change {
  readonly kind: Kind;
  readonly change: 'added' | 'removed' | 'changed';
  readonly name: string;
  /** More about a thing that was added or removed. */
  readonly detail?: string;
  /** Where the thing comes from, as it is after the change. */
  readonly object?: string;
  /** Host names and route names, for plugins. */
  readonly routes?: readonly string[];
  readonly fields?: readonly FieldChange[];
}

export interface GatewayDiff {
  readonly changes: readonly Change[];
  /** What could not be compared. */
  readonly notes: readonly string[];
}

const SECRET_CHANGED = '(a secret in it changed)';

export function diffGateways(before: GatewayView, after: GatewayView): GatewayDiff {
  const notes: string[] = [];
  const hosts = paired(before.gateway.hosts, after.gateway.hosts, ({ name }) => name);
  const changes = [
    ...hosts.flatMap(([a, b]) => hostChanges(a, b)),
    ...pluginChanges(hosts, before, after),
    ...clusterChanges(before, after, notes),
    ...listChanges('tls', before.gateway.tls, after.gateway.tls, ({ name }) => name, withoutOrigin),
    ...listChanges(
      'certificate',
      before.gateway.certificates,
      after.gateway.certificates,
      ({ name }) => name,
      publicPart,
    ),
    ...settingsChanges(before.gateway, after.gateway),
    ...problemChanges(before.problems, after.problems),
  ];
  if (before.fingerprints === undefined || after.fingerprints === undefined)
    notes.push('secret values of plugins and keys are not compared: a running gateway shows none');
  return { changes, notes };
}

type Pair<T> = readonly [before: T | undefined, after: T | undefined];

function paired<T>(before: readonly T[], after: readonly T[], key: (one: T) => string): Pair<T>[] {
  const left = new Map(before.map((one) => [key(one), one]));
  const right = new Map(after.map((one) => [key(one), one]));
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort();
  return keys.map((one) => [left.get(one), right.get(one)]);
}

function hostChanges(before: Host | undefined, after: Host | undefined): Change[] {
  const name = (after ?? before)!.name;
  const routes = pairedRoutes(before?.routes ?? [], after?.routes ?? []);
  const changes = routes.flatMap(([a, b]): Change[] => routeChange(name, a, b));
  const tls = (host: Host | undefined) => (host?.tls === true ? 'with https' : 'without https');
  if (before === undefined) return [{ kind: 'host', change: 'added', name, detail: tls(after) }, ...changes];
  if (after === undefined) return [{ kind: 'host', change: 'removed', name, detail: tls(before) }, ...changes];
  const fields: FieldChange[] = [
    ...(before.tls === after.tls ? [] : [{ path: 'tls', before: before.tls, after: after.tls }]),
    ...orderChange(routes, before, after),
  ];
  return [...(fields.length === 0 ? [] : [{ kind: 'host', change: 'changed', name, fields } as const]), ...changes];
}

/** Routes with the same name and conditions belong together; what is left over, by name alone. */
function pairedRoutes(before: readonly Route[], after: readonly Route[]): Pair<Route>[] {
  const pairs = new Map<Route, Route>();
  const rest = new Set(before);
  const take = (route: Route, same: (other: Route) => boolean) => {
    const found = pairs.has(route) ? undefined : [...rest].find(same);
    if (found === undefined) return;
    pairs.set(route, found);
    rest.delete(found);
  };
  for (const route of after)
    take(route, (other) => other.name === route.name && canonicalJson(other.match) === canonicalJson(route.match));
  for (const route of after) take(route, (other) => other.name === route.name);
  return [
    ...after.map((route): Pair<Route> => [pairs.get(route), route]),
    ...[...rest].map((one): Pair<Route> => [one, undefined]),
  ];
}

/** Which of the routes that stayed is tried first decides who gets a request. */
function orderChange(routes: readonly Pair<Route>[], before: Host, after: Host): FieldChange[] {
  const stayed = routes.filter(([a, b]) => a !== undefined && b !== undefined);
  const was = new Map(stayed.map(([a, b]) => [b, before.routes.indexOf(a!)]));
  const places = after.routes.flatMap((route) => was.get(route) ?? []);
  if (places.every((place, index) => index === 0 || place > places[index - 1]!)) return [];
  const names = (host: Host, of: 0 | 1) =>
    host.routes.filter((route) => stayed.some((pair) => pair[of] === route)).map(routeTitle);
  return [{ path: 'order of routes', before: names(before, 0), after: names(after, 1) }];
}

function routeTitle({ name, match }: Route): string {
  return `${name} (${matchInWords(match).join(', ')})`;
}

function routeChange(host: string, before: Route | undefined, after: Route | undefined): Change[] {
  const route = (after ?? before)!;
  const frame = { kind: 'route', name: `${host} ${routeTitle(route)}`, object: objectName(route.origin) } as const;
  if (before === undefined) return [{ ...frame, change: 'added', detail: actionText(route) }];
  if (after === undefined) return [{ ...frame, change: 'removed', detail: actionText(route) }];
  const fields = fieldChanges(routeFacts(before), routeFacts(after));
  return fields.length === 0 ? [] : [{ ...frame, change: 'changed', fields }];
}

function routeFacts({ match, action, policies }: Route): Record<string, unknown> {
  return { match, action, policies };
}

function actionText({ action }: Route): string {
  switch (action.type) {
    case 'forward':
      return `to ${action.destinations.map(({ backend }) => backend).join(', ') || 'nowhere'}`;
    case 'redirect':
      return `redirect ${action.status}`;
    case 'respond':
      return `answer ${action.status}`;
  }
}

/** One change per plugin and difference, with the routes that it is on: a global plugin is one line, not one for every route. */
function pluginChanges(hosts: readonly Pair<Host>[], before: GatewayView, after: GatewayView): Change[] {
  const grouped = new Map<string, Change & { routes: string[] }>();
  const add = (route: string, change: Change) => {
    const key = canonicalJson(change);
    const known = grouped.get(key) ?? { ...change, routes: [] };
    known.routes.push(route);
    grouped.set(key, known);
  };
  for (const [a, b] of hosts) {
    const name = (b ?? a)!.name;
    for (const [was, is] of pairedRoutes(a?.routes ?? [], b?.routes ?? [])) {
      const place = `${name} ${(is ?? was)!.name}`;
      for (const [x, y] of paired(was?.plugins ?? [], is?.plugins ?? [], ({ instance }) => instance)) {
        const secretChanged =
          x !== undefined && y !== undefined && fingerprintsDiffer(before, after, was!, is!, x.instance);
        for (const change of pluginChange(x, y, secretChanged)) add(place, change);
      }
    }
  }
  return [...grouped.values()].sort((x, y) => (x.name < y.name ? -1 : x.name > y.name ? 1 : 0));
}

function fingerprintsDiffer(a: GatewayView, b: GatewayView, was: Route, is: Route, instance: string): boolean {
  const [x, y] = [
    a.fingerprints?.get(fingerprintKey(was.id, instance)),
    b.fingerprints?.get(fingerprintKey(is.id, instance)),
  ];
  return x !== undefined && y !== undefined && x !== y;
}

function pluginChange(
  before: PluginBinding | undefined,
  after: PluginBinding | undefined,
  secretChanged: boolean,
): Change[] {
  const binding = (after ?? before)!;
  const what = binding.kind === 'builtin' ? binding.plugin : binding.module.url;
  const frame = { kind: 'plugin', name: `${binding.instance} (${what})`, object: objectName(binding.origin) } as const;
  if (before === undefined) return [{ ...frame, change: 'added' }];
  if (after === undefined) return [{ ...frame, change: 'removed' }];
  const found = fieldChanges(withoutOrigin(before), withoutOrigin(after));
  const hidden = secretChanged && !found.some(({ path }) => path.startsWith('config'));
  const fields = hidden ? [...found, { path: `config ${SECRET_CHANGED}` }] : found;
  return fields.length === 0 ? [] : [{ ...frame, change: 'changed', fields }];
}

function clusterChanges(before: GatewayView, after: GatewayView, notes: string[]): Change[] {
  const blind = !before.registriesAsked || !after.registriesAsked;
  const discovered = [...before.gateway.backends, ...after.gateway.backends].some(isDiscovered);
  if (blind && discovered)
    notes.push('instances from Nacos, Consul, Eureka and ZooKeeper are not compared: offline they are not asked for');
  const facts = (backend: Backend): Record<string, unknown> => {
    const { resolution, protocol, tls, ...rest } = withoutOrigin(backend);
    if (blind && isDiscovered(backend)) return rest;
    const endpoints = backend.resolution.endpoints.map(({ address, port, weight }) => [
      `${address}:${port}`,
      { weight },
    ]);
    return {
      ...rest,
      protocol,
      tls,
      resolution: { type: backend.resolution.type, endpoints: Object.fromEntries(endpoints) },
    };
  };
  return listChanges('cluster', before.gateway.backends, after.gateway.backends, ({ name }) => name, facts);
}

function listChanges<T extends { readonly origin: Origin }>(
  kind: Kind,
  before: readonly T[],
  after: readonly T[],
  key: (one: T) => string,
  facts: (one: T) => Record<string, unknown>,
): Change[] {
  return paired(before, after, key).flatMap(([a, b]): Change[] => {
    const one = (b ?? a)!;
    const frame = { kind, name: key(one), object: objectName(one.origin) };
    if (a === undefined) return [{ ...frame, change: 'added' }];
    if (b === undefined) return [{ ...frame, change: 'removed' }];
    const fields = fieldChanges(facts(a), facts(b));
    return fields.length === 0 ? [] : [{ ...frame, change: 'changed', fields }];
  });
}

/** Certificates are public but long: a fingerprint tells them apart. */
function publicPart({ chain, ca }: Gateway['certificates'][number]): Record<string, unknown> {
  const short = (text: string | undefined) => (text === undefined ? undefined : `sha256:${sha256(text).slice(0, 16)}`);
  return { chain: short(chain), ca: short(ca) };
}

function settingsChanges(before: Gateway, after: Gateway): Change[] {
  const facts = ({ downstream, accessLog, compression, tracing }: Gateway) => ({
    downstream,
    accessLog,
    compression,
    tracing,
  });
  const fields = fieldChanges(facts(before), facts(after));
  return fields.length === 0 ? [] : [{ kind: 'settings', change: 'changed', name: 'gateway', fields }];
}

function problemChanges(before: readonly Problem[], after: readonly Problem[]): Change[] {
  const key = ({ severity, reason, origin, message }: Problem) =>
    [severity, reason, objectName(origin), origin.path ?? '', message].join('\0');
  return paired(before, after, key).flatMap(([a, b]): Change[] => {
    if (a !== undefined && b !== undefined) return [];
    const { severity, reason, origin, message } = (b ?? a)!;
    const name = `${severity} ${reason}`;
    return [
      {
        kind: 'problem',
        change: a === undefined ? 'added' : 'removed',
        name,
        object: objectName(origin),
        detail: message,
      },
    ];
  });
}

/** Where a thing stands in which file is not what it does. */
function withoutOrigin<T extends { readonly origin: Origin }>(one: T): Omit<T, 'origin'> {
  const { origin: _, ...rest } = one;
  return rest;
}

function fieldChanges(before: object, after: object): FieldChange[] {
  const clean = (value: object) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  return microdiff(clean(before), clean(after)).map((one: Difference) => ({
    path: one.path.reduce<string>(
      (path, step) => (typeof step === 'number' ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`),
      '',
    ),
    ...(one.type === 'CREATE' ? {} : { before: one.oldValue as unknown }),
    ...(one.type === 'REMOVE' ? {} : { after: one.value as unknown }),
  }));
}
