/**
 * The way back into Envoy for requests that a route failed to answer: a listener on a socket of its own whose route table holds, host by host, the
 * routes that others fall back to. Envoy itself is its only client, through the egress listener. Nothing of it is there while no route has a fallback.
 */
import { dirname, join } from 'node:path';
import type { Gateway, Route } from '#ir/types.ts';
import { FALLBACK_HEADERS, FALLBACK_TO_HEADER, FALLBACK_TRY_HEADER } from '#plugin-sdk/fallback.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { fixedCluster } from './cluster.ts';
import { connectionManager, httpFilterChain } from './connection-manager.ts';
import { type BuildOptions, INTERNAL_HEADERS, LISTENER_FALLBACK } from './options.ts';
import { routeConfiguration } from './route-config.ts';

/** Names of the routes of a host that others fall back to. */
export function fallbackTargets(routes: readonly Route[]): ReadonlySet<string> {
  return new Set(routes.flatMap(({ policies }) => policies.aiFallback?.route ?? []));
}

/**
 * A route of the host's own table as it stands in the fallback table: it takes what is sent to it by name. Its conditions on headers do not count any
 * more, but those on the path do: an Ingress may have several. So does a header that plugins choose among its upstreams by.
 */
export function fallbackRoute(message: Message, name: string, chosenBy?: string): Message {
  const match = message.match as Message;
  const headers = (match.headers as readonly Message[] | undefined) ?? [];
  const kept = headers.filter(({ name }) => String(name).startsWith(':') || name === chosenBy);
  const named = { name: FALLBACK_TO_HEADER, string_match: { exact: name } };
  const removed = (message.request_headers_to_remove as readonly string[] | undefined) ?? [];
  return {
    ...message,
    match: { ...match, headers: [named, ...kept] },
    ...(message.direct_response === undefined
      ? { request_headers_to_remove: [...removed, FALLBACK_TO_HEADER, FALLBACK_TRY_HEADER] }
      : {}),
  };
}

export function fallbackTable(virtualHosts: readonly Message[], gateway: Gateway): Message {
  const { addXRealIpHeader } = gateway.downstream;
  return routeConfiguration(LISTENER_FALLBACK, virtualHosts, { addXRealIpHeader });
}

export function fallbackListener(gateway: Gateway, options: BuildOptions): Message {
  const manager = connectionManager(LISTENER_FALLBACK, {
    downstream: gateway.downstream,
    accessLog: gateway.accessLog,
    accessLogPath: options.accessLogPath,
    internalHeaders: INTERNAL_HEADERS.filter((name) => !FALLBACK_HEADERS.includes(name)),
  });
  return {
    name: LISTENER_FALLBACK,
    address: { pipe: pipe(options) },
    per_connection_buffer_limit_bytes: gateway.downstream.connectionBufferLimitBytes,
    filter_chains: [
      // The client's address and request id are those of the first request.
      httpFilterChain({
        ...manager,
        use_remote_address: false,
        skip_xff_append: true,
        preserve_external_request_id: true,
      }),
    ],
  };
}

export function fallbackCluster(options: BuildOptions): Message {
  return fixedCluster(LISTENER_FALLBACK, { socket: pipe(options).path as string }, { http_protocol_options: {} });
}

/** Beside the egress socket; where that is a port, an abstract socket, which only processes of the same pod see. */
function pipe({ egress }: BuildOptions): Message {
  if (!('socket' in egress)) return { path: `@${LISTENER_FALLBACK}` };
  return { path: join(dirname(egress.socket), 'fallback.sock'), mode: 0o600 };
}
