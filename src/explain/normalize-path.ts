/** The path as Envoy's `normalize_path` makes it before routes are tried; slashes are not merged and `%2F` stays. */

const UNRESERVED = /[A-Za-z0-9_~-]/;
/** Sent by some clients as they are; Envoy writes them as escapes. */
const ESCAPED = /[^\x21-\x7e]|["<>`{|}^]/gu;

/** `path` without query. */
export function normalizePath(path: string): string {
  const segments = unescaped(path).split('/').slice(1);
  const out: string[] = [];
  for (const segment of segments) {
    if (segment === '..') out.pop();
    else if (segment !== '.') out.push(segment);
  }
  // A dot at the end names a folder.
  if (/^\.\.?$/.test(segments.at(-1) ?? '')) out.push('');
  return `/${out.join('/')}`;
}

function unescaped(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/%([0-9a-f]{2})/gi, (sent, hex: string) => {
      const character = String.fromCharCode(Number.parseInt(hex, 16));
      return character === '.' || UNRESERVED.test(character) ? character : sent;
    })
    .replace(ESCAPED, percent);
}

/** Its UTF-8 bytes as `%XX`. */
export function percent(text: string): string {
  return [...Buffer.from(text, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
