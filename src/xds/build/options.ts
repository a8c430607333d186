/** What the builder must know besides the gateway: addresses of the processes around Envoy. */
import type { WasmModuleRef } from '#ir/types.ts';
import { ENDPOINT_HEADER } from '#plugin-sdk/balancing.ts';
import { FALLBACK_CLUSTER, FALLBACK_HEADERS } from '#plugin-sdk/fallback.ts';

export type Address = { readonly socket: string } | { readonly host: string; readonly port: number };

/** `uri`: `http://…` fetched through the plugin server's HTTP face, or `file:///…` readable by Envoy. `sha256` in hex. */
export type WasmResolution =
  | { readonly ready: true; readonly uri: string; readonly sha256: string }
  | {
      readonly ready: false;
      readonly reason: string;
      /** It is on its way, and nothing is wrong yet. */
      readonly pending?: boolean;
    };

export interface BuildOptions {
  /** Address both listeners bind to, for example `0.0.0.0`. */
  readonly address: string;
  /** 0 lets Envoy pick; the admin interface's /listeners tells which. */
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Port that clients use for https (behind a Service or port mapping); redirects to https name it unless it is 443. */
  readonly httpsPublicPort: number;
  readonly pluginServer: { readonly extProc: Address; readonly http: Address };
  /**
   * Unix socket that Envoy listens on for plugin servers beside it, which carry the exchanges of the module's filters; absent: those of Envoy's own ext_proc
   * filter carry them. Only together with `nativeModule`.
   */
  readonly hop?: { readonly socket: string };
  readonly egress: Address;
  /** For an egress listener on TCP: paths as Envoy sees them; only clients whose certificate carries the DNS name `client` get in. */
  readonly egressTls?: {
    readonly cert: string;
    readonly key: string;
    readonly ca: string;
    readonly client: string;
  };
  readonly wasm?: { moduleUri(ref: WasmModuleRef): WasmResolution };
  /** Every Envoy that takes this can load the module that runs plugins inside it; false = those plugins run in the plugin server. */
  readonly nativeModule: boolean;
  /** CA bundle, readable by Envoy, for verified upstreams without a CA of their own; absent = the public CAs that Node brings. */
  readonly systemCaFile?: string;
  /**
   * Hosts are spread over many route tables that Envoy picks by scoped routes, so that a change costs what one table does. Costs every request about
   * 2 µs; pays from some hundreds of hosts on. Default false.
   */
  readonly hostShards?: boolean;
  /** Requests, and connections, that an Envoy may have open to one upstream; those above it get 503. Default: no limit that anybody meets. */
  readonly upstreamConcurrency?: number;
  /** Replaces the gateway's access-log path; empty = off. */
  readonly accessLogPath?: string;
}

/** Names that more than one part of the configuration refers to. */
export const LISTENER_HTTP = 'http';
export const LISTENER_HTTPS = 'https';
/** HTTPS over QUIC; has the route tables of `https`. */
export const LISTENER_HTTP3 = 'https.quic';
export const LISTENER_EGRESS = 'higress.egress';
/** Where plugin servers connect to carry exchanges of the module's filters. */
export const LISTENER_HOP = 'higress.hop';
/** Nobody connects to it: it keeps what the module's plugins have counted. */
export const LISTENER_COUNTERS = 'higress.counters';
export const CLUSTER_EXT_PROC = 'higress.plugin-server';
export const CLUSTER_PLUGIN_HTTP = 'higress.plugin-server.http';
/** The one HTTP filter of the listeners besides the router; routes put their own filters into it. */
export const CHAIN_FILTER = 'higress.chain';

export const HEADER_CHAIN = 'x-higress-chain';
export const HEADER_ROUTE = 'x-higress-route';
/** Metadata of the hop only: cluster of the request, and address of its client. */
export const HEADER_CLUSTER = 'x-higress-cluster';
export const HEADER_SOURCE = 'x-higress-source';
export const HEADER_EGRESS_CLUSTER = 'x-higress-egress-cluster';
/** Scope key of a request when hosts are sharded. */
export const HEADER_SHARD = 'x-higress-shard';

/** Routes that other routes fall back to; its cluster has the same name. */
export const LISTENER_FALLBACK = FALLBACK_CLUSTER;

/** Trusted by something behind the listener, so never accepted from outside. */
export const INTERNAL_HEADERS: readonly string[] = [
  'x-mse-consumer',
  'x-hi-original-auth',
  HEADER_CHAIN,
  HEADER_ROUTE,
  HEADER_EGRESS_CLUSTER,
  HEADER_SHARD,
  ENDPOINT_HEADER,
  ...FALLBACK_HEADERS,
];
