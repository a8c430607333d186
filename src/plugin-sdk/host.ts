/** Services that the plugin server gives to plugins. Interfaces only; tests pass fakes. */
import type { SecretText } from '#lib/secret.ts';
import type { Held, SharedValues } from '#lib/shared-values.ts';

export interface HttpCall {
  /** Envoy cluster, `outbound|PORT||HOST`. The call goes through Envoy's egress listener, so discovery, TLS, retries and balancing are Envoy's. */
  readonly cluster: string;
  readonly method: string;
  /** Path with query, sent byte for byte. */
  readonly path: string;
  /** `host` becomes :authority. */
  readonly headers?: readonly (readonly [string, string])[] | Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** `IP:PORT`: the call is for this endpoint of the cluster alone. Only clusters of plugins that pick endpoints can be called so. */
  readonly endpoint?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; values of repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer whose body comes while it is read. */
export interface HttpStream {
  readonly status: number;
  /** As in `HttpAnswer`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Leaving it early, or the call's signal, ends the exchange; it throws when the other side breaks off. */
  readonly body: AsyncIterable<Buffer>;
  /** Ends the exchange; for answers whose body nobody reads. */
  cancel(): void;
}

/** A document that a request names by URL and that no cluster stands for. */
export interface WebGet {
  /** http or https. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limitBytes: number;
  /** For the whole exchange, redirects included. */
  readonly timeoutMs: number;
  /** Refuse addresses of private networks and of this machine. Those of link-local services (cloud metadata) are always refused. */
  readonly publicOnly?: boolean;
  readonly signal?: AbortSignal;
}

/** A Redis, by the service that stands for it. */
export interface RedisService {
  /** `outbound|PORT||HOST`; the plugin names it in `connectsTo`. */
  readonly cluster: string;
  readonly username?: string | undefined;
  readonly password?: SecretText | undefined;
  /** Default 0. */
  readonly database?: number | undefined;
  /** For the answer to one command, ms. */
  readonly timeoutMs: number;
}

/** Runs in Redis in one piece. Sent once, then named by its hash. */
export interface RedisScript {
  readonly lua: string;
  /** Hex SHA-1 of `lua`. */
  readonly sha1: string;
}

type RedisText = string | number;

export interface RedisClient {
  /** Rejects at once while there is no connection, and when the answer takes too long; the reason may be logged. */
  call(command: string, ...args: readonly RedisText[]): Promise<unknown>;
  /** As `call`. `late` gets an answer that came after the call had been given up: the script has run all the same. */
  run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly RedisText[],
    late?: (answer: unknown) => void,
  ): Promise<unknown>;
}

export interface HostServices {
  readonly http: {
    call(request: HttpCall): Promise<HttpAnswer>;
    /** `timeoutMs` is for the head of the answer; the body may take as long as it wants. */
    stream(request: HttpCall): Promise<HttpStream>;
  };
  /** Reads from anywhere, past Envoy. Rejects with a message that may be shown to callers. Absent: this process reads nothing from the web. */
  readonly web?: { get(request: WebGet): Promise<HttpAnswer> };
  /**
   * `IP:PORT` of a cluster's endpoints, sorted; of those clusters that plugins pick endpoints of or connect to. Empty while nothing is known. The same
   * list as long as nothing changed.
   */
  endpoints(cluster: string): Promise<readonly string[]>;
  /** One connection for all who hold the same service; it is closed when nobody does. Lasting failures are logged here. */
  readonly redis: { hold(service: RedisService): Held<RedisClient> };
  /** What all chains of this process have in common, whichever of them comes first. */
  readonly shared: SharedValues;
  readonly metrics: Metrics;
  readonly log: PluginLog;
  /** Wall clock, ms. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
}

export interface Metrics {
  count(name: string, labels: Readonly<Record<string, string>>, by?: number): void;
  observe(name: string, labels: Readonly<Record<string, string>>, value: number): void;
}

export interface PluginLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
