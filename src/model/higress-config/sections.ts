/** The sections of the key `higress`, as people write them. Their defaults are those of Higress 2.1.5. */
import { z } from 'zod';

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
  chunkSize: z.int().min(1).default(4096).describe('Bytes; Envoy takes 4096 to 65536.'),
  compressionLevel: z.enum(LEVELS).default('BEST_COMPRESSION'),
  compressionStrategy: z
    .enum(['DEFAULT_STRATEGY', 'FILTERED', 'HUFFMAN_ONLY', 'RLE', 'FIXED'])
    .default('DEFAULT_STRATEGY'),
});

/** Kept whole for the MCP part, which knows its keys. */
const mcpServerSchema = z.looseObject({ enable: z.boolean().default(false) });

export const SECTIONS = {
  downstream: downstreamSchema,
  upstream: upstreamSchema,
  tracing: tracingSchema,
  gzip: gzipSchema,
  mcpServer: mcpServerSchema,
} as const;
export const FLAGS = ['disableXEnvoyHeaders', 'addXRealIpHeader'] as const;

export type Downstream = z.infer<typeof downstreamSchema>;
export type Upstream = z.infer<typeof upstreamSchema>;
export type Tracing = z.infer<typeof tracingSchema>;
export type Gzip = z.infer<typeof gzipSchema>;
