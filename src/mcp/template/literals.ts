/** Constants of templates: Go's string escapes, number forms and character codes. Undefined = not well-formed. */
import { type JsonValue, numberValue, textValue } from './json-text.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** `"…"` with Go's escapes, or a raw string in backquotes. */
export function stringLiteral(text: string): JsonValue | undefined {
  if (text[0] === '`') return textValue(text.slice(1, -1).replaceAll('\r', ''));
  const value = unescaped(text.slice(1, -1), '"');
  return value === undefined ? undefined : textValue(value);
}

/** `'x'`: the code of the character. */
export function characterLiteral(text: string): JsonValue | undefined {
  const value = unescaped(text.slice(1, -1), "'");
  if (value === undefined || [...value].length !== 1) return undefined;
  return { ...numberValue(value.codePointAt(0) as number), character: value };
}

export function numberLiteral(text: string): JsonValue | undefined {
  if (/^[+-]?\d+$/.test(text) && !/^[+-]?0\d/.test(text)) return numberValue(BigInt(text.replace('+', '')));
  const sign = text.startsWith('-') ? '-' : '';
  const bare = text.replace(/^[+-]/, '').replaceAll('_', '');
  if (bare.endsWith('i') || /^_|_$/.test(text)) return undefined;
  if (/^0[xX][^.pP]*$/.test(bare) || /^0[bBoO]/.test(bare)) {
    return bare.length > 2 ? numberValue(sign + BigInt(bare).toString()) : undefined;
  }
  if (/^0[0-7]+$/.test(bare)) return numberValue(sign + BigInt(`0o${bare.slice(1)}`).toString());
  const value = Number(sign + bare);
  if (Number.isNaN(value) || !Number.isFinite(value)) return undefined;
  return numberValue(Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value) : value);
}

/** Bytes by `\x` and octal escapes are collected, so that UTF-8 written in bytes is read as such. */
function unescaped(text: string, quote: string): string | undefined {
  if (!text.includes('\\')) return text;
  const parts: Buffer[] = [];
  const sequence = /\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\'"]))/y;
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '\\') {
      const stop = text.indexOf('\\', at);
      parts.push(Buffer.from(text.slice(at, stop < 0 ? text.length : stop), 'utf8'));
      at = stop < 0 ? text.length : stop;
      continue;
    }
    sequence.lastIndex = at;
    const found = sequence.exec(text);
    if (found === null) return undefined;
    const [whole, hex, octal, short, long, simple] = found;
    if (simple !== undefined) {
      if ((simple === '"' || simple === "'") && simple !== quote) return undefined;
      parts.push(Buffer.from(SIMPLE[simple] as string));
    } else if (hex !== undefined || octal !== undefined) {
      const byte = hex === undefined ? Number.parseInt(octal as string, 8) : Number.parseInt(hex, 16);
      if (byte > 255) return undefined;
      parts.push(Buffer.from([byte]));
    } else {
      const code = Number.parseInt((short ?? long) as string, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
      parts.push(Buffer.from(String.fromCodePoint(code), 'utf8'));
    }
    at += whole.length;
  }
  return Buffer.concat(parts).toString('utf8');
}
