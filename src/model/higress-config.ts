/** What the ConfigMap `higress-config` says, section by section: a section that is wrong falls back to its defaults and is reported; the others count. */
import { type ZodObject, type ZodType, z } from 'zod';
import type { AccessLogSettings, DownstreamSettings, Problem } from '#ir/types.ts';
import { accessLogFormatFault } from './access-log-format.ts';
import { type ConfigMap, HIGRESS_CONFIG_NAME } from './config-map.ts';
import { yamlKey } from './config-map-yaml.ts';
import { originOf } from './object.ts';
import { check, type Reporter, reporter, warnUnknown } from './parse.ts';

const MAX_WINDOW = 2_147_483_647;
const MIN_WINDOW = 65_535;
const uint = z.int().min(0).max(4_294_967_295);

const http2Schema = z.object({
  maxConcurrentStreams: z.int().min(1).max(MAX_WINDOW).default(100),
  initialStreamWindowSize: z.int().min(MIN_WINDOW).max(MAX_WINDOW).default(65_535),
  initialConnectionWindowSize: z.int().min(MIN_WINDOW).max(MAX_WINDOW).default(1_048_576),
});

export const downstreamSchema = z.object({
  idleTimeout: uint.default(180).describe('Seconds; 0 = none.'),
  maxRequestHeadersKb: uint.max(8192).default(60),
  connectionBufferLimits: uint.default(32_768).describe('Bytes.'),
  http2: http2Schema.nullish().transform((http2) => http2 ?? http2Schema.parse({})),
  routeTimeout: uint.default(0).describe('Seconds; 0 = none. For routes without a timeout of their own.'),
});

export const upstreamSchema = z.object({
  idleTimeout: uint.default(10).describe('Seconds.'),
  connectionBufferLimits: uint.default(10_485_760).describe('Bytes.'),
});

const tracerPort = z
  .union([z.int(), z.string().regex(/^\d+$/, 'expected a port number')])
  .transform(Number)
  .refine((port) => port >= 1 && port <= 65_535, 'expected a port between 1 and 65535');
const tracer = z.object({ service: z.string().min(1, 'expected the host of a service'), port: tracerPort });

export const tracingSchema = z
  .object({
    enable: z.boolean().default(false),
    sampling: z.number().min(0).max(100).default(100),
    timeout: z.int().min(1).default(500).describe('Milliseconds.'),
    zipkin: tracer.nullish(),
    skywalking: tracer.extend({ access_token: z.string().default('') }).nullish(),
    opentelemetry: tracer.nullish(),
  })
  .refine(
    (tracing) =>
      !tracing.enable || [tracing.zipkin, tracing.skywalking, tracing.opentelemetry].filter(Boolean).length === 1,
    'expected exactly one of zipkin, skywalking, opentelemetry when enable is true',
  );

export const GZIP_CONTENT_TYPES = [
  'text/html',
  'text/css',
  'text/plain',
  'text/xml',
  'application/json',
  'application/javascript',
  'application/xhtml+xml',
  'image/svg+xml',
];

const LEVELS = [
  'BEST_COMPRESSION',
  'BEST_SPEED',
  ...Array.from({ length: 9 }, (_, level) => `COMPRESSION_LEVEL_${level + 1}`),
];

export const gzipSchema = z.object({
  enable: z.boolean().default(false),
  minContentLength: z.int().min(1).default(1024),
  contentType: z.array(z.string()).min(1).default(GZIP_CONTENT_TYPES),
  disableOnEtagHeader: z.boolean().default(true),
  memoryLevel: z.int().min(1).max(9).default(5),
  windowBits: z.int().min(9).max(15).default(12),
  chunkSize: z.int().min(1).default(4096),
  compressionLevel: z.enum(LEVELS).default('BEST_COMPRESSION'),
  compressionStrategy: z
    .enum(['DEFAULT_STRATEGY', 'FILTERED', 'HUFFMAN_ONLY', 'RLE', 'FIXED'])
    .default('DEFAULT_STRATEGY'),
});

/** Kept whole for the MCP part, which knows its keys. */
const mcpServerSchema = z.looseObject({ enable: z.boolean().default(false) });

const SECTIONS = {
  downstream: downstreamSchema,
  upstream: upstreamSchema,
  tracing: tracingSchema,
  gzip: gzipSchema,
  mcpServer: mcpServerSchema,
} as const;
const FLAGS = ['disableXEnvoyHeaders', 'addXRealIpHeader'] as const;

const meshAccessLog = {
  accessLogFile: z
    .string()
    .regex(/^(\/\P{C}*)?$/u, 'expected an absolute path, or nothing for no log')
    .default('/dev/stdout'),
  accessLogEncoding: z.enum(['TEXT', 'JSON']).default('TEXT'),
  accessLogFormat: z.string().default(''),
} as const;
/** Keys of `mesh` that are understood, by this or a later part. */
const MESH_KEYS = [
  ...Object.keys(meshAccessLog),
  'dnsRefreshRate',
  'mseIngressGlobalConfig',
  'defaultConfig',
  'proxyStatsMatcher',
];

export interface HigressConfig {
  readonly downstream: DownstreamSettings;
  readonly accessLog: AccessLogSettings;
  /** Idle timeout of upstream connections. */
  readonly upstreamIdleTimeoutMs: number;
  /** For forwarding routes without a timeout of their own; 0 = none. */
  readonly routeTimeoutMs: number;
  readonly tracing: Readonly<z.infer<typeof tracingSchema>>;
  readonly gzip: Readonly<z.infer<typeof gzipSchema>>;
  readonly mcpServer: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/** Pure. Without the ConfigMap all defaults hold. */
export function higressConfigOf(configMaps: readonly ConfigMap[], systemNamespace: string): HigressConfig {
  const map = configMaps.find(
    ({ metadata }) => metadata.name === HIGRESS_CONFIG_NAME && metadata.namespace === systemNamespace,
  );
  const report = reporter(
    map === undefined ? { kind: 'ConfigMap', namespace: systemNamespace, name: HIGRESS_CONFIG_NAME } : originOf(map),
  );
  const higress = yamlKey(map, 'higress', report);
  warnUnknown(higress, [...Object.keys(SECTIONS), ...FLAGS], 'data.higress', report);
  const downstream = section('downstream', downstreamSchema, higress, report);
  const upstream = section('upstream', upstreamSchema, higress, report);
  const [disableXEnvoyHeaders, addXRealIpHeader] = FLAGS.map(
    (flag) => check(z.boolean().default(false), higress[flag] ?? undefined, `data.higress.${flag}`, report) ?? false,
  );
  return {
    downstream: {
      idleTimeoutMs: downstream.idleTimeout * 1000,
      maxRequestHeadersKb: downstream.maxRequestHeadersKb,
      connectionBufferLimitBytes: downstream.connectionBufferLimits,
      http2: downstream.http2,
      upstreamConnectionBufferLimitBytes: upstream.connectionBufferLimits,
      disableXEnvoyHeaders: disableXEnvoyHeaders ?? false,
      addXRealIpHeader: addXRealIpHeader ?? false,
    },
    accessLog: accessLogOf(yamlKey(map, 'mesh', report), report),
    upstreamIdleTimeoutMs: upstream.idleTimeout * 1000,
    routeTimeoutMs: downstream.routeTimeout * 1000,
    tracing: section('tracing', tracingSchema, higress, report),
    gzip: section('gzip', gzipSchema, higress, report),
    mcpServer: section('mcpServer', mcpServerSchema, higress, report),
    problems: report.problems,
  };
}

/** `null` and absent mean the defaults. */
function section<T>(name: string, schema: ZodType<T>, higress: Readonly<Record<string, unknown>>, report: Reporter): T {
  const path = `data.higress.${name}`;
  const value = higress[name] ?? {};
  const shape = (schema as unknown as Partial<ZodObject>).shape;
  if (shape !== undefined && name !== 'mcpServer') warnUnknown(value, Object.keys(shape), path, report);
  const before = report.problems.length;
  const parsed = check(schema, value, path, report);
  if (parsed !== undefined) return parsed;
  for (const [index, problem] of report.problems.entries()) {
    if (index >= before) {
      const hint = `the whole section ${name} keeps its defaults until this is mended`;
      report.problems[index] = { ...problem, hint: problem.hint ?? hint };
    }
  }
  return schema.parse({});
}

function accessLogOf(mesh: Readonly<Record<string, unknown>>, report: Reporter): AccessLogSettings {
  for (const key of Object.keys(mesh)) {
    if (MESH_KEYS.includes(key)) continue;
    report.warning(`data.mesh.${key}`, `data.mesh.${key} is a setting of Istio that has no effect here`, {
      reason: 'IgnoredField',
    });
  }
  const read = <T>(key: keyof typeof meshAccessLog, schema: ZodType<T>): T =>
    check(schema, mesh[key] ?? undefined, `data.mesh.${key}`, report) ?? schema.parse(undefined);
  const format = read('accessLogFormat', meshAccessLog.accessLogFormat);
  return {
    path: read('accessLogFile', meshAccessLog.accessLogFile),
    encoding: read('accessLogEncoding', meshAccessLog.accessLogEncoding),
    ...(format === '' || !formatHolds(format, report) ? {} : { format }),
  };
}

function formatHolds(format: string, report: Reporter): boolean {
  const fault = accessLogFormatFault(format);
  if (fault === undefined) return true;
  const path = 'data.mesh.accessLogFormat';
  report.error(path, `${path}: "${fault}" is no operator that Envoy knows; the default format is in force`, {
    value: fault,
    hint: 'write %NAME% or %NAME(ARGUMENT)%, and %% for a percent sign',
  });
  return false;
}
