/** The hop to a plugin server beside Envoy, by connections that all requests of a worker share (`src/native/hop`). */

import { moduleFilter, moduleFilterPerRoute } from './dynamic-module.ts';
import { type ExtProcHop, processingMode } from './ext-proc.ts';
import type { FilterForm } from './filter.ts';

export const hop: FilterForm = {
  kind: 'hop',
  base: (config) => moduleFilter(textOf(config as ExtProcHop)),
  noop: () => moduleFilter('{"kind":"hop","slot":true}'),
  perRoute: (config) => moduleFilterPerRoute(textOf(config as ExtProcHop)),
};

/** `HopConfig` of `exchange.zig`. */
function textOf({ chain, needs, failOpen }: ExtProcHop): string {
  const { request_body_mode, response_header_mode, response_body_mode } = processingMode(needs);
  return JSON.stringify({
    kind: 'hop',
    hop: {
      chain,
      request_body: request_body_mode !== 'NONE',
      response_headers: response_header_mode === 'SEND',
      response_body: response_body_mode !== 'NONE',
      fail_open: failOpen,
      source: needs.sourceAddress === true,
    },
  });
}
