import { z } from 'zod';
import { clusterOf } from '#plugin-sdk/balancing.ts';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { parseConfig } from '#plugin-sdk/parse-config.ts';

const whole = z.coerce.number().int().min(0);

const schema = z.looseObject({
  serviceFQDN: z.string().describe('The Redis as a registry or the cluster knows it, such as `redis.static`.'),
  servicePort: whole.max(65_535).describe('Its port.'),
  username: z.string().default('').describe('For Redis 6 and later.'),
  password: z.string().default('').describe('Empty: none.'),
  timeout: whole.default(0).describe('For one answer of the Redis, ms; 0 = 3000.'),
  database: whole.default(0).describe('Number of the database.'),
  maxRequestCount: z.coerce
    .number()
    .int()
    .default(0)
    .describe('`global_least_request`: requests that an endpoint may have in flight, 429 above; 0 = any number.'),
  cleanInterval: whole
    .default(0)
    .describe('`global_least_request`: minutes after which counts of endpoints that are gone are deleted; 0 = 60.'),
  enableDetailLog: z
    .boolean()
    .default(true)
    .describe('`global_least_request`: the counts of all endpoints in the log, on level debug.'),
  redisKeyTTL: whole.default(0).describe('`prefix_cache`: seconds for which a prefix is remembered; 0 = 1800.'),
});

export interface CountedConfig {
  readonly policy: 'global_least_request' | 'prefix_cache';
  readonly redis: {
    readonly cluster: string;
    readonly username: string;
    readonly password: string;
    readonly database: number;
    readonly timeoutMs: number;
  };
  /** 0 = any number. */
  readonly maxRequestCount: number;
  readonly cleanIntervalSeconds: number;
  readonly logCounts: boolean;
  readonly prefixTtlSeconds: number;
}

const DEFAULT_TIMEOUT_MS = 3_000;
const DEFAULT_CLEAN_MINUTES = 60;
const DEFAULT_TTL_SECONDS = 1_800;

export function countedConfig(settings: unknown, policy: CountedConfig['policy']): CountedConfig {
  const parsed = parseConfig(schema, settings);
  const { serviceFQDN, servicePort, username, password, database } = parsed;
  if (serviceFQDN === '')
    throw new PluginConfigError('serviceFQDN', 'is empty', 'name the Redis, such as redis.static');
  if (servicePort === 0) throw new PluginConfigError('servicePort', '0 is not a port', 'write the port of the Redis');
  const timeoutMs = parsed.timeout || DEFAULT_TIMEOUT_MS;
  return {
    policy,
    redis: { cluster: clusterOf(serviceFQDN, servicePort), username, password, database, timeoutMs },
    maxRequestCount: Math.max(0, parsed.maxRequestCount),
    cleanIntervalSeconds: (parsed.cleanInterval || DEFAULT_CLEAN_MINUTES) * 60,
    logCounts: parsed.enableDetailLog,
    prefixTtlSeconds: parsed.redisKeyTTL || DEFAULT_TTL_SECONDS,
  };
}
