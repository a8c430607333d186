/**
 * What a stock Envoy 1.40 offers to a Wasm module (Proxy-Wasm ABI 0.1.0, 0.2.0, 0.2.1 and WASI), and what a module must show. A module that imports
 * more would fail to load in every worker; it is refused before any route names it.
 */
import { exportNames, functionImports, renameExport } from './binary.ts';

/** Higress's Go and Rust SDKs announce this version for Higress's own Envoy; the calls they share with 0.2.1 are the same. */
const HIGRESS_ABI_EXPORT = 'proxy_abi_version_0_2_100';
const NEWEST_ABI_EXPORT = 'proxy_abi_version_0_2_1';
const ABI_EXPORTS: readonly string[] = ['proxy_abi_version_0_1_0', 'proxy_abi_version_0_2_0', NEWEST_ABI_EXPORT];

const PROXY_FUNCTIONS = new Set(
  `add_header_map_value call_foreign_function clear_route_cache close_stream continue_request continue_response continue_stream define_metric
  dequeue_shared_queue done enqueue_shared_queue get_buffer_bytes get_buffer_status get_configuration get_current_time_nanoseconds
  get_header_map_pairs get_header_map_size get_header_map_value get_log_level get_metric get_property get_shared_data get_status grpc_call grpc_cancel
  grpc_close grpc_send grpc_stream http_call increment_metric log record_metric register_shared_queue remove_header_map_value
  replace_header_map_value resolve_shared_queue send_local_response set_buffer_bytes set_effective_context set_header_map_pairs set_property
  set_shared_data set_tick_period_milliseconds`
    .split(/\s+/)
    .map((name) => `proxy_${name}`),
);

const WASI_FUNCTIONS = new Set(
  `args_get args_sizes_get clock_res_get clock_time_get environ_get environ_sizes_get fd_advise fd_allocate fd_close fd_datasync fd_fdstat_get
  fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get fd_filestat_set_size fd_filestat_set_times fd_pread fd_prestat_dir_name fd_prestat_get
  fd_pwrite fd_read fd_readdir fd_renumber fd_seek fd_sync fd_tell fd_write path_create_directory path_filestat_get path_filestat_set_times path_link
  path_open path_readlink path_remove_directory path_rename path_symlink path_unlink_file poll_oneoff proc_exit random_get sched_yield`.split(
    /\s+/,
  ),
);

/** Emscripten's runtime imports that Envoy provides under `env`. */
const ENV_EXTRAS = new Set(['emscripten_notify_memory_growth']);

export type Judgement =
  | { readonly accepted: true; readonly module: Uint8Array }
  | { readonly accepted: false; readonly reason: string; readonly missingImports?: readonly string[] };

/** Accepts a module and makes it ready for a stock Envoy, or says what is missing. Throws WasmFormatError for bytes that are no module. */
export function judgeModule(module: Uint8Array): Judgement {
  const missing = functionImports(module)
    .filter(({ module: from, name }) => !offered(from, name))
    .map(({ module: from, name }) => `${from}.${name}`);
  if (missing.length > 0) {
    return {
      accepted: false,
      reason: `the module imports functions that a stock Envoy does not have: ${missing.join(', ')}`,
      missingImports: missing,
    };
  }
  const exports = exportNames(module);
  if (!exports.some((name) => name === HIGRESS_ABI_EXPORT || ABI_EXPORTS.includes(name))) {
    return {
      accepted: false,
      reason: 'the module exports no proxy_abi_version_* marker, so it is not a Proxy-Wasm module',
    };
  }
  return { accepted: true, module: renameExport(module, HIGRESS_ABI_EXPORT, NEWEST_ABI_EXPORT) };
}

function offered(module: string, name: string): boolean {
  if (module === 'env') return PROXY_FUNCTIONS.has(name) || ENV_EXTRAS.has(name);
  return (module === 'wasi_snapshot_preview1' || module === 'wasi_unstable') && WASI_FUNCTIONS.has(name);
}
