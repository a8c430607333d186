/**
 * EnvoyFilter, of which one shape counts: the one that Higress's console writes for the fallback of an AI route. It says, for a route by its name, that
 * answers of some status classes are redirected inside Envoy with the header x-higress-fallback-from. Everything else of the kind does nothing here.
 */
import { z } from 'zod';
import type { KubeObject, Parsed, RawDocument } from './object.ts';
import { failed, isRecord, type ParseDefaults, readObject } from './parse.ts';

export interface RecognisedFallback {
  /** Route whose failures are meant. */
  readonly route: string;
  /** Value of x-higress-fallback-from that the other route matches. */
  readonly from: string;
  readonly codes: readonly string[];
}

export interface EnvoyFilter extends KubeObject<'EnvoyFilter'> {
  readonly fallbacks: readonly RecognisedFallback[];
}

export const ENVOY_FILTER_HINT =
  'filters are built in: use a WasmPlugin, an annotation of the Ingress, or the ConfigMap higress-config';

const FILTER = 'envoy.filters.http.custom_response';
const FROM_HEADER = 'x-higress-fallback-from';

const patch = z.object({
  applyTo: z.literal('HTTP_ROUTE'),
  match: z.object({
    routeConfiguration: z.object({ vhost: z.object({ route: z.object({ name: z.string().min(1) }) }) }),
  }),
  patch: z.object({
    operation: z.literal('MERGE'),
    value: z.object({ typed_per_filter_config: z.object({ [FILTER]: z.looseObject({}) }) }),
  }),
});

export function parseEnvoyFilter(raw: RawDocument, defaults: ParseDefaults): Parsed<EnvoyFilter> {
  const read = readObject('EnvoyFilter', raw, defaults);
  if (read.base === undefined) return failed(read.problems);
  const spec = isRecord(read.document.spec) ? read.document.spec : {};
  const patches = Array.isArray(spec.configPatches) ? spec.configPatches : [];
  const fallbacks = patches.map(fallbackOf);
  const whole = fallbacks.length > 0 && fallbacks.every((one) => one !== undefined);
  if (!whole) {
    const what = `EnvoyFilter of ${read.base.apiVersion} is not a kind that is read here; the object is ignored`;
    read.warning('', what, { reason: 'KindIgnored', hint: ENVOY_FILTER_HINT });
  }
  const object = { ...read.base, fallbacks: whole ? fallbacks.filter((one) => one !== undefined) : [] };
  return { object, problems: read.problems };
}

function fallbackOf(value: unknown): RecognisedFallback | undefined {
  const read = patch.safeParse(value);
  if (!read.success) return undefined;
  const { match, patch: change } = read.data;
  const values = [...textsOf(change.value.typed_per_filter_config[FILTER])];
  const from = values.find(({ key, header }) => key === 'value' && header === FROM_HEADER)?.text;
  const codes = values.filter(({ text }) => text === '4xx' || text === '5xx').map(({ text }) => text);
  if (from === undefined || codes.length === 0) return undefined;
  return { route: match.routeConfiguration.vhost.route.name, from, codes: [...new Set(codes)] };
}

interface Found {
  readonly key: string;
  readonly text: string;
  /** `key` of the header entry that the text stands in. */
  readonly header: unknown;
}

/** Every text inside; the TypedStruct around the filter's configuration is nested deep. */
function* textsOf(value: unknown): Iterable<Found> {
  if (Array.isArray(value)) for (const item of value) yield* textsOf(item);
  if (!isRecord(value)) return;
  for (const [key, field] of Object.entries(value)) {
    if (typeof field === 'string') yield { key, text: field, header: value.key };
    else yield* textsOf(field);
  }
}
