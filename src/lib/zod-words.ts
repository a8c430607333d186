/** What a schema found wrong, in words for people who write YAML. */
import type { core } from 'zod';

type Issue = core.$ZodIssue;

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/** The type of a value. */
export function typeWords(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

/** Type and value; `secret` leaves the value out. */
export function valueWords(value: unknown, secret = false): string {
  if (secret || value === null || value === undefined || typeof value === 'object') return typeWords(value);
  return typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 80))}` : `the ${typeof value} ${value}`;
}

/** The rest of a sentence that begins with the path of the value: `must be a number, not the text "eighty"`. */
export function zodWords(issue: Issue, found: unknown, secret = false): string {
  const wanted = wantedBy(issue);
  if (found === undefined && issue.code !== 'custom')
    return wanted === undefined ? 'is missing' : `is missing; it ${wanted}`;
  if (wanted !== undefined) return `${wanted}, not ${valueWords(found, secret)}`;
  if (issue.code === 'unrecognized_keys')
    return `has ${issue.keys.map((key) => `"${key}"`).join(', ')}, which is not known there`;
  if (/^(must|is|has|needs) /.test(issue.message)) return issue.message;
  return `is not valid: ${issue.message.replace(/^Invalid input(: |$)/, '') || 'its form is not one that is allowed'}`;
}

function wantedBy(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${noun(issue.expected)}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${shown(issue.values[0])}`
        : `must be one of ${issue.values.map(shown).join(', ')}`;
    case 'too_small':
      return size('at least', issue.origin, issue.minimum);
    case 'too_big':
      return size('at most', issue.origin, issue.maximum);
    case 'invalid_union': {
      const nouns = issue.errors.map(([first]) =>
        first?.code === 'invalid_type' && first.path.length === 0 ? noun(first.expected) : undefined,
      );
      if (nouns.length === 0 || nouns.includes(undefined)) return undefined;
      return `must be ${[...new Set(nouns)].join(' or ')}`;
    }
    case 'invalid_format':
    case 'custom': {
      const text = /^expected (.+)$/s.exec(issue.message)?.[1];
      return text === undefined ? undefined : `must be ${text}`;
    }
    default:
      return undefined;
  }
}

function size(most: string, origin: string, limit: number | bigint): string {
  if (origin === 'string')
    return most === 'at least' && limit === 1
      ? 'must be a text that is not empty'
      : `must have ${most} ${limit} characters`;
  if (origin === 'array' || origin === 'set') return `must have ${most} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `must be ${most} ${limit}`;
}

function noun(type: string): string {
  return NOUNS[type] ?? type;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}
