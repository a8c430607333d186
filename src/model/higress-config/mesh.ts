/** The key `mesh`, of which a few settings of Istio are understood. */
import { type ZodType, z } from 'zod';
import type { AccessLogSettings, SpanTag } from '#ir/types.ts';
import { accessLogFormatFault } from '../access-log-format.ts';
import { check, type Fields, isRecord, type Reporter } from '../parse.ts';
import { spanTags } from './span-tags.ts';

const accessLog = {
  accessLogFile: z
    .string()
    .regex(/^(\/\P{C}*)?$/u, 'expected an absolute path, or nothing for no log')
    .default('/dev/stdout'),
  accessLogEncoding: z.enum(['TEXT', 'JSON']).default('TEXT'),
  accessLogFormat: z.string().default(''),
} as const;
/** Keys that are understood, by this or a later part. */
const KEYS = [
  ...Object.keys(accessLog),
  'dnsRefreshRate',
  'mseIngressGlobalConfig',
  'defaultConfig',
  'proxyStatsMatcher',
];

export interface MeshSettings {
  readonly accessLog: AccessLogSettings;
  readonly tags: readonly SpanTag[];
}

/** Each setting on its own: one that is wrong stays as it was in `before`, or has its default. */
export function meshOf(mesh: Fields, before: MeshSettings | undefined, report: Reporter): MeshSettings {
  for (const key of Object.keys(mesh)) {
    if (KEYS.includes(key)) continue;
    report.warning(`data.mesh.${key}`, `data.mesh.${key} is a setting of Istio that has no effect here`, {
      reason: 'IgnoredField',
    });
  }
  const defaults = isRecord(mesh.defaultConfig) ? mesh.defaultConfig : {};
  return {
    accessLog: accessLogOf(mesh, before?.accessLog, report),
    tags: spanTags(defaults.tracing, before?.tags ?? [], report),
  };
}

function accessLogOf(mesh: Fields, before: AccessLogSettings | undefined, report: Reporter): AccessLogSettings {
  const read = <T>(key: keyof typeof accessLog, schema: ZodType<T>, last: T | undefined): T =>
    check(schema, mesh[key] ?? undefined, `data.mesh.${key}`, report) ?? last ?? schema.parse(undefined);
  const written = read('accessLogFormat', accessLog.accessLogFormat, before?.format);
  const format = formatHolds(written, before, report) ? written : before?.format;
  return {
    path: read('accessLogFile', accessLog.accessLogFile, before?.path),
    encoding: read('accessLogEncoding', accessLog.accessLogEncoding, before?.encoding),
    ...(format === undefined || format === '' ? {} : { format }),
  };
}

function formatHolds(format: string, before: AccessLogSettings | undefined, report: Reporter): boolean {
  const fault = accessLogFormatFault(format);
  if (fault === undefined) return true;
  const path = 'data.mesh.accessLogFormat';
  const inForce = before === undefined ? 'the default format' : 'the last good format';
  report.error(path, `${path}: "${fault}" is no operator that Envoy knows; ${inForce} is in force`, {
    value: fault,
    hint: 'write %NAME% or %NAME(ARGUMENT)%, and %% for a percent sign',
  });
  return false;
}
