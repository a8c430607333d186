/** Functions that know words: letter case of names, wrapping, initials. */
import { bytewise, isSpace, isUpper, lower, SPACE, toBytes, upper } from './characters.ts';
import { type FunctionContext, fn, type GoFunctions } from './types.ts';

export const wordFunctions: GoFunctions = {
  title: fn(['string'], ([text]) => title(text)),
  untitle: fn(['string'], ([text]) => atWordStarts(text, lower)),
  initials: fn(['string'], ([text]) => text.match(WORD_START)?.join('') ?? ''),
  swapcase: fn(['string'], ([text]) =>
    text.replace(/\p{Lu}|\p{Lt}|\p{Ll}/gu, (char) => (isLower(char) ? upper(char) : lower(char))),
  ),
  snakecase: fn(['string'], ([text]) => separated(text, '_')),
  kebabcase: fn(['string'], ([text]) => separated(text, '-')),
  camelcase: fn(['string'], ([text]) => pascal(text)),
  wrap: fn(['int', 'string'], ([width, text], context) =>
    bytewise(text, (bytes) => wrap(bytes, width, '\n', false, context)),
  ),
  wrapWith: fn(['int', 'string', 'string'], ([width, newLine, text], context) =>
    bytewise(text, (bytes) => wrap(bytes, width, toBytes(newLine === '' ? '\n' : newLine), true, context)),
  ),
};

const WORD_START = new RegExp(`(?<=^|[${SPACE}])[^${SPACE}]`, 'gu');

function atWordStarts(text: string, change: (char: string) => string): string {
  return text.replace(WORD_START, change);
}

function isLower(char: string): boolean {
  return /\p{Ll}/u.test(char);
}

/** Words begin at the text's start and behind spaces and ASCII punctuation other than `_`. */
function title(text: string): string {
  let before = ' ';
  let out = '';
  for (const char of text) {
    out += isSeparator(before) ? upper(char) : char;
    before = char;
  }
  return out;
}

function isSeparator(char: string): boolean {
  if (char < '\x80') return !/\w/.test(char);
  return isSpace(char);
}

// A run of capitals gives its last one to the small letters behind it: `HTTPServer` is `HTTP` and `Server`.
const SMALL = '(?:(?!\\p{Lu}|\\p{Script=Han})\\p{L})';
const WORDS = new RegExp(
  [
    `(?<connector>[-_${SPACE}]+)`,
    '(?<punctuation>\\p{P}+)',
    `\\p{Lu}+(?=\\p{Lu}${SMALL})|\\p{Lu}${SMALL}+|\\p{Lu}+`,
    `(?<small>${SMALL}+)`,
    '(?<number>\\p{N}+)',
    `(?:(?![-_${SPACE}]|\\p{P}|\\p{N}|\\p{Lu}|${SMALL}).)+`,
  ].join('|'),
  'gsu',
);

type Word = 'connector' | 'punctuation' | 'small' | 'number' | 'other';

/**
 * `FirstName` to `first_name`. Numbers belong to the word before them, or begin a word when small letters follow: `bld4_floor`, `http_2xx`.
 */
function separated(text: string, connector: string): string {
  const words = Array.from(text.matchAll(WORDS), ({ 0: word, groups = {} }) => ({ word, kind: kindOf(groups) }));
  let out = '';
  let startsWithNumber = false;
  for (const [at, { word, kind }] of words.entries()) {
    const before = words[at - 1]?.kind ?? 'connector';
    if (kind === 'connector') {
      out += connector.repeat([...word].length);
      continue;
    }
    const newChunk = before === 'connector' || before === 'punctuation' || kind === 'punctuation';
    const joins =
      kind === 'number' ? words[at + 1]?.kind !== 'small' || startsWithNumber : kind === 'small' && startsWithNumber;
    if (!newChunk && !joins) out += connector;
    if (newChunk || !joins) startsWithNumber = kind === 'number';
    out += lower(word);
  }
  return out;
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): Word {
  for (const kind of ['connector', 'punctuation', 'small', 'number'] as const) {
    if (groups[kind] !== undefined) return kind;
  }
  return 'other';
}

const CONNECTOR = new RegExp(`^[-_${SPACE}]`);
/** The last connector between two words, or a word. */
const PASCAL_PARTS = new RegExp(`(?<=[^-_${SPACE}][-_${SPACE}]*)[-_${SPACE}](?=[^-_${SPACE}])|[^-_${SPACE}]+`, 'gu');

/** `some_words` to `SomeWords`. Connectors at both ends stay, and of those between words all but the last. */
function pascal(text: string): string {
  return text.replace(PASCAL_PARTS, (part) => {
    if (CONNECTOR.test(part)) return '';
    const [first = '', ...others] = part;
    const rest = others.join('');
    if (!isUpper(first)) return upper(first) + rest;
    const capitals = /^\p{Lu}*/u.exec(rest)?.[0] ?? '';
    return first + lower(capitals) + rest.slice(capitals.length);
  });
}

/** Lines end at spaces; a longer word goes over the end, or is broken. */
function wrap(text: string, asked: number, newLine: string, breaksWords: boolean, context: FunctionContext): string {
  const width = Math.max(1, asked);
  context.budget.length(text.length + Math.ceil(text.length / width) * newLine.length);
  const lines: string[] = [];
  let at = 0;
  while (text.length - at > width) {
    if (text[at] === ' ') {
      at += 1;
      continue;
    }
    let end = text.lastIndexOf(' ', at + width);
    let next = end + 1;
    if (end < at) {
      end = breaksWords ? at + width : text.indexOf(' ', at + width);
      next = breaksWords ? end : end + 1;
      if (end < 0) break;
    }
    lines.push(text.slice(at, end));
    at = next;
  }
  return [...lines, text.slice(at)].join(newLine);
}
