import { any, HTTP_FILTERS } from '../message.ts';
import type { FilterForm } from './filter.ts';

const TYPE = `${HTTP_FILTERS}header_mutation.v3.HeaderMutation`;

/** Per-route mutations come on top of the base ones, so an empty base is enough. */
export const headerMutation: FilterForm = {
  kind: 'header_mutation',
  base: (config) => any(TYPE, config),
  noop: () => any(TYPE, { mutations: {} }),
  perRoute: (config) => any(`${TYPE}PerRoute`, { mutations: config.mutations ?? {} }),
};
