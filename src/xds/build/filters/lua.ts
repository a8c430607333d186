import { any, HTTP_FILTERS } from '../message.ts';
import type { FilterForm } from './filter.ts';

const TYPE = `${HTTP_FILTERS}lua.v3.Lua`;

/**
 * Only scripts given as `default_source_code` or `inline_code` can move into the per-route form. `clear_route_cache` is the base filter's
 * alone: the idle form has it off, and steps that want it on cannot move.
 */
export const lua: FilterForm = {
  kind: 'lua',
  base: (config) => any(TYPE, config),
  noop: () => any(TYPE, { clear_route_cache: false }),
  perRoute(config) {
    if (config.source_codes !== undefined || config.clear_route_cache === true) return undefined;
    const source = config.default_source_code ?? { inline_string: config.inline_code ?? '' };
    const { filter_context, shared_vm_id } = config;
    return any(`${TYPE}PerRoute`, {
      source_code: source,
      ...(filter_context === undefined ? {} : { filter_context }),
      ...(shared_vm_id === undefined ? {} : { shared_vm_id }),
    });
  },
};
