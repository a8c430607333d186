/** Fallback between AI routes: which statuses send a request to which other Ingress. */
import type { AnnotationReader, KnownNames, ObjectRef, Read } from './value.ts';

export const AI_FALLBACK_NAMES: KnownNames = { 'ai-fallback-route': 'higress', 'ai-fallback-codes': 'higress' };

export interface AiFallback {
  /** The Ingress that gets what failed. */
  readonly target: ObjectRef;
  readonly codes: readonly string[];
}

const CODE = /^[45](xx|\d\d)$/;
const DEFAULT_CODES = ['4xx', '5xx'];

export function parseAiFallback(reader: AnnotationReader): AiFallback | undefined {
  const target = reader.reference('ai-fallback-route', 'higress');
  const codes = reader.get('ai-fallback-codes', readCodes, 'higress') ?? DEFAULT_CODES;
  return target && { target, codes };
}

function readCodes(text: string): Read<readonly string[]> {
  const codes = text
    .split(',')
    .map((code) => code.trim().toLowerCase())
    .filter((code) => code !== '');
  const valid = codes.length > 0 && codes.every((code) => CODE.test(code));
  return valid ? { value: codes } : { allowed: 'a comma list of 4xx, 5xx and statuses from 400 to 599' };
}
