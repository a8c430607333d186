/** Characters as Go's `unicode` package sees them: case changes never change the number of characters. */

/** White space, as a character class without brackets. */
export const SPACE = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const SPACES_AT_ENDS = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, 'g');
const ONE_SPACE = new RegExp(`^[${SPACE}]$`);

export function trimSpace(text: string): string {
  return text.replace(SPACES_AT_ENDS, '');
}

export function isSpace(char: string): boolean {
  return ONE_SPACE.test(char);
}

export function isUpper(char: string): boolean {
  return /^\p{Lu}$/u.test(char);
}

export function upper(text: string): string {
  return mapped(text, (char) => char.toUpperCase());
}

export function lower(text: string): string {
  return mapped(text, (char) => char.toLowerCase());
}

/** Letters such as `ß`, whose other case is two letters, stay. */
function mapped(text: string, change: (char: string) => string): string {
  let out = '';
  for (const char of text) {
    const changed = change(char);
    out += [...changed].length === 1 ? changed : char;
  }
  return out;
}

/** Works on the bytes of the text, one per character; a character that is cut apart reads as U+FFFD. */
export function bytewise(text: string, run: (bytes: string) => string): string {
  return fromBytes(run(toBytes(text)));
}

export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
