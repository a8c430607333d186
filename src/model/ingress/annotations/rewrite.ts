/** Path and Host sent upstream. */
import { type AnnotationReader, type KnownNames, type Read, readPath, readPattern } from './value.ts';

export interface RewriteAnnotations {
  /** With `\1` references. Decides whether paths are regexes also when `path` wins over it. */
  readonly target?: string;
  /** Replaces the matched part of the path. */
  readonly path?: string;
  readonly host?: string;
}

export const REWRITE_NAMES: KnownNames = {
  'rewrite-target': 'both',
  'rewrite-path': 'higress',
  'upstream-vhost': 'both',
};

const readHost = readPattern(/^[\w.[\]:-]+$/, 'a host name, with or without port');

export function parseRewrite(reader: AnnotationReader): RewriteAnnotations {
  const path = reader.get('rewrite-path', readPath, 'higress');
  const written = reader.get('rewrite-target', readTarget);
  // `rewrite-path` leaves the target as it is written: it only takes part in finding out whether paths are regexes.
  const target =
    path === undefined && written !== undefined && /\$\d/.test(written) ? written.replaceAll('$', '\\') : written;
  const host = reader.get('upstream-vhost', readHost);
  return {
    ...(target === undefined ? {} : { target }),
    ...(path === undefined ? {} : { path }),
    ...(host === undefined ? {} : { host }),
  };
}

/** A path; a reference may stand for its beginning. */
function readTarget(text: string): Read<string> {
  const value = text.trim();
  if (/^(\/|\$\d|\\\d)[^\s#]*$/.test(value) && !/\\(?!\d)/.test(value)) return { value };
  return { allowed: 'a path that begins with /, with $1 to $9 for capture groups' };
}
