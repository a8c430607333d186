/** Decimal text of floats where JavaScript and Go round differently: Go takes the even digit of an exact tie. */

/** `value` with this many decimals (at most 100). */
export function fixedText(value: number, decimals: number): string {
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${decimals > 0 ? `.${'0'.repeat(decimals)}` : ''}`;
  const rounded = Object.is(value, -0) ? `-${(0).toFixed(decimals)}` : value.toFixed(decimals);
  if (decimals >= 100) return rounded;
  // A tie has one more digit than asked for, so its expansion ends in a 5 there.
  const exact = Math.abs(value).toFixed(100);
  const cut = exact.length - 100 + decimals;
  if (!/^50*$/.test(exact.slice(cut))) return rounded;
  const kept = exact.slice(0, cut).replace(/\.$/, '');
  const digits = BigInt(kept.replace('.', ''));
  return withSign(value, pointed(digits % 2n === 0n ? digits : digits + 1n, decimals));
}

function withSign(value: number, text: string): string {
  return value < 0 ? `-${text}` : text;
}

function pointed(digits: bigint, decimals: number): string {
  const text = String(digits).padStart(decimals + 1, '0');
  return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}
