/** Headers of a request as RFC 9113, section 8, wants them. */
import type { HeaderList } from './hpack/decoder.ts';

export interface RequestHead {
  readonly path: string;
  /** Names in lower case, without the pseudo headers; of repeated ones the first. */
  readonly headers: ReadonlyMap<string, string>;
}

/** `tooLarge`: above the limit of a header list. */
export type ReadHead = RequestHead | { readonly malformed: string } | { readonly tooLarge: true };

const PSEUDO = new Set([':method', ':scheme', ':path', ':authority']);
/** Of HTTP/1.1; they have no place in HTTP/2. */
const HOP_HEADERS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);
/** Upper-case letters, control characters and others that no name may hold. */
const BAD_NAME = /[^\x21-\x40\x5b-\x7e]/;
const BAD_VALUE = /[\0\r\n]/;

export function readHead(list: HeaderList): ReadHead {
  if (list === undefined) return { tooLarge: true };
  const headers = new Map<string, string>();
  const pseudo = new Map<string, string>();
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!;
    const value = list[i + 1]!;
    const malformed = fault(name, value, pseudo, headers.size > 0);
    if (malformed !== undefined) return { malformed };
    if (name.startsWith(':')) pseudo.set(name, value);
    else if (!headers.has(name)) headers.set(name, value);
  }
  const path = pseudo.get(':path');
  if (!path || !pseudo.has(':method') || !pseudo.has(':scheme')) {
    return { malformed: ':method, :scheme and :path must be there' };
  }
  return { path, headers };
}

function fault(name: string, value: string, pseudo: ReadonlyMap<string, string>, late: boolean): string | undefined {
  if (BAD_VALUE.test(value)) return `header ${JSON.stringify(name)} has a value that no header may have`;
  if (name.startsWith(':')) {
    if (late) return `${name} stands behind other headers`;
    if (!PSEUDO.has(name) || pseudo.has(name)) return `${JSON.stringify(name)} is unknown or there twice`;
    return undefined;
  }
  if (name === '' || BAD_NAME.test(name)) return `${JSON.stringify(name)} is no header name`;
  if (HOP_HEADERS.has(name)) return `${name} has no place in HTTP/2`;
  if (name === 'te' && value !== 'trailers') return 'te must be "trailers"';
  return undefined;
}
