/** Query strings, as written on the wire. */

export interface QueryPair {
  readonly name: string;
  readonly value: string;
}

/** Decoded pairs in order; a name without `=` has the empty value. Wrong percent escapes stay as they are. */
export function queryPairs(path: string): QueryPair[] {
  const mark = path.indexOf('?');
  return mark < 0 ? [] : formPairs(path.slice(mark + 1));
}

/** The same for a form body. */
export function formPairs(text: string): QueryPair[] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const name = equals < 0 ? part : part.slice(0, equals);
      return { name: decodeForm(name), value: equals < 0 ? '' : decodeForm(part.slice(equals + 1)) };
    });
}

/** `+` is a space, `%41` is A. */
export function decodeForm(text: string): string {
  if (!/[%+]/.test(text)) return text;
  const bytes: number[] = [];
  const raw = Buffer.from(text, 'utf8');
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at] as number;
    const hex = byte === 0x25 ? raw.toString('latin1', at + 1, at + 3) : '';
    if (/^[0-9a-fA-F]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      at += 2;
    } else bytes.push(byte === 0x2b ? 0x20 : byte);
  }
  return Buffer.from(bytes).toString('utf8');
}

/** As application/x-www-form-urlencoded wants it: space is `+`. */
export function encodeForm(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `path` with its query replaced; no `?` when there are no pairs. */
export function withQuery(path: string, pairs: readonly QueryPair[]): string {
  const base = path.split('?', 1)[0] ?? '';
  return pairs.length === 0 ? base : `${base}?${formText(pairs)}`;
}

export function formText(pairs: readonly QueryPair[]): string {
  return pairs.map(({ name, value }) => `${encodeForm(name)}=${encodeForm(value)}`).join('&');
}
