/** Trying another instance when an answer fails. */
import type { RetryPolicy } from '#ir/types.ts';
import type { AnnotationReader, KnownNames } from './value.ts';

export const RETRY_NAMES: KnownNames = {
  'proxy-next-upstream': 'both',
  'proxy-next-upstream-tries': 'both',
  'proxy-next-upstream-timeout': 'both',
};

const DEFAULT_TRIES = 3;
const FAILURES = new Set(['error', 'timeout', 'invalid_header']);
const ALLOWED = 'error, timeout, invalid_header, http_CODE, non_idempotent, off';

interface When {
  readonly off: boolean;
  readonly on: readonly string[];
  readonly codes: readonly number[];
  readonly nonIdempotent: boolean;
}

/** Undefined when no annotation of the group is there: then the gateway's safe default holds. */
export function parseRetry(reader: AnnotationReader): RetryPolicy | undefined {
  if (!Object.keys(RETRY_NAMES).some((name) => reader.has(name))) return undefined;
  const tries = reader.int('proxy-next-upstream-tries', 0);
  const timeoutSeconds = reader.int('proxy-next-upstream-timeout', 0);
  const words = reader.string('proxy-next-upstream');
  if (tries === undefined && timeoutSeconds === undefined && words === undefined) return undefined;
  const when = conditions(reader, words);
  return {
    attempts: when.off ? 0 : (tries ?? DEFAULT_TRIES),
    on: when.on,
    ...(timeoutSeconds ? { perTryTimeoutMs: timeoutSeconds * 1000 } : {}),
    ...(when.codes.length === 0 ? {} : { codes: when.codes }),
    ...(when.nonIdempotent ? { nonIdempotent: true } : {}),
  };
}

function conditions(reader: AnnotationReader, words: string | undefined): When {
  if (words === undefined) return { off: false, on: ['5xx'], codes: [], nonIdempotent: false };
  const list = words.split(/[\s,]+/).filter((word) => word !== '');
  const codes = new Set<number>();
  const unknown: string[] = [];
  for (const word of list) {
    const code = /^http_([1-5]\d\d)$/.exec(word)?.[1];
    if (code !== undefined) codes.add(Number(code));
    else if (!FAILURES.has(word) && word !== 'off' && word !== 'non_idempotent') unknown.push(word);
  }
  if (unknown.length > 0) {
    const key = reader.key('proxy-next-upstream') ?? '';
    reader.invalid(key, unknown.join(','), ALLOWED, 'works as if these words were not listed');
  }
  return {
    off: list.includes('off'),
    on: list.some((word) => FAILURES.has(word)) ? ['5xx'] : [],
    codes: [...codes].sort((a, b) => a - b),
    nonIdempotent: list.includes('non_idempotent'),
  };
}
