/** What `lower()` returns: native Envoy filters, as plain data in proto field names. The caller places them in phase and priority order. */
import type { ForwardAction } from '#ir/types.ts';

/** Native HTTP filters that a chain may hold; each has a file under `xds/build/filters/` that knows its no-op form and per-route form. */
export type NativeFilter =
  | 'header_mutation'
  | 'transform'
  | 'json_to_metadata'
  | 'sse_to_metadata'
  | 'set_metadata'
  | 'set_filter_state'
  | 'rbac'
  | 'local_ratelimit'
  | 'cors'
  | 'lua'
  | 'dynamic_module'
  | 'buffer'
  | 'decompressor'
  | 'compressor'
  | 'basic_auth'
  | 'api_key_auth'
  | 'jwt_authn'
  | 'credential_injector';

export interface NativeStep {
  readonly filter: NativeFilter;
  /** The filter's configuration message without `@type`: proto field names (snake_case), proto JSON values. For `cors`: a CorsPolicy, all that filter reads. */
  readonly config: Readonly<Record<string, unknown>>;
}

export type LowerResult =
  | {
      readonly lowered: true;
      /** In request order. Response effects of later steps run first, as everywhere in Envoy. */
      readonly steps: readonly NativeStep[];
      /** Bytes of body that the steps buffer per request; raises the route's limit. Absent = nothing is buffered. */
      readonly bufferBytes?: number;
      /** The steps can select another route (they clear the route cache). */
      readonly reroutes?: boolean;
      /** Dynamic-metadata fields that the access log shall print: attribute name to `[namespace, key]`. */
      readonly logFields?: Readonly<Record<string, readonly [string, string]>>;
      /** Requests whose path (without query) ends in one of these need the hooks: they get a route of their own before this one. */
      readonly hooksForPathSuffixes?: readonly string[];
      /** Honest limits of the native form, printed by `render --explain` and in the status. */
      readonly notes?: readonly string[];
    }
  | { readonly lowered: false; readonly reason: string };

export interface LowerContext {
  readonly routeName: string;
  readonly hostName: string;
  readonly action: ForwardAction | undefined;
  /** Names of the plugins that come after this one on the route. */
  readonly following: readonly string[];
  /** Names of the plugins before this one. */
  readonly preceding: readonly string[];
  /** The gateway makes spans: without them nobody reads what stands there for them. */
  readonly tracing: boolean;
  /** The gateway writes an access log: without it nobody reads what stands there for it. */
  readonly logging: boolean;
}
