/** Text into tokens, after the lexical rules of Go's text/template: `{{ }}`, trim markers, comments, and space as a token of its own. */
import { TemplateSyntaxError } from './errors.ts';

export type TokenType =
  | 'text'
  | 'left'
  | 'right'
  | 'space'
  | 'dot'
  | 'field'
  | 'variable'
  | 'identifier'
  | 'keyword'
  | 'boolean'
  | 'nil'
  | 'number'
  | 'string'
  | 'character'
  | 'operator'
  | 'end';

export interface Token {
  readonly type: TokenType;
  /** As written; fields without their dot. */
  readonly text: string;
  readonly at: number;
}

const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with']);
const SPACE = ' \t\r\n';
const WORD = /[\p{L}\p{Nd}_]*/uy;
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]+)?|0[oO][0-7_]+|0[bB][01_]+|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]+)?)i?/y;

export function lineAt(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}

export function lex(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let trim = false;
  for (;;) {
    const open = source.indexOf('{{', at);
    const trimsLeft = open >= 0 && source[open + 2] === '-' && isSpace(source[open + 3]);
    let text = source.slice(at, open < 0 ? source.length : open);
    if (trim) text = text.replace(/^[ \t\r\n]+/, '');
    if (trimsLeft) text = trimmedEnd(text);
    if (text !== '') tokens.push({ type: 'text', text, at });
    if (open < 0) break;
    const inside = open + (trimsLeft ? 4 : 2);
    const end = source.startsWith('/*', inside) ? skipComment(source, inside) : lexAction(source, open, inside, tokens);
    trim = end.trim;
    at = end.at;
  }
  tokens.push({ type: 'end', text: '', at: source.length });
  return tokens;
}

interface ActionEnd {
  readonly at: number;
  readonly trim: boolean;
}

/** The closing delimiter at this place, with its trim marker. */
function closeAt(source: string, at: number): ActionEnd | undefined {
  if (source.startsWith('}}', at)) return { at: at + 2, trim: false };
  if (isSpace(source[at]) && source.startsWith('-}}', at + 1)) return { at: at + 4, trim: true };
  return undefined;
}

function skipComment(source: string, start: number): ActionEnd {
  const close = source.indexOf('*/', start + 2);
  if (close < 0) throw new TemplateSyntaxError('unclosed comment', lineAt(source, start));
  const end = closeAt(source, close + 2);
  if (end === undefined) {
    throw new TemplateSyntaxError('comment ends before closing delimiter', lineAt(source, close));
  }
  return end;
}

function lexAction(source: string, open: number, start: number, tokens: Token[]): ActionEnd {
  const fail = (message: string, at: number): never => {
    throw new TemplateSyntaxError(message, lineAt(source, at));
  };
  tokens.push({ type: 'left', text: '{{', at: open });
  let parentheses = 0;
  let at = start;
  for (;;) {
    const end = closeAt(source, at);
    if (end !== undefined) {
      if (parentheses > 0) fail('unclosed left parenthesis', open);
      tokens.push({ type: 'right', text: '}}', at });
      return end;
    }
    if (at >= source.length) fail('unclosed action', open);
    const token = nextToken(source, at, fail);
    if (token.text === '(') parentheses += 1;
    if (token.text === ')' && --parentheses < 0) fail('unexpected right parenthesis', at);
    tokens.push(token.type === 'field' ? { ...token, text: token.text.slice(1) } : token);
    at += token.text.length;
  }
}

function nextToken(source: string, at: number, fail: (message: string, at: number) => never): Token {
  const char = source[at] as string;
  const token = (type: TokenType, end: number): Token => ({ type, text: source.slice(at, end), at });
  const wordEnd = (from: number): number => {
    WORD.lastIndex = from;
    const end = from + (WORD.exec(source)?.[0].length ?? 0);
    if (!isTerminator(source, end)) fail(`unexpected character ${JSON.stringify(source[end])} in a name`, end);
    return end;
  };
  if (isSpace(char)) {
    let end = at + 1;
    while (isSpace(source[end]) && closeAt(source, end) === undefined) end += 1;
    return token('space', end);
  }
  if (char === '.' && !/\d/.test(source[at + 1] ?? '')) {
    return isTerminator(source, at + 1) ? token('dot', at + 1) : token('field', wordEnd(at + 1));
  }
  if (char === '$') return token('variable', isTerminator(source, at + 1) ? at + 1 : wordEnd(at + 1));
  if (char === '"') return token('string', quotedEnd(source, at, '"', fail));
  if (char === "'") return token('character', quotedEnd(source, at, "'", fail));
  if (char === '`') {
    const end = source.indexOf('`', at + 1);
    return end < 0 ? fail('unterminated raw quoted string', at) : token('string', end + 1);
  }
  if (/[\d+\-.]/.test(char)) {
    NUMBER.lastIndex = at;
    const text = NUMBER.exec(source)?.[0] ?? '';
    const next = source[at + text.length] ?? '';
    if (!/\d/.test(text) || /[\p{L}\p{Nd}_]/u.test(next)) fail(`bad number syntax ${JSON.stringify(text + next)}`, at);
    return token('number', at + text.length);
  }
  if (source.startsWith(':=', at)) return token('operator', at + 2);
  if ('=|,()'.includes(char)) return token('operator', at + 1);
  if (/[\p{L}_]/u.test(char)) {
    const end = wordEnd(at);
    const word = source.slice(at, end);
    if (word === 'true' || word === 'false') return token('boolean', end);
    if (word === 'nil') return token('nil', end);
    return token(KEYWORDS.has(word) ? 'keyword' : 'identifier', end);
  }
  return fail(`unexpected character ${JSON.stringify(char)} in an action`, at);
}

function quotedEnd(source: string, at: number, quote: string, fail: (message: string, at: number) => never): number {
  for (let end = at + 1; end < source.length && source[end] !== '\n'; end++) {
    if (source[end] === '\\') end += 1;
    else if (source[end] === quote) return end + 1;
  }
  return fail(`unterminated ${quote === '"' ? 'quoted string' : 'character constant'}`, at);
}

function isTerminator(source: string, at: number): boolean {
  return (
    at >= source.length || isSpace(source[at]) || '.,|:()'.includes(source[at] as string) || source.startsWith('}}', at)
  );
}

function isSpace(char: string | undefined): boolean {
  return char !== undefined && SPACE.includes(char);
}

function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1])) end -= 1;
  return text.slice(0, end);
}
