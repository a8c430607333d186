/** Services that the plugin server gives to plugins. Interfaces only; tests pass fakes. */

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
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; values of repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HostServices {
  readonly http: { call(request: HttpCall): Promise<HttpAnswer> };
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
