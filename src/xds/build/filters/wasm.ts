/** Modules that users bring, in Envoy's own Wasm filter. */
import type { WasmBinding } from '#ir/types.ts';
import { canonicalJson, sha256 } from '#lib/hash.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { any, compact, HTTP_FILTERS } from '../message.ts';
import { CLUSTER_PLUGIN_HTTP, type WasmResolution } from '../options.ts';
import type { FilterForm } from './filter.ts';

const FETCH_TIMEOUT = '60s';
/**
 * About 14 s: longer than a plugin server takes to start again, and than the control plane takes to notice that there is none, which offers the module anew
 * afterwards. An Envoy that starts is not ready for as long, so it is not for ever.
 */
const RETRIES = { num_retries: 8, retry_back_off: { base_interval: '1s', max_interval: '4s' } };

/** The module matches its own rules against the route in force, so the same configuration is right before and after a re-route. */
export const wasm: FilterForm = {
  kind: 'wasm',
  base: (config) => any(`${HTTP_FILTERS}wasm.v3.Wasm`, config),
  noop: () => undefined,
  perRoute: () => undefined,
};

export function wasmPlugin(binding: WasmBinding, module: Extract<WasmResolution, { ready: true }>): Message {
  const environment = environmentVariables(binding);
  const text = canonicalJson(binding.config ?? {});
  return {
    config: {
      name: binding.instance,
      root_id: binding.rootId,
      // Equal module and environment share one VM per worker; a change of configuration alone loads nothing anew.
      vm_config: compact({
        vm_id: sha256(canonicalJson({ module: module.sha256, environment })),
        runtime: 'envoy.wasm.runtime.v8',
        code: code(module),
        environment_variables: environment,
      }),
      configuration: any('google.protobuf.StringValue', { value: text }),
      // FAIL_RELOAD makes a fresh instance after a crash and answers 503 meanwhile.
      failure_policy: binding.failStrategy === 'open' ? 'FAIL_OPEN' : 'FAIL_RELOAD',
      allow_on_headers_stop_iteration: true,
    },
  };
}

function code(module: Extract<WasmResolution, { ready: true }>): Message {
  if (module.uri.startsWith('file://'))
    return { local: { filename: decodeURIComponent(new URL(module.uri).pathname) } };
  return {
    remote: {
      http_uri: { uri: module.uri, cluster: CLUSTER_PLUGIN_HTTP, timeout: FETCH_TIMEOUT },
      sha256: module.sha256,
      retry_policy: RETRIES,
    },
  };
}

function environmentVariables(binding: WasmBinding): Message | undefined {
  if (binding.env.length === 0) return undefined;
  const fromHost = binding.env.filter((entry) => entry.fromHost === true).map((entry) => entry.name);
  const inline = binding.env.filter((entry) => entry.fromHost !== true);
  return {
    host_env_keys: fromHost,
    key_values: Object.fromEntries(inline.map((entry) => [entry.name, entry.value ?? ''])),
  };
}
