/** The log: JSON lines by pino, a constant message with varying fields, secrets censored by key. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { type Clock, systemClock } from './clock.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** Part of the program, in every line. */
  readonly component: string;
  readonly level: string;
  /** Default: standard error, so that standard output stays for answers. */
  readonly destination?: DestinationStream;
  /** Written to as well, see `log-file.ts`. */
  readonly file?: DestinationStream;
}

/** Keys whose values never reach a line, three levels deep. */
const SECRET_KEYS = [
  'password',
  'token',
  'accessToken',
  'access_token',
  'apiKey',
  'apiTokens',
  'secret',
  'secretKey',
  'accessKey',
  'privateKey',
  'authorization',
  'cookie',
  'credential',
  'credentials',
  'nacosPassword',
  'consulToken',
];

export function createLogger({ component, level, destination, file }: LoggerOptions): Logger {
  const main = destination ?? pino.destination({ dest: 2, sync: true });
  return pino(
    {
      level,
      base: { component },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    },
    file === undefined ? main : pino.multistream([main, file].map((stream) => ({ stream, level: 'trace' as const }))),
  );
}

export interface ThrottleOptions {
  /** After the first line the same failure is only counted for this long, then told again with the count; doubles up to `maxRepeatMs`. Default 60 s; Infinity = never again. */
  readonly repeatMs?: number;
  /** Default 15 minutes. */
  readonly maxRepeatMs?: number;
  readonly clock?: Clock;
}

/** Failures that repeat are one line at their start and one at their end. */
export interface ThrottledLog {
  /** `key` names what fails, for example a registry. */
  failure(key: string, fields: object, message: string): void;
  /** Logs `message` with the counts when something had failed under this key; says nothing otherwise. */
  recovery(key: string, fields: object, message: string): void;
  /** The thing is gone: no recovery will come. */
  forget(key: string): void;
  /** Failures counted instead of logged, over all keys and all time; for metrics. */
  readonly suppressed: number;
}

interface Failing {
  readonly since: number;
  failures: number;
  suppressed: number;
  nextAt: number;
  windowMs: number;
}

/** What a throttled log writes to: a `Logger`, or the log of a plugin. */
export type LineLog = Readonly<Record<'warn' | 'info', (fields: object, message: string) => void>>;

export function throttled(log: LineLog, options: ThrottleOptions = {}): ThrottledLog {
  const { repeatMs = 60_000, maxRepeatMs = 900_000, clock = systemClock } = options;
  const failing = new Map<string, Failing>();
  let total = 0;
  return {
    failure(key, fields, message) {
      const now = clock.now();
      const state = failing.get(key);
      if (state === undefined) {
        failing.set(key, { since: now, failures: 1, suppressed: 0, nextAt: now + repeatMs, windowMs: repeatMs });
        log.warn(fields, message);
        return;
      }
      state.failures += 1;
      if (now < state.nextAt) {
        state.suppressed += 1;
        total += 1;
        return;
      }
      log.warn({ ...fields, suppressed: state.suppressed, failingForMs: now - state.since }, message);
      state.suppressed = 0;
      state.windowMs = Math.min(state.windowMs * 2, Math.max(maxRepeatMs, repeatMs));
      state.nextAt = now + state.windowMs;
    },
    recovery(key, fields, message) {
      const state = failing.get(key);
      if (state === undefined) return;
      failing.delete(key);
      const counts = {
        failures: state.failures,
        suppressed: state.suppressed,
        failedForMs: clock.now() - state.since,
      };
      log.info({ ...fields, ...counts }, message);
    },
    forget: (key) => void failing.delete(key),
    get suppressed() {
      return total;
    },
  };
}
