/** What holds on a route besides its plugins, with values in force and the annotations that they come from. */
import type { ForwardAction, HeaderControl, Origin, Route } from '#ir/types.ts';
import { HIGRESS_CONFIG_NAME } from '#model/config-map.ts';
import { CANARY_NAMES } from '#model/ingress/annotations/canary.ts';
import { CORS_NAMES } from '#model/ingress/annotations/cors.ts';
import { DEFAULT_BACKEND_NAMES } from '#model/ingress/annotations/default-backend.ts';
import { HEADER_NAMES } from '#model/ingress/annotations/headers.ts';
import { IP_ACCESS_NAMES } from '#model/ingress/annotations/ip-access.ts';
import { LOAD_BALANCE_NAMES } from '#model/ingress/annotations/load-balance.ts';
import { MIRROR_NAMES } from '#model/ingress/annotations/mirror.ts';
import { RATE_LIMIT_NAMES } from '#model/ingress/annotations/rate-limit.ts';
import { REDIRECT_NAMES } from '#model/ingress/annotations/redirect.ts';
import { RETRY_NAMES } from '#model/ingress/annotations/retry.ts';
import { REWRITE_NAMES } from '#model/ingress/annotations/rewrite.ts';
import { TIMEOUT_NAMES } from '#model/ingress/annotations/timeout.ts';
import type { KnownNames } from '#model/ingress/annotations/value.ts';
import { originOf } from '#model/object.ts';
import { DEFAULT_RETRY } from '#xds/build/route-action.ts';
import { annotationsOf, type Locate, type Owners, type Source, sourceOf } from './source.ts';
import type { GatewayView } from './view.ts';

export interface PolicyInForce {
  readonly name: string;
  readonly value: unknown;
  /** For people, one line. */
  readonly text: string;
  /** Nothing is written down: the gateway's default holds. */
  readonly isDefault?: true;
  readonly sources: readonly Source[];
}

type Draft = Omit<PolicyInForce, 'sources'> & { readonly origins: readonly Origin[] };

/** In the order in which a request meets them, as far as there is one. `tls`: asked over https, where nothing redirects to it. */
export function policiesOf(
  route: Route,
  owners: Owners,
  view: GatewayView,
  tls: boolean,
  locate: Locate,
): readonly PolicyInForce[] {
  const { ipAccess, rateLimit, cors, headers, httpsRedirect } = route.policies;
  const { action } = route;
  const from = (names: KnownNames) => annotationsOf(owners.base, names);
  const drafts: Draft[] = [];
  const add = (name: string, value: unknown, text: string, origins: readonly Origin[]) =>
    drafts.push({ name, value, text, origins });
  if (httpsRedirect === true)
    add('https-redirect', true, tls ? 'on (this request is https already)' : '308 to https', from(REDIRECT_NAMES));
  if (ipAccess !== undefined) add('ip-access', ipAccess, accessText(ipAccess), from(IP_ACCESS_NAMES));
  if (rateLimit !== undefined) {
    const { fill, intervalMs, burst } = rateLimit;
    add('rate-limit', rateLimit, `${fill} per ${seconds(intervalMs)}, burst ${burst}`, from(RATE_LIMIT_NAMES));
  }
  if (cors !== undefined) {
    const origins = cors.origins.map((one) => (one.type === 'any' ? '*' : one.value)).join(' ');
    const rest = `methods ${cors.methods.join(',')}; credentials ${cors.credentials}; max-age ${cors.maxAgeSeconds} s`;
    add('cors', cors, `origins ${origins}; ${rest}`, from(CORS_NAMES));
  }
  const condition = owners.own === owners.base ? [] : annotationsOf(owners.own, CANARY_NAMES);
  if (condition.length > 0) add('canary', 'condition', 'this route is the canary of another Ingress', condition);
  if (headers !== undefined)
    add('header-control', headers, headersText(headers), annotationsOf(owners.own, HEADER_NAMES));
  if (action.type === 'forward') drafts.push(...forwardPolicies(action, from, view));
  return drafts.map(({ origins, ...draft }) => ({
    ...draft,
    sources: origins.map((origin) => sourceOf(origin, locate)),
  }));
}

function forwardPolicies(action: ForwardAction, from: (names: KnownNames) => Origin[], view: GatewayView): Draft[] {
  const { rewrite, timeoutMs, retry, hash, mirror, errorPage } = action;
  const drafts: Draft[] = [];
  if (rewrite?.path !== undefined)
    drafts.push({
      name: 'rewrite-path',
      value: rewrite.path,
      text: rewriteText(rewrite.path),
      origins: from(REWRITE_NAMES),
    });
  if (rewrite?.host !== undefined)
    drafts.push({ name: 'rewrite-host', value: rewrite.host, text: rewrite.host, origins: from(REWRITE_NAMES) });
  const timeouts = from(TIMEOUT_NAMES);
  const timeoutFrom = timeouts.length > 0 || timeoutMs === undefined ? timeouts : gatewayConfig(view);
  drafts.push({
    name: 'timeout',
    value: timeoutMs ?? null,
    text: timeoutMs === undefined ? 'none' : seconds(timeoutMs),
    ...(timeoutMs === undefined ? { isDefault: true as const } : {}),
    origins: timeoutFrom,
  });
  const { attempts, on, codes = [], perTryTimeoutMs } = retry ?? DEFAULT_RETRY;
  const per = perTryTimeoutMs === undefined ? '' : `, ${seconds(perTryTimeoutMs)} per try`;
  drafts.push({
    name: 'retry',
    value: retry ?? DEFAULT_RETRY,
    text: attempts === 0 ? 'off' : `${attempts} times on ${[...on, ...codes].join(', ')}${per}`,
    ...(retry === undefined ? { isDefault: true as const } : {}),
    origins: from(RETRY_NAMES),
  });
  if (hash !== undefined && hash.length > 0) {
    const text = hash.map((one) => ('name' in one ? `${one.type} ${one.name}` : one.type)).join(', ');
    drafts.push({ name: 'hash', value: hash, text: `by ${text}`, origins: from(LOAD_BALANCE_NAMES) });
  }
  if (mirror !== undefined)
    drafts.push({
      name: 'mirror',
      value: mirror,
      text: `${mirror.percent} % to ${mirror.backend}`,
      origins: from(MIRROR_NAMES),
    });
  if (errorPage !== undefined)
    drafts.push({
      name: 'error-page',
      value: { backend: errorPage.backend, codes: errorPage.codes },
      text: `${errorPage.codes.join(', ')} answered by ${errorPage.backend}`,
      origins: from(DEFAULT_BACKEND_NAMES),
    });
  return drafts;
}

function gatewayConfig({ objects }: GatewayView): Origin[] {
  return objects.configMaps.filter(({ metadata }) => metadata.name === HIGRESS_CONFIG_NAME).map((one) => originOf(one));
}

function rewriteText(path: NonNullable<NonNullable<ForwardAction['rewrite']>['path']>): string {
  switch (path.type) {
    case 'prefix':
      return `the matched part becomes ${path.value}`;
    case 'full':
      return `the whole path becomes ${path.value}`;
    case 'regex':
      return `${path.pattern} becomes ${path.substitution}`;
  }
}

function accessText({ allow, deny }: NonNullable<Route['policies']['ipAccess']>): string {
  const parts = [
    ...(allow === undefined ? [] : [`only ${allow.length === 0 ? 'nobody' : allow.join(', ')}`]),
    ...(deny === undefined ? [] : [`not ${deny.join(', ')}`]),
  ];
  return parts.join('; ');
}

export function headersText({ request, response }: HeaderControl): string {
  const side = (name: string, edits: HeaderControl['request']) => [
    ...(edits?.add ?? []).map((one) => `${name} add ${one.name}: ${one.value}`),
    ...(edits?.set ?? []).map((one) => `${name} set ${one.name}: ${one.value}`),
    ...(edits?.remove ?? []).map((one) => `${name} remove ${one}`),
  ];
  return [...side('request', request), ...side('response', response)].join('; ');
}

export function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
