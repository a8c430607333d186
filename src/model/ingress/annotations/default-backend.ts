/** Who answers when the upstream cannot, or answers with an error that is not to be shown. */
import type { AnnotationReader, KnownNames, ObjectRef, Read } from './value.ts';

export const DEFAULT_BACKEND_NAMES: KnownNames = { 'default-backend': 'both', 'custom-http-errors': 'both' };

export interface DefaultBackend {
  /** A Service; its first port counts. */
  readonly service: ObjectRef;
  /** Statuses whose answers are replaced; empty: none. */
  readonly codes: readonly number[];
  /** The annotation that names the Service. */
  readonly key: string;
}

export function parseDefaultBackend(reader: AnnotationReader): DefaultBackend | undefined {
  const service = reader.reference('default-backend');
  const codes = reader.get('custom-http-errors', readCodes) ?? [];
  if (service === undefined) {
    const key = reader.key('custom-http-errors');
    if (key !== undefined && !reader.has('default-backend')) {
      reader.report(key, 'AnnotationIncomplete', `${key} has no effect: no Service is named that answers instead`, {
        severity: 'warning',
        hint: `name one with ${key.replace('custom-http-errors', 'default-backend')}`,
      });
    }
    return undefined;
  }
  return { service, codes, key: reader.key('default-backend')! };
}

function readCodes(text: string): Read<readonly number[]> {
  const parts = text.split(',').map((part) => part.trim());
  const codes = parts.filter((part) => part !== '');
  const valid = codes.length > 0 && codes.every((code) => /^[345]\d\d$/.test(code));
  return valid
    ? { value: [...new Set(codes.map(Number))].sort((a, b) => a - b) }
    : { allowed: 'a comma list of statuses from 300 to 599' };
}
