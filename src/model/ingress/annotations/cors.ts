/** Cross-origin requests: Envoy answers preflights itself. */
import type { CorsPolicy } from '#ir/types.ts';
import { escapeRe2 } from '#lib/re2.ts';
import type { AnnotationReader, KnownNames } from './value.ts';

export const CORS_NAMES: KnownNames = {
  'enable-cors': 'both',
  'cors-allow-origin': 'both',
  'cors-allow-methods': 'both',
  'cors-allow-headers': 'both',
  'cors-expose-headers': 'both',
  'cors-allow-credentials': 'both',
  'cors-max-age': 'both',
};

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'];
const HEADERS = [
  'DNT',
  'X-CustomHeader',
  'Keep-Alive',
  'User-Agent',
  'X-Requested-With',
  'If-Modified-Since',
  'Cache-Control',
  'Content-Type',
  'Authorization',
];
const MAX_AGE_SECONDS = 1_728_000;

type Origins = CorsPolicy['origins'];

const EVERYONE: Origins = [{ type: 'any' }];

export function parseCors(reader: AnnotationReader): CorsPolicy | undefined {
  const on = reader.bool('enable-cors');
  const policy: CorsPolicy = {
    origins: origins(reader),
    methods: reader.list('cors-allow-methods') ?? METHODS,
    headers: reader.list('cors-allow-headers') ?? HEADERS,
    exposeHeaders: reader.list('cors-expose-headers') ?? [],
    credentials: reader.bool('cors-allow-credentials') ?? true,
    maxAgeSeconds: reader.int('cors-max-age', 0) ?? MAX_AGE_SECONDS,
  };
  return on === true ? policy : undefined;
}

function origins(reader: AnnotationReader): Origins {
  const key = reader.key('cors-allow-origin');
  const list = reader.list('cors-allow-origin');
  if (list === undefined || list.includes('*')) return EVERYONE;
  return list.flatMap((item): Origins[number][] => {
    if (!item.includes('*')) return [{ type: 'exact', value: item }];
    // The scheme counts, and nothing may follow the suffix but what is written.
    const parts = /^(https?:\/\/)\*(\.[^*]+)$/i.exec(item);
    if (parts !== null) return [{ type: 'regex', value: `${parts[1]}.*${escapeRe2(parts[2]!)}` }];
    const allowed = '*, an origin such as https://a.example.com, or https://*.example.com';
    reader.invalid(key ?? '', item, allowed, 'works as if this origin were not listed');
    return [];
  });
}
