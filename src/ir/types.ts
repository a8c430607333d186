/**
 * The gateway as a value. `translate/` makes it from what people wrote, `xds/build/` describes it to Envoy.
 * Plain, readonly, canonical-JSON-able data: no Kubernetes and no Envoy words, no behaviour.
 */

/** The object (and field) that a thing came from; every error and every NACK is traced back through it. */
export interface Origin {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Field path inside the object, for example `spec.rules[0].http.paths[1].path`. */
  readonly path?: string;
  /** `file:line` of the document, when the object was read from a folder. */
  readonly file?: string;
}

/** Something a user should know about an object. `error`: the named part does not work; `warning`: it works, but not as written. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** CamelCase word usable as a condition or event reason, for example `RouteConflict`, `SecretMissing`. */
  readonly reason: string;
  readonly origin: Origin;
  /** The offending value as text; never a secret. */
  readonly value?: string;
  /** One sentence: what is wrong, with the field and value. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

export interface Gateway {
  /** Sorted by name. */
  readonly hosts: readonly Host[];
  /** TLS server names, sorted. `*` is also used for handshakes without SNI. */
  readonly tls: readonly TlsHost[];
  readonly certificates: readonly Certificate[];
  /** Every upstream that some route (or plugin) names, by unique name, sorted. */
  readonly backends: readonly Backend[];
  readonly downstream: DownstreamSettings;
  readonly accessLog: AccessLogSettings;
  /** Absent: answers go out as they are. */
  readonly compression?: CompressionSettings;
  /** Absent: no spans are made. */
  readonly tracing?: TracingSettings;
}

/** One virtual host: exact name, `*.suffix`, or `*`. */
export interface Host {
  readonly name: string;
  /** Also served on the HTTPS listener. */
  readonly tls: boolean;
  /** First match wins; already in final order, inherited routes of covering wildcard hosts included. */
  readonly routes: readonly Route[];
}

export interface Route {
  /** What `%ROUTE_NAME%` prints and WasmPlugin `ingress` rules compare with: `ingress` or `namespace/ingress`, with suffixes such as `-default`. */
  readonly name: string;
  /** Unique within the gateway and stable over rebuilds: `host|name|n`. */
  readonly id: string;
  readonly origin: Origin;
  readonly match: RouteMatch;
  readonly action: RouteAction;
  readonly policies: RoutePolicies;
  /** Plugins bound to this route, in execution order of the request path. */
  readonly plugins: readonly PluginBinding[];
}

/** `segments`: whole path segments, `/foo` matches `/foo` and `/foo/x`, not `/foobar`. `regex`: RE2, whole path without query. */
export interface PathMatch {
  readonly type: 'exact' | 'prefix' | 'segments' | 'regex';
  readonly value: string;
  readonly ignoreCase?: boolean;
}

export interface StringMatch {
  readonly type: 'exact' | 'prefix' | 'regex';
  readonly value: string;
}

export interface NamedMatch extends StringMatch {
  /** Header name in lower case (`:method` style names allowed) or query parameter name. */
  readonly name: string;
}

export interface RouteMatch {
  readonly path: PathMatch;
  /** Upper case; empty or absent = any. */
  readonly methods?: readonly string[];
  readonly headers?: readonly NamedMatch[];
  readonly query?: readonly NamedMatch[];
  /**
   * Only this many of a million requests, by a number that a request keeps: routes with otherwise equal matches and rising shares divide the requests
   * among them.
   */
  readonly shareUpTo?: number;
  /** One of the names in `headers`: a plugin of the route sets this header, to choose among the upstreams of the route. */
  readonly chosenBy?: string;
}

export type RouteAction = ForwardAction | RedirectAction | RespondAction;

export interface ForwardAction {
  readonly type: 'forward';
  /** Weights are relative shares; weight 0 is never selected. Empty = answer 503. */
  readonly destinations: readonly Destination[];
  readonly rewrite?: Rewrite;
  /** Whole-request timeout; absent = none. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly hash?: readonly HashPolicy[];
  readonly mirror?: { readonly backend: string; readonly percent: number };
  readonly errorPage?: ErrorPage;
}

/** Answers with one of these statuses are dropped for what `backend` answers to `GET /`, status included. */
export interface ErrorPage {
  /** `Backend.name`. */
  readonly backend: string;
  readonly codes: readonly number[];
  /** What the backend is told about the request, in the words of ingress-nginx. */
  readonly headers: readonly HeaderEdit[];
}

export interface Destination {
  /** `Backend.name`. */
  readonly backend: string;
  readonly weight: number;
  /** `Backend.name`s in whose order the first with an endpoint stands in while this destination has none. */
  readonly fallbacks?: readonly string[];
  /** Header edits for this destination only (canary by weight). */
  readonly headers?: HeaderControl;
}

export interface Rewrite {
  /** `Host` sent upstream. */
  readonly host?: string;
  readonly path?:
    | { readonly type: 'prefix'; readonly value: string }
    | { readonly type: 'full'; readonly value: string }
    | { readonly type: 'regex'; readonly pattern: string; readonly substitution: string };
}

/** `on` holds Envoy's retry_on words; `codes` adds retriable status codes. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly perTryTimeoutMs?: number;
  readonly on: readonly string[];
  readonly codes?: readonly number[];
  /** POST, PATCH and LOCK are only retried when true. */
  readonly nonIdempotent?: boolean;
}

export type HashPolicy =
  | { readonly type: 'header'; readonly name: string }
  | { readonly type: 'query'; readonly name: string }
  | { readonly type: 'sourceAddress' }
  | { readonly type: 'cookie'; readonly name: string; readonly path?: string; readonly ttlMs?: number };

export interface RedirectAction {
  readonly type: 'redirect';
  readonly status: 301 | 302 | 303 | 307 | 308;
  readonly scheme?: 'http' | 'https';
  readonly host?: string;
  readonly port?: number;
  /** Replaces the whole path; absent keeps the path of the request. The query is kept unless `path` has one. */
  readonly path?: string;
}

export interface RespondAction {
  readonly type: 'respond';
  readonly status: number;
  readonly body?: string;
}

export interface HeaderEdit {
  readonly name: string;
  readonly value: string;
}

/** Values may hold Envoy format operators such as `%REQ(x)%`. */
export interface HeaderControl {
  readonly request?: HeaderEdits;
  readonly response?: HeaderEdits;
}

export interface HeaderEdits {
  readonly add?: readonly HeaderEdit[];
  readonly set?: readonly HeaderEdit[];
  readonly remove?: readonly string[];
}

export interface RoutePolicies {
  /** On the plain HTTP listener answer 308 to the https address; on the TLS listener forward. */
  readonly httpsRedirect?: boolean;
  readonly cors?: CorsPolicy;
  readonly ipAccess?: IpAccessPolicy;
  readonly rateLimit?: RateLimitPolicy;
  readonly headers?: HeaderControl;
  readonly aiFallback?: AiFallbackPolicy;
}

/** Answers with these statuses are dropped, and the request goes to another route of the same host as the client sent it. */
export interface AiFallbackPolicy {
  /** `Route.name` of the other route. */
  readonly route: string;
  /** `4xx`, `5xx`, or a status such as `429`. */
  readonly codes: readonly string[];
}

export interface CorsPolicy {
  /** Full-match regexes are RE2 and anchored by the builder. */
  readonly origins: readonly (
    | { readonly type: 'exact' | 'regex'; readonly value: string }
    | { readonly type: 'any' }
  )[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

/** CIDRs; a bare address is a /32 or /128. `allow` present: everyone else gets 403. `deny`: these get 403. */
export interface IpAccessPolicy {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

/** Token bucket per route and Envoy process: `fill` tokens every `intervalMs`, at most `burst`. 429 when empty. */
export interface RateLimitPolicy {
  readonly fill: number;
  readonly intervalMs: number;
  readonly burst: number;
}

export type PluginBinding = BuiltinBinding | WasmBinding;

export type PluginPhase = 'AUTHN' | 'AUTHZ' | 'STATS' | 'UNSPECIFIED_PHASE';

interface PluginBindingBase {
  /** `namespace/name` of the WasmPlugin object. */
  readonly instance: string;
  readonly phase: PluginPhase;
  readonly priority: number;
  readonly failStrategy: 'open' | 'closed';
  readonly origin: Origin;
}

/** One of the project's own plugins with the configuration in force on this route, already validated. */
export interface BuiltinBinding extends PluginBindingBase {
  readonly kind: 'builtin';
  /** Name in the plugin catalogue. */
  readonly plugin: string;
  /** Effective configuration as JSON (output of the plugin's `effectiveConfig`); secrets inside. */
  readonly config: unknown;
  /** The object asks for the plugin server although the plugin could be lowered (annotation `higress.io/plugin-runtime: ext-proc`). */
  readonly forceHooks?: boolean;
  /** With this configuration the plugin chooses the upstream of each request. */
  readonly choosesCluster?: ClusterChoice;
}

/** A plugin sets `header` to the name of the upstream that the request shall go to, and has the route chosen anew. */
export interface ClusterChoice {
  /** In lower case. */
  readonly header: string;
  /** `Backend.name`s. */
  readonly clusters: readonly string[];
}

/** A module that the user brings; runs in Envoy's own Wasm filter. */
export interface WasmBinding extends PluginBindingBase {
  readonly kind: 'wasm';
  readonly module: WasmModuleRef;
  readonly rootId: string;
  /** Effective configuration for the module: defaultConfig with `_rules_`, JSON. The same for every route of the instance. */
  readonly config: unknown;
  readonly env: readonly { readonly name: string; readonly value?: string; readonly fromHost?: boolean }[];
}

export interface WasmModuleRef {
  /** `oci://…`, `http(s)://…` or `file://…`, normalised. */
  readonly url: string;
  /** Hex, no prefix; empty when unknown. */
  readonly sha256: string;
  readonly pullPolicy: 'IfNotPresent' | 'Always';
  /** `namespace/name` of a docker-config Secret. */
  readonly pullSecret?: string;
}

export interface TlsHost {
  /** Exact name, `*.suffix`, or `*`. */
  readonly name: string;
  /** `Certificate.name`. */
  readonly certificate: string;
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
  readonly ciphers?: readonly string[];
  /** `Certificate.name` whose `ca` verifies client certificates; present = client certificates are required. */
  readonly clientCa?: string;
  readonly origin: Origin;
}

export type TlsVersion = 'TLSv1_0' | 'TLSv1_1' | 'TLSv1_2' | 'TLSv1_3';

/** PEM texts, wrapped so that they never print. */
export interface Certificate {
  /** `namespace/name` of the Secret. */
  readonly name: string;
  readonly chain?: string;
  readonly key?: import('#lib/secret.ts').SecretText;
  readonly ca?: string;
  readonly origin: Origin;
}

/** One upstream cluster. */
export interface Backend {
  /** Unique: `outbound|PORT|SUBSET|HOST`; plugins and access logs see it. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly protocol: 'http1' | 'http2';
  readonly resolution: BackendResolution;
  readonly tls?: UpstreamTls;
  readonly loadBalancing: LoadBalancing;
  readonly idleTimeoutMs?: number;
  readonly connectTimeoutMs: number;
  readonly origin: Origin;
}

/** `endpoints`: addresses are IPs and change without touching the cluster. `dns`: names that Envoy resolves. */
export type BackendResolution =
  | { readonly type: 'endpoints'; readonly endpoints: readonly Endpoint[] }
  | { readonly type: 'dns'; readonly endpoints: readonly Endpoint[] };

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** Positive integer; relative. */
  readonly weight: number;
}

export interface UpstreamTls {
  readonly sni?: string;
  readonly verify: boolean;
  /** `Certificate.name` with a client certificate and/or CA. */
  readonly certificate?: string;
}

export type LoadBalancing =
  | { readonly type: 'round_robin' | 'least_request' | 'random' | 'passthrough' }
  | { readonly type: 'ring_hash' };

export interface DownstreamSettings {
  readonly idleTimeoutMs: number;
  readonly maxRequestHeadersKb: number;
  readonly connectionBufferLimitBytes: number;
  readonly http2: {
    readonly maxConcurrentStreams: number;
    readonly initialStreamWindowSize: number;
    readonly initialConnectionWindowSize: number;
  };
  readonly upstreamConnectionBufferLimitBytes: number;
  readonly disableXEnvoyHeaders: boolean;
  readonly addXRealIpHeader: boolean;
  /** HTTP/3 beside HTTPS, on the same port over UDP. */
  readonly http3: boolean;
  /** Connections begin with the header of the PROXY protocol. */
  readonly proxyProtocol: boolean;
  /** To TLS clients, by ALPN. */
  readonly offersHttp2: boolean;
  /** For TLS hosts that say nothing of their own. */
  readonly tls: {
    readonly minVersion?: TlsVersion;
    readonly maxVersion?: TlsVersion;
    readonly ciphers?: readonly string[];
  };
  /** How often names of upstreams are looked up when their records tell no time to live. */
  readonly dnsRefreshMs?: number;
}

/** Spans of requests from clients, and the upstream that takes them. */
export interface TracingSettings {
  readonly type: 'zipkin' | 'skywalking' | 'opentelemetry';
  /** `Backend.name`. */
  readonly backend: string;
  readonly host: string;
  /** What the gateway is called in traces. */
  readonly serviceName: string;
  /** 0 to 100. */
  readonly samplingPercent: number;
  /** Of calls to a collector that speaks gRPC. */
  readonly timeoutMs: number;
  readonly token?: import('#lib/secret.ts').SecretText;
  readonly tags: readonly SpanTag[];
}

/** `value` of a header or an environment variable of Envoy: what is used without one. */
export interface SpanTag {
  readonly name: string;
  readonly from: {
    readonly type: 'literal' | 'header' | 'environment';
    readonly name?: string;
    readonly value: string;
  };
}

/** gzip for answers to clients that take it. Types are in lower case and without parameters. Levels and strategies are Envoy's words. */
export interface CompressionSettings {
  /** Bytes. */
  readonly minContentLength: number;
  readonly contentTypes: readonly string[];
  /** Answers with an ETag go out as they are. */
  readonly unlessEtag: boolean;
  /** 1 to 9. */
  readonly memoryLevel: number;
  /** 9 to 15. */
  readonly windowBits: number;
  /** Bytes. */
  readonly chunkSize: number;
  readonly level: string;
  readonly strategy: string;
}

/** `path` `/dev/stdout` by default; `format` absent = the project's JSON line. Empty path = off. */
export interface AccessLogSettings {
  readonly path: string;
  readonly encoding: 'TEXT' | 'JSON';
  readonly format?: string;
}
