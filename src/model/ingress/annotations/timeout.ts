import type { AnnotationReader, KnownNames } from './value.ts';

export const TIMEOUT_NAMES: KnownNames = { timeout: 'higress' };

/** Milliseconds for the whole request, 504 after that; undefined = none (0 or absent). */
export function parseTimeout(reader: AnnotationReader): number | undefined {
  const seconds = reader.int('timeout', 0, 'higress');
  return seconds === undefined || seconds === 0 ? undefined : seconds * 1000;
}
