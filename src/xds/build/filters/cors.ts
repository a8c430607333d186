/** CORS by annotation: Envoy's filter answers preflights itself and reads its policy from the route only. */
import type { CorsPolicy } from '#ir/types.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { any, compact, HTTP_FILTERS } from '../message.ts';
import type { FilterForm } from './filter.ts';

/** Here `config` is a CorsPolicy message: the filter's own message is always empty. */
export const cors: FilterForm = {
  kind: 'cors',
  base: () => any(`${HTTP_FILTERS}cors.v3.Cors`),
  noop: () => any(`${HTTP_FILTERS}cors.v3.Cors`),
  perRoute: (config) => any(`${HTTP_FILTERS}cors.v3.CorsPolicy`, config),
};

export function corsPolicy(policy: CorsPolicy): Message {
  return compact({
    allow_origin_string_match: policy.origins.map((origin): Message => {
      if (origin.type === 'any') return { safe_regex: { regex: '.*' } };
      if (origin.type === 'exact') return { exact: origin.value };
      return { safe_regex: { regex: anchored(origin.value) } };
    }),
    allow_methods: list(policy.methods),
    allow_headers: list(policy.headers),
    expose_headers: list(policy.exposeHeaders),
    allow_credentials: policy.credentials,
    max_age: String(policy.maxAgeSeconds),
  });
}

function list(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(', ');
}

/** Envoy matches origins in full anyway; the anchors keep that true whatever matches them. */
function anchored(regex: string): string {
  return `^(?:${regex})$`;
}
