/** What happens to a matched request: `route`, `redirect` or `direct_response` of an Envoy route. */
import type { Destination, ForwardAction, HashPolicy, RedirectAction, RetryPolicy, RouteMatch } from '#ir/types.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { clusterName } from './aggregate.ts';
import { headerFields } from './header-control.ts';
import { compact, duration, escapeRegex } from './message.ts';
import { CLUSTER_PLUGIN_HTTP } from './options.ts';

/** Safe for every method: nothing has reached the upstream in these cases. */
export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 2,
  on: ['connect-failure', 'refused-stream'],
  nonIdempotent: true,
};

const REDIRECT_CODES: Readonly<Record<RedirectAction['status'], string>> = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
};

export function forwardAction(action: ForwardAction, match: RouteMatch, refused: string[]): Message {
  const used = action.destinations.filter((destination) => destination.weight > 0);
  if (used.length === 0) return { direct_response: { status: 503, body: { inline_string: 'no destination\n' } } };
  return {
    route: compact({
      ...target(used, refused),
      ...rewrite(action, match),
      timeout: duration(action.timeoutMs ?? 0),
      retry_policy: retryPolicy(action.retry ?? DEFAULT_RETRY),
      hash_policy: action.hash === undefined || action.hash.length === 0 ? undefined : action.hash.map(hashPolicy),
      request_mirror_policies: action.mirror && [mirrorPolicy(action.mirror)],
    }),
  };
}

/** Hands the request to a terminal plugin in the plugin server. */
export function serveAction(): Message {
  return { route: { cluster: CLUSTER_PLUGIN_HTTP, timeout: '0s', retry_policy: retryPolicy(DEFAULT_RETRY) } };
}

function target(destinations: readonly Destination[], refused: string[]): Message {
  const [only] = destinations;
  if (destinations.length === 1 && only?.headers === undefined) return { cluster: clusterName(only!) };
  return {
    weighted_clusters: {
      clusters: destinations.map((destination) => {
        const edits = headerFields([destination.headers]);
        refused.push(...edits.refused);
        return { name: clusterName(destination), weight: destination.weight, ...edits.fields };
      }),
    },
  };
}

function rewrite(action: ForwardAction, match: RouteMatch): Message {
  const { host, path } = action.rewrite ?? {};
  const hostPart = host === undefined ? {} : { host_rewrite_literal: host };
  if (path === undefined) return hostPart;
  switch (path.type) {
    case 'full':
      return { ...hostPart, ...regexRewrite('^/.*$', literalSubstitution(path.value)) };
    case 'regex':
      return { ...hostPart, ...regexRewrite(path.pattern, path.substitution) };
    case 'prefix':
      return { ...hostPart, ...prefixRewrite(match, path.value) };
  }
}

/**
 * Exact and regex matches: the whole path is replaced. Prefixes: the matched part is, and the joint between the new prefix and the rest keeps
 * exactly one slash, which Envoy's own prefix_rewrite does not see to.
 */
function prefixRewrite({ path }: RouteMatch, value: string): Message {
  const matched = path.value.replace(/\/+$/, '');
  const isPrefix = path.type === 'prefix' || path.type === 'segments';
  const flags = path.ignoreCase === true ? '(?i)' : '';
  const sub = literalSubstitution(value);
  if (isPrefix && path.value.endsWith('/') && !value.endsWith('/')) {
    return regexRewrite(`${flags}^${escapeRegex(matched)}(/.*)?$`, `${sub}\\1`);
  }
  if (path.type === 'segments' && value.endsWith('/')) {
    return regexRewrite(`${flags}^${escapeRegex(matched)}/?(.*)$`, `${sub}\\1`);
  }
  return { prefix_rewrite: value };
}

function regexRewrite(regex: string, substitution: string): Message {
  return { regex_rewrite: { pattern: { regex }, substitution } };
}

function literalSubstitution(text: string): string {
  return text.replaceAll('\\', '\\\\');
}

function retryPolicy(retry: RetryPolicy): Message | undefined {
  const codes = retry.codes ?? [];
  const on = codes.length === 0 ? [...retry.on] : [...new Set([...retry.on, 'retriable-status-codes'])];
  if (retry.attempts <= 0 || on.length === 0) return undefined;
  return compact({
    retry_on: on.join(','),
    num_retries: retry.attempts,
    per_try_timeout: retry.perTryTimeoutMs === undefined ? undefined : duration(retry.perTryTimeoutMs),
    retriable_status_codes: codes.length === 0 ? undefined : codes,
    retriable_request_headers: retry.nonIdempotent === true ? undefined : [IDEMPOTENT],
    retry_host_predicate: [
      {
        name: 'envoy.retry_host_predicates.previous_hosts',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
        },
      },
    ],
    host_selection_retry_max_attempts: '5',
  });
}

const IDEMPOTENT: Message = {
  name: ':method',
  string_match: { safe_regex: { regex: 'POST|PATCH|LOCK' } },
  invert_match: true,
};

function hashPolicy(policy: HashPolicy): Message {
  switch (policy.type) {
    case 'header':
      return { header: { header_name: policy.name } };
    case 'query':
      return { query_parameter: { name: policy.name } };
    case 'sourceAddress':
      return { connection_properties: { source_ip: true } };
    case 'cookie':
      // With a TTL, also 0 (until the browser closes), Envoy makes the cookie when the client has none.
      return { cookie: compact({ name: policy.name, path: policy.path, ttl: duration(policy.ttlMs ?? 0) }) };
  }
}

function mirrorPolicy(mirror: { readonly backend: string; readonly percent: number }): Message {
  const percent = Math.min(100, Math.max(0, mirror.percent));
  return {
    cluster: mirror.backend,
    runtime_fraction: { default_value: { numerator: Math.round(percent * 10_000), denominator: 'MILLION' } },
  };
}

export function redirectAction(action: RedirectAction): Message {
  return {
    redirect: compact({
      scheme_redirect: action.scheme,
      host_redirect: action.host,
      port_redirect: action.port,
      path_redirect: action.path,
      response_code: REDIRECT_CODES[action.status],
    }),
  };
}

/** 308 to the same address over https; `host` is set where the request's own Host may carry the wrong port. */
export function httpsRedirect(to: { readonly host?: string; readonly port?: number }): Message {
  return {
    redirect: compact({
      https_redirect: true,
      host_redirect: to.host,
      port_redirect: to.port,
      response_code: REDIRECT_CODES[308],
    }),
  };
}
