/** Base64, Base32 and JSON. */
import { TemplateError } from '../errors.ts';
import { fromPlain } from './convert.ts';
import { goJson } from './go-json.ts';
import { fn, type GoFunction, type GoFunctions, type GoValue } from './types.ts';

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const toJson = fn(['any'], ([value]) => goJson(value));
const toPrettyJson = fn(['any'], ([value]) => goJson(value, { indent: 2 }));
const toRawJson = fn(['any'], ([value]) => goJson(value, { html: false }));

export const encodingFunctions: GoFunctions = {
  b64enc: fn(['string'], ([text]) => Buffer.from(text).toString('base64')),
  b64dec: decoder(decodeBase64),
  b32enc: fn(['string'], ([text]) => encodeBase32(Buffer.from(text))),
  b32dec: decoder(decodeBase32),
  toJson,
  mustToJson: toJson,
  toPrettyJson,
  mustToPrettyJson: toPrettyJson,
  toRawJson,
  mustToRawJson: toRawJson,
  fromJson: fn(['string'], ([text]) => parse(text) ?? null),
  mustFromJson: fn(['string'], ([text]) => {
    const value = parse(text);
    if (value === undefined) throw new TemplateError('mustFromJson: the text is not JSON');
    return value;
  }),
};

function parse(text: string): GoValue | undefined {
  try {
    return fromPlain(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What cannot be decoded reads as the reason. */
function decoder(decode: (text: string) => Buffer | string): GoFunction {
  return fn(['string'], ([text]) => {
    const bytes = decode(text);
    return typeof bytes === 'string' ? bytes : bytes.toString('utf8');
  });
}

/** The reason for text that is not Base64 with padding; line ends are skipped. */
export function decodeBase64(text: string): Buffer | string {
  const wrong = wrongBase64(text);
  return wrong === undefined ? Buffer.from(text, 'base64') : `illegal base64 data at input byte ${wrong}`;
}

/** Offset where the text stops to be Base64. */
function wrongBase64(text: string): number | undefined {
  let inGroup = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '\n' || char === '\r') continue;
    if (char === '=') {
      if (inGroup < 2) return at;
      const padding = (inGroup === 2 ? /^=[\r\n]*=?[\r\n]*/ : /^=[\r\n]*/).exec(text.slice(at))?.[0] ?? '';
      const end = at + padding.length;
      if (inGroup === 2 && padding.indexOf('=', 1) < 0) return end < text.length ? end - 1 : end;
      return end < text.length ? end : undefined;
    }
    if (!BASE64.includes(char)) return at;
    inGroup = (inGroup + 1) % 4;
  }
  return inGroup === 0 ? undefined : text.length - inGroup;
}

function decodeBase32(text: string): Buffer | string {
  const characters = text.replace(/[\r\n]/g, '');
  const wrong = wrongBase32(characters);
  if (wrong !== undefined) return `illegal base32 data at input byte ${wrong}`;
  const bits = [...characters.replace(/=/g, '')].map((char) => BASE32.indexOf(char).toString(2).padStart(5, '0'));
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

/** Offset where the text stops to be Base32. Groups have 8 characters, of which 2, 4, 5 or 7 can be the last without padding. */
function wrongBase32(text: string): number | undefined {
  for (let at = 0; at < text.length; at++) {
    const inGroup = at % 8;
    const after = text.length - at - 1;
    if (text[at] === '=' && inGroup >= 2 && after < 8) {
      if (after + inGroup < 7) return text.length;
      const other = text.slice(at + 1, at + 8 - inGroup).search(/[^=]/);
      if (other >= 0) return at + other;
      if (inGroup === 3 || inGroup === 6) return at;
      return after + inGroup > 7 ? at + 8 - inGroup : undefined;
    }
    if (!BASE32.includes(text[at] as string)) return at;
  }
  return text.length % 8 === 0 ? undefined : text.length - (text.length % 8);
}

function encodeBase32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const characters = bits.match(/.{1,5}/g)?.map((five) => BASE32[Number.parseInt(five.padEnd(5, '0'), 2)]) ?? [];
  return characters.join('').padEnd(Math.ceil(characters.length / 8) * 8, '=');
}
