/** Data as Lua source. */
import { SecretText } from '#lib/secret.ts';

export interface LuaLiteral {
  readonly text: string;
  /** The data held a SecretText, and so does the text. */
  readonly secret: boolean;
}

/** Strings, finite numbers, booleans, lists and objects of them; null and undefined members are left out. Throws for anything else. */
export function luaLiteral(value: unknown): LuaLiteral {
  if (value instanceof SecretText) return { text: quote(value.reveal()), secret: true };
  if (typeof value === 'string') return { text: quote(value), secret: false };
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
    return { text: String(value), secret: false };
  }
  if (Array.isArray(value)) return table(value.map((entry) => ['', luaLiteral(entry)] as const));
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
    return table(members.map(([key, member]) => [`[${quote(key)}]=`, luaLiteral(member)] as const));
  }
  throw new TypeError(`cannot be written as Lua: ${value === null ? 'null' : typeof value}`);
}

function table(members: readonly (readonly [string, LuaLiteral])[]): LuaLiteral {
  const text = `{${members.map(([key, member]) => key + member.text).join(',')}}`;
  return { text, secret: members.some(([, member]) => member.secret) };
}

/** Every byte but plain ASCII letters, digits and harmless signs as a decimal escape of three digits. */
function quote(text: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const escaped = bytes.replaceAll(/[^ !#-[\]-~]/g, (char) => `\\${String(char.charCodeAt(0)).padStart(3, '0')}`);
  return `"${escaped}"`;
}
