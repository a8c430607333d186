/** Why a plugin takes the way it takes; `render --explain` and the status of WasmPlugins print these. */
export interface ExplainEntry {
  readonly host: string;
  /** `Route.name`. */
  readonly route: string;
  /** `Route.id`; names repeat, ids do not. */
  readonly routeId: string;
  /** Holds only for requests whose path ends in one of these: some plugin's native form leaves them to its hooks. */
  readonly pathSuffixes?: readonly string[];
  /** Name in the catalogue, or the module's URL for modules that users bring. */
  readonly plugin: string;
  /** `namespace/name` of the WasmPlugin object. */
  readonly instance: string;
  /** `skipped`: the plugin does not run on this route; `unavailable`: the route answers 503 because of it. */
  readonly way: 'lowered' | 'ext_proc' | 'serve' | 'wasm' | 'skipped' | 'unavailable';
  /** Why not a cheaper way, or why it does not run. */
  readonly reason?: string;
  /** Honest limits of the native form. */
  readonly notes?: readonly string[];
  /** Envoy filters that do the work, in request order. */
  readonly filters: readonly string[];
  /** Plugin chain that the plugin server runs, for `ext_proc` and `serve`. */
  readonly chain?: string;
}
