/** `mesh.defaultConfig.tracing`: of Istio's settings of a proxy's tracing the tags are taken; the rest stands in the section `tracing`. */
import { z } from 'zod';
import type { SpanTag } from '#ir/types.ts';
import { check, type Fields, isRecord, type Reporter } from '../parse.ts';

const PATH = 'data.mesh.defaultConfig.tracing';
/** Both spellings, as protobuf has it. */
const TAG_KEYS = ['customTags', 'custom_tags'];

const fallback = z.string().default('');
const named = z.object({ name: z.string().min(1), defaultValue: fallback }).transform(({ name, defaultValue }) => ({
  name,
  value: defaultValue,
}));
const tag = z
  .object({
    literal: z.object({ value: z.string().min(1) }).optional(),
    header: named.optional(),
    environment: named.optional(),
  })
  .refine(
    (one) => Object.values(one).filter((way) => way !== undefined).length === 1,
    'expected exactly one of literal, header, environment',
  );

/** Each tag on its own: one that is wrong stays as it was in `before`. */
export function spanTags(tracing: unknown, before: readonly SpanTag[], report: Reporter): readonly SpanTag[] {
  if (tracing === undefined || tracing === null) return [];
  const fields: Fields = isRecord(tracing) ? tracing : {};
  if (fields !== tracing) report.error(PATH, `${PATH} must be a map`);
  for (const key of Object.keys(fields)) {
    if (TAG_KEYS.includes(key)) continue;
    report.warning(`${PATH}.${key}`, `${PATH}.${key} is a setting of Istio that has no effect here`, {
      reason: 'IgnoredField',
      hint: 'write tracers and sampling into data.higress.tracing',
    });
  }
  return TAG_KEYS.flatMap((key) => {
    const path = `${PATH}.${key}`;
    const tags = check(z.record(z.string(), z.unknown()), fields[key] ?? {}, path, report) ?? {};
    return Object.entries(tags).flatMap(([name, written]): readonly SpanTag[] => {
      const one = check(tag, written, `${path}.${name}`, report);
      if (one === undefined) return before.filter((last) => last.name === name);
      const type = one.literal ? 'literal' : one.header ? 'header' : 'environment';
      return [{ name, from: { type, ...one[type]! } }];
    });
  });
}
