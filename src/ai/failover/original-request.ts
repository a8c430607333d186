/** A request kept as it came, to be sent once more. */
import type { HttpCall } from '#plugin-sdk/host.ts';

export interface OriginalRequest {
  /** Names and values in turn, pseudo headers included. */
  readonly headers: readonly string[];
  /** Undefined: the request has none. */
  body: Buffer | undefined;
}

export function originalOf(headers: Iterable<readonly [string, string]>): OriginalRequest {
  return { headers: [...headers].flat(), body: undefined };
}

/** What the exchange between the client and Envoy has settled for itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'content-length',
  'connection',
  'transfer-encoding',
  'te',
  'expect',
  'host',
  'x-envoy-expected-rq-timeout-ms',
]);

/** Method, path and headers of a call that sends these headers on, the authority as `host`. */
export function callOf(
  entries: Iterable<readonly [string, string]>,
): Pick<HttpCall, 'method' | 'path'> & { readonly headers: readonly (readonly [string, string])[] } {
  const headers: (readonly [string, string])[] = [];
  const pseudo: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (name.startsWith(':')) pseudo[name] = value;
    else if (!OWN_HEADERS.has(name)) headers.push([name, value]);
  }
  headers.push(['host', pseudo[':authority'] ?? '']);
  return { method: pseudo[':method'] ?? 'POST', path: pseudo[':path'] ?? '/', headers };
}
