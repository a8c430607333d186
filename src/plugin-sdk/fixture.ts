/**
 * Requests with what must come of them. A plugin's fixtures run through its hooks (unit test) and, where it can be lowered, through a real
 * Envoy with the native form (data-plane test): both must give the same.
 */
export interface Fixture {
  readonly name: string;
  /** What the WasmPlugin says in its default part and in the matched rule. */
  readonly global?: unknown;
  readonly rule?: unknown;
  readonly hasRules?: boolean;
  readonly request?: {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** What the upstream answers; default 200 with an empty body. */
  readonly answer?: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    readonly body?: string;
  };
  /** What the upstream must see. A header that must not be there is null. Repeated headers are joined by `,`. */
  readonly upstream?: {
    readonly path?: string;
    readonly authority?: string;
    readonly headers?: Readonly<Record<string, string | null>>;
    readonly body?: string;
  };
  /** The plugin answers itself. */
  readonly reply?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly details: string;
  };
  /** What the client must see of the upstream's answer. */
  readonly response?: {
    readonly headers?: Readonly<Record<string, string | null>>;
    readonly body?: string;
  };
  /** The plugin must ask (or not) for the route to be chosen anew. */
  readonly rerouted?: boolean;
  /** False: this configuration has no native form. */
  readonly lowered: boolean;
}

/** Fixtures whose configuration has a native form unless they say otherwise. */
export function fixturesOf(
  list: readonly (Omit<Fixture, 'lowered'> & { readonly lowered?: boolean })[],
  lowered = true,
): readonly Fixture[] {
  return list.map((fixture) => ({ lowered, ...fixture }));
}
