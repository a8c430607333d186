/** The key `mesh`, of which a few settings of Istio are understood. */
import { type ZodType, z } from 'zod';
import type { AccessLogSettings, SpanTag } from '#ir/types.ts';
import { accessLogFormatFault } from '../access-log-format.ts';
import { check, type Fields, isRecord, type Reporter } from '../parse.ts';
import { type EdgeSettings, edgeOf, warnOfStats } from './edge.ts';
import { spanTags } from './span-tags.ts';

const accessLog = {
  accessLogFile: z
    .string()
    .regex(/^(\/\P{C}*)?$/u, 'expected an absolute path, or nothing for no log')
    .default('/dev/stdout'),
  accessLogEncoding: z.enum(['TEXT', 'JSON']).default('TEXT'),
  accessLogFormat: z.string().default(''),
} as const;
const KEYS = [
  ...Object.keys(accessLog),
  'dnsRefreshRate',
  'mseIngressGlobalConfig',
  'defaultConfig',
  'proxyStatsMatcher',
];
/** Of `defaultConfig`. */
const PROXY_KEYS = ['disableAlpnH2', 'tracing', 'proxyStatsMatcher'];

export interface MeshSettings {
  readonly accessLog: AccessLogSettings;
  readonly tags: readonly SpanTag[];
  readonly edge: EdgeSettings;
}

/** Each setting on its own: one that is wrong stays as it was in `before`, or has its default. */
export function meshOf(mesh: Fields, before: MeshSettings | undefined, report: Reporter): MeshSettings {
  noteOthers(mesh, KEYS, 'data.mesh', report);
  const defaults = isRecord(mesh.defaultConfig) ? mesh.defaultConfig : {};
  noteOthers(defaults, PROXY_KEYS, 'data.mesh.defaultConfig', report);
  warnOfStats(mesh, report);
  return {
    accessLog: accessLogOf(mesh, before?.accessLog, report),
    tags: spanTags(defaults.tracing, before?.tags ?? [], report),
    edge: edgeOf(mesh, before?.edge, report),
  };
}

function noteOthers(fields: Fields, known: readonly string[], path: string, report: Reporter): void {
  for (const key of Object.keys(fields)) {
    if (known.includes(key)) continue;
    report.warning(`${path}.${key}`, `${path}.${key} is a setting of Istio that has no effect here`, {
      reason: 'IgnoredField',
    });
  }
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
