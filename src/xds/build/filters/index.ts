import { cors } from './cors.ts';
import { dynamicModule } from './dynamic-module.ts';
import { extProc } from './ext-proc.ts';
import type { FilterForm, FilterKind } from './filter.ts';
import { headerMutation } from './header-mutation.ts';
import { hop } from './hop.ts';
import { lua } from './lua.ts';
import { rbac } from './rbac.ts';
import * as simple from './simple.ts';
import { wasm } from './wasm.ts';

/** Every filter that a chain may hold. */
export const FILTERS: Readonly<Record<FilterKind, FilterForm>> = {
  header_mutation: headerMutation,
  transform: simple.transform,
  json_to_metadata: simple.jsonToMetadata,
  sse_to_metadata: simple.sseToMetadata,
  set_metadata: simple.setMetadata,
  set_filter_state: simple.setFilterState,
  rbac,
  local_ratelimit: simple.localRatelimit,
  cors,
  lua,
  dynamic_module: dynamicModule,
  buffer: simple.buffer,
  decompressor: simple.decompressor,
  compressor: simple.compressor,
  basic_auth: simple.basicAuth,
  api_key_auth: simple.apiKeyAuth,
  jwt_authn: simple.jwtAuthn,
  credential_injector: simple.credentialInjector,
  ext_proc: extProc,
  hop,
  wasm,
};
