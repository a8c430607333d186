/** JSON as Go's encoder writes it: members sorted, `<`, `>`, `&` and the line separators escaped. */
import { isList, isMap } from './convert.ts';
import type { GoValue } from './types.ts';

export interface GoJsonOptions {
  /** Escape `<`, `>` and `&`; default true. */
  readonly html?: boolean;
  /** Spaces per level; default none, on one line. */
  readonly indent?: number;
}

export function goJson(value: GoValue, { html = true, indent = 0 }: GoJsonOptions = {}): string {
  return write(value, html, indent === 0 ? '' : ' '.repeat(indent), '');
}

/** JSON text with the characters escaped that Go's encoder escapes. */
export function escapeGoJson(json: string, html = true): string {
  return json.replace(html ? /[<>&\u2028\u2029]/g : /[\u2028\u2029]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function write(value: GoValue, html: boolean, indent: string, margin: string): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return escapeGoJson(JSON.stringify(value.toWellFormed()), html);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
  const inner = margin + indent;
  const lines = (items: string[], open: string, close: string): string => {
    if (items.length === 0) return open + close;
    return indent === ''
      ? `${open}${items.join(',')}${close}`
      : `${open}\n${items.map((item) => inner + item).join(',\n')}\n${margin}${close}`;
  };
  if (isList(value))
    return lines(
      value.map((item) => write(item, html, indent, inner)),
      '[',
      ']',
    );
  if (!isMap(value)) return 'null';
  const keys = [...value.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const members = keys.map((key) => {
    const colon = indent === '' ? ':' : ': ';
    return `${write(key, html, indent, inner)}${colon}${write(value.get(key) ?? null, html, indent, inner)}`;
  });
  return lines(members, '{', '}');
}
