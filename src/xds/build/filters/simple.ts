/** Filters whose per-route message is their own message, or that have no per-route form at all. */
import type { NativeFilter } from '#plugin-sdk/lower.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { any, HTTP_FILTERS } from '../message.ts';
import type { FilterForm } from './filter.ts';

/** The same message replaces the base configuration per route; `empty` does nothing. */
function replaceable(kind: NativeFilter, type: string, empty: Message = {}): FilterForm {
  const full = HTTP_FILTERS + type;
  return {
    kind,
    base: (config) => any(full, config),
    noop: () => any(full, empty),
    perRoute: (config) => any(full, config),
  };
}

/** Works on the route of the first match only. */
function fixed(kind: NativeFilter, type: string): FilterForm {
  return { kind, base: (config) => any(HTTP_FILTERS + type, config), noop: () => undefined, perRoute: () => undefined };
}

export const transform = replaceable('transform', 'transform.v3.TransformConfig');
export const jsonToMetadata = replaceable('json_to_metadata', 'json_to_metadata.v3.JsonToMetadata');
export const setMetadata = replaceable('set_metadata', 'set_metadata.v3.Config');
export const setFilterState = replaceable('set_filter_state', 'set_filter_state.v3.Config');
/** Without a bucket the filter is off. */
export const localRatelimit = replaceable('local_ratelimit', 'local_ratelimit.v3.LocalRateLimit', {
  stat_prefix: 'http_local_rate_limiter',
});

/** No per-route form in Envoy 1.40. */
export const sseToMetadata = fixed('sse_to_metadata', 'sse_to_metadata.v3.SseToMetadata');
export const decompressor = fixed('decompressor', 'decompressor.v3.Decompressor');
export const credentialInjector = fixed('credential_injector', 'credential_injector.v3.CredentialInjector');
/** Per route they can be switched off or narrowed, but nothing makes a base configuration that lets every request pass. */
export const buffer = fixed('buffer', 'buffer.v3.Buffer');
export const compressor = fixed('compressor', 'compressor.v3.Compressor');
export const basicAuth = fixed('basic_auth', 'basic_auth.v3.BasicAuth');
export const apiKeyAuth = fixed('api_key_auth', 'api_key_auth.v3.ApiKeyAuth');
/** Its per-route message only names a requirement of the base configuration. */
export const jwtAuthn = fixed('jwt_authn', 'jwt_authn.v3.JwtAuthentication');
