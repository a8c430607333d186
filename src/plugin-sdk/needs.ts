/** Which parts of a request and its answer a set of hooks wants to see. Envoy's modes and the plugin server's state machine both follow it. */
import type { FilterHooks, HookNeeds } from './hooks.ts';

export const DEFAULT_BUFFER_LIMIT_BYTES = 100 * 1024 * 1024;

/** All fields present. */
export type ResolvedNeeds = Required<HookNeeds>;

const REQUEST_BODY = ['none', 'stream', 'buffered'] as const;
const RESPONSE_BODY = ['none', 'stream', 'auto', 'buffered'] as const;

/** What one plugin needs: what it says, and for things it does not mention, what its hooks imply. */
export function needsOf(hooks: FilterHooks): HookNeeds {
  const said = hooks.needs;
  return {
    ...said,
    requestHeaders: said.requestHeaders ?? hooks.onRequestHeaders !== undefined,
    requestBody: said.requestBody ?? (hooks.onRequestBody ? 'buffered' : hooks.onRequestPart ? 'stream' : 'none'),
    responseHeaders: said.responseHeaders ?? hooks.onResponseHeaders !== undefined,
    responseBody:
      said.responseBody ??
      (hooks.onSseEvent ? 'auto' : hooks.onResponseBody ? 'buffered' : hooks.onResponsePart ? 'stream' : 'none'),
  };
}

/**
 * The strongest wish of all plugins of a chain. Request headers are always sent when anything is: hooks see the request in every phase.
 * A response body brings the response headers along: the content type decides how it is read.
 */
export function combineNeeds(needs: readonly HookNeeds[]): ResolvedNeeds {
  const requestBody = strongest(REQUEST_BODY, needs, (need) => need.requestBody);
  const responseBody = strongest(RESPONSE_BODY, needs, (need) => need.responseBody);
  const responseHeaders = responseBody !== 'none' || needs.some((need) => need.responseHeaders === true);
  return {
    requestHeaders: needs.length > 0,
    requestBody,
    responseHeaders,
    responseBody,
    observeOnly: needs.length > 0 && needs.every((need) => need.observeOnly === true),
    sourceAddress: needs.some((need) => need.sourceAddress === true),
    mayReplace: needs.some((need) => need.mayReplace === true),
    bufferLimitBytes: Math.max(0, ...needs.map((need) => need.bufferLimitBytes ?? DEFAULT_BUFFER_LIMIT_BYTES)),
  };
}

function strongest<T extends string>(
  order: readonly T[],
  needs: readonly HookNeeds[],
  pick: (need: HookNeeds) => T | undefined,
): T {
  let best = 0;
  for (const need of needs) best = Math.max(best, order.indexOf(pick(need) ?? order[0]!));
  return order[best]!;
}
