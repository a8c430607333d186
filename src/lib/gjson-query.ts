/** The conditions of GJSON queries: `type=="text"`, `age>40`, `name%"J*"`, `nets.#(=="fb")`. */

export type QueryOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '%' | '!%';

export interface Query {
  /** Path of the left side inside each element; empty = the element itself. */
  readonly path: string;
  readonly operator: QueryOperator | undefined;
  readonly right: unknown;
  /** `~true`, `~false`, `~null`, `~*`: compares truthiness or existence. */
  readonly tilde: boolean;
}

const OPERATOR = /^(==|!=|<=|>=|!%|=|<|>|%)/;

export function readQuery(text: string): Query {
  const body = text.trim();
  let depth = 0;
  for (let at = 0; at < body.length; at++) {
    const char = body[at];
    if (char === '\\') at += 1;
    else if (char === '"') {
      for (at += 1; at < body.length && body[at] !== '"'; at++) if (body[at] === '\\') at += 1;
    } else if (char === '(' || char === '[' || char === '{') depth += 1;
    else if (char === ')' || char === ']' || char === '}') depth -= 1;
    else if (depth === 0) {
      const found = OPERATOR.exec(body.slice(at))?.[1];
      if (found === undefined) continue;
      const right = body.slice(at + found.length).trim();
      return {
        path: body.slice(0, at).trim(),
        operator: (found === '=' ? '==' : found) as QueryOperator,
        right: right.startsWith('~') ? right.slice(1) : constant(right),
        tilde: right.startsWith('~'),
      };
    }
  }
  return { path: body, operator: undefined, right: undefined, tilde: false };
}

/** Whether `left OPERATOR right` holds. Values of different kinds are unequal and not ordered. */
export function compareWith(left: unknown, query: Query): boolean {
  if (query.tilde) return tilde(left, query);
  if (left === undefined) return false;
  const { right } = query;
  switch (query.operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '%':
      return like(left, right);
    case '!%':
      return typeof left === 'string' && !like(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(left, right, query.operator);
    default:
      return false;
  }
}

/** A pattern with unescaped `*` (any text) or `?` (one character) as a regular expression; undefined when there is neither. */
export function wildcard(pattern: string): RegExp | undefined {
  let found = false;
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    if (char === '\\' && at + 1 < pattern.length) {
      at += 1;
      source += quote(pattern[at] as string);
    } else if (char === '*' || char === '?') {
      found = true;
      source += char === '*' ? '.*' : '.';
    } else {
      source += quote(char);
    }
  }
  return found ? new RegExp(`^${source}$`, 's') : undefined;
}

function quote(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

function constant(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function like(left: unknown, right: unknown): boolean {
  if (typeof left !== 'string' || typeof right !== 'string') return false;
  return wildcard(right)?.test(left) ?? left === right;
}

function ordered(left: unknown, right: unknown, operator: '<' | '<=' | '>' | '>='): boolean {
  const numbers = typeof left === 'number' && typeof right === 'number';
  if (!numbers && !(typeof left === 'string' && typeof right === 'string')) return false;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

function tilde(left: unknown, query: Query): boolean {
  const truthy = left === true || (typeof left === 'number' && left !== 0) || ['true', '1'].includes(String(left));
  const facts: Record<string, boolean> = {
    '*': left !== undefined,
    null: left === null || left === undefined,
    true: truthy,
    false: !truthy,
  };
  const holds = facts[String(query.right)] ?? false;
  return query.operator === '!=' ? !holds : query.operator === '==' && holds;
}
