/** Terminal plugins: the route's requests come to the plugin server over HTTP instead of going to the route's upstream. */

import type { Headers } from './hooks.ts';
import type { HostServices } from './host.ts';

export interface ServeRequest {
  readonly method: string;
  /** Path with query, as the client sent it. */
  readonly path: string;
  readonly authority: string;
  readonly scheme: string;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly sourceAddress: string;
}

export interface ServeResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or bytes, or parts as they become ready (SSE). */
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array>;
  /** Shown in the access log as response-code-details where possible, and as metadata. */
  readonly details?: string;
  readonly logFields?: Readonly<Record<string, string>>;
}

export interface ServeContext {
  readonly routeName: string;
  /** Backend names and weights of the route that the plugin stands on; what the tool calls go to. */
  readonly destinations: readonly { readonly backend: string; readonly weight: number }[];
  /** What the route grants its upstream for a whole answer, ms; absent = no limit. For the calls the plugin makes. */
  readonly timeoutMs?: number | undefined;
  readonly host: HostServices;
  readonly signal: AbortSignal;
}

export interface ServeHooks {
  handle(request: ServeRequest, context: ServeContext): Promise<ServeResponse>;
}
