/** JSON on the wire. Integers that a number cannot hold (above 2^53) are bigint, so that identifiers pass unchanged. */

interface SourceText {
  readonly source?: string;
}
type Reviver = (this: unknown, key: string, value: unknown, context: SourceText) => unknown;
/** Parts of JSON that TypeScript's library does not know yet. */
const { parse, rawJSON } = JSON as unknown as {
  parse(text: string, reviver?: Reviver): unknown;
  rawJSON(text: string): unknown;
};

const LONG_INTEGER = /^-?\d{16,}$/;
/** Texts without so many digits in a row have no long integers: no need to look at each value. */
const MAY_BE_LONG = /\d{16}/;

/** Throws SyntaxError. */
export function parseJson(text: string): unknown {
  if (!MAY_BE_LONG.test(text)) return parse(text);
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && LONG_INTEGER.test(source)
      ? BigInt(source)
      : value,
  );
}

/** Throws for values that JSON has no form for, and RangeError for very deep ones. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? rawJSON(String(one)) : one));
}
