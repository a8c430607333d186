/**
 * The key of a host: one of 256 numbers that Envoy and the builder compute alike, Envoy by a CEL expression over the Host header before it picks
 * a route table. Bit n of a key is set when an even number of the host's characters is in class n. Case and port do not count.
 */

/**
 * Chosen by search so that numbered hosts (`app-00042.example.com`) and hosts of words spread over the keys, and with few ranges: Envoy refuses
 * regular expressions of more than 100 instructions here. Another choice moves every host to another shard, nothing else.
 */
const CLASSES: readonly string[] = [
  '012347kmnopqrstv',
  '234589bcjklmrswxy',
  '0234568fgnoprstu',
  '014567abcdghijmnopqrst',
  '03458abcghijlmn',
  '02378abcdfgijklmstuvwxy',
  '0124578ijknopqrstwx',
  '14567ijklmqs',
];
/** Characters of configured hosts that are in no class. */
const UNCLASSED = '-._';
const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';

export const KEY_BITS = CLASSES.length;
export const KEY_COUNT = 2 ** KEY_BITS;

/** By code of a lower-case character: its classes as bits; undefined for what no exact host name holds. */
const MASKS: readonly (number | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (!LETTERS_AND_DIGITS.includes(character) && !UNCLASSED.includes(character)) return undefined;
  return CLASSES.reduce((mask, members, bit) => (members.includes(character) ? mask | (1 << bit) : mask), 0);
});

/** The key of an exact host name in lower case; undefined for wildcards and for anything else that must be found under every key. */
export function hostKey(name: string): number | undefined {
  let odd = 0;
  for (let at = 0; at < name.length; at++) {
    const mask = MASKS[name.charCodeAt(at)];
    if (mask === undefined) return undefined;
    odd ^= mask;
  }
  return name === '' ? undefined : ~odd & (KEY_COUNT - 1);
}

/** One pattern per bit: matches hosts, with a port or without, that set it. What is no host name at all matches or does not, but always alike. */
export const KEY_PATTERNS: readonly string[] = CLASSES.map((members) => {
  const inside = characterClass([...members]);
  const outside = characterClass([...LETTERS_AND_DIGITS, ...UNCLASSED].filter((one) => !members.includes(one)));
  return `^(?:${outside}|${inside}${outside}*${inside})*(?::|$)`;
});

/** CEL expression for the key of the request's host, a number from 0 to 255. */
export const KEY_EXPRESSION = KEY_PATTERNS.map(
  (pattern, bit) => `(request.host.matches('${pattern}')?${1 << bit}:0)`,
).join('+');

/** Both cases, as ranges. */
function characterClass(members: readonly string[]): string {
  const codes = [...new Set(members.flatMap((one) => [one, one.toUpperCase()]))]
    .filter((one) => one !== '-')
    .map((one) => one.charCodeAt(0))
    .sort((a, b) => a - b);
  let text = '';
  for (let from = 0; from < codes.length; ) {
    let to = from;
    while (codes[to + 1] === codes[to]! + 1) to += 1;
    const [first, last] = [String.fromCharCode(codes[from]!), String.fromCharCode(codes[to]!)];
    text += to === from ? first : `${first}-${last}`;
    from = to + 1;
  }
  return `[${text}${members.includes('-') ? '-' : ''}]`;
}
