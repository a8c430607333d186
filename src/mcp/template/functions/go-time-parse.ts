/** Reads times written by a Go reference layout. */
import { DAYS, type GoTime, layoutParts, MONTHS } from './go-time.ts';

interface Fields {
  year: number;
  month: number;
  day: number;
  dayOfYear: number;
  hour: number;
  minute: number;
  second: number;
  nanoseconds: number;
  afternoon: boolean | undefined;
  offset: number | undefined;
  abbreviation: string;
}

/** Undefined when the text does not follow the layout, or a field is out of range. Times without zone are in UTC. */
export function parseTime(layout: string, text: string): GoTime | undefined {
  const fields: Fields = {
    year: 0,
    month: 0,
    day: 0,
    dayOfYear: 0,
    hour: 0,
    minute: 0,
    second: 0,
    nanoseconds: 0,
    afternoon: undefined,
    offset: undefined,
    abbreviation: '',
  };
  let rest = text;
  const parts = layoutParts(layout);
  for (const [at, { text: part, isPiece }] of parts.entries()) {
    const after = isPiece ? readPiece(part, rest, fields) : readLiteral(part, rest);
    if (after === undefined) return undefined;
    rest = after;
    // A fraction may follow the seconds although the layout has none.
    const next = parts[at + 1]?.text ?? '';
    if (isPiece && (part === '05' || part === '5') && !/^[.,][09]/.test(next)) {
      rest = readFraction(/^[.,]\d+/.exec(rest)?.[0] ?? '', rest, fields);
    }
  }
  return rest === '' ? assemble(fields) : undefined;
}

/** Any run of spaces in the layout takes any run of spaces. */
function readLiteral(literal: string, rest: string): string | undefined {
  let left = rest;
  for (const piece of literal.match(/ +|[^ ]+/g) ?? []) {
    if (piece.startsWith(' ')) {
      if (left !== '' && !left.startsWith(' ')) return undefined;
      left = left.replace(/^ +/, '');
    } else if (left.startsWith(piece)) left = left.slice(piece.length);
    else return undefined;
  }
  return left;
}

function readFraction(found: string, rest: string, fields: Fields): string {
  if (found !== '') fields.nanoseconds = Number(found.slice(1, 10).padEnd(9, '0'));
  return rest.slice(found.length);
}

function readPiece(piece: string, rest: string, fields: Fields): string | undefined {
  const take = (pattern: RegExp, use: (found: string) => boolean | undefined): string | undefined => {
    const found = pattern.exec(rest)?.[0];
    return found === undefined || use(found) === false ? undefined : rest.slice(found.length);
  };
  const number = (pattern: RegExp, field: 'year' | 'month' | 'day' | 'dayOfYear' | 'hour' | 'minute' | 'second') =>
    take(pattern, (found) => {
      fields[field] = Number(found);
      return undefined;
    });
  switch (piece) {
    case '2006':
      return number(/^\d{4}/, 'year');
    case '06':
      return take(/^\d{2}/, (found) => {
        fields.year = Number(found) + (Number(found) >= 69 ? 1900 : 2000);
        return undefined;
      });
    case 'January':
    case 'Jan':
      return name(rest, MONTHS, piece === 'Jan', (at) => {
        fields.month = at + 1;
      });
    case 'Monday':
    case 'Mon':
      return name(rest, DAYS, piece === 'Mon', () => undefined);
    case '01':
      return number(/^\d{2}/, 'month');
    case '1':
      return number(/^\d{1,2}/, 'month');
    case '02':
      return number(/^\d{2}/, 'day');
    case '2':
    case '_2':
      return number(/^ ?\d{1,2}/, 'day');
    case '002':
      return number(/^\d{3}/, 'dayOfYear');
    case '__2':
      return number(/^ {0,2}\d{1,3}/, 'dayOfYear');
    case '15':
      return number(/^\d{1,2}/, 'hour');
    case '03':
      return number(/^(?:0\d|1[0-2])/, 'hour');
    case '3':
      return number(/^(?:0\d|1[0-2]|\d(?!\d))/, 'hour');
    case '04':
      return number(/^\d{2}/, 'minute');
    case '4':
      return number(/^\d{1,2}/, 'minute');
    case '05':
      return number(/^\d{2}/, 'second');
    case '5':
      return number(/^\d{1,2}/, 'second');
    case 'PM':
    case 'pm':
      return take(piece === 'PM' ? /^[AP]M/ : /^[ap]m/, (found) => {
        fields.afternoon = found.toUpperCase() === 'PM';
        return undefined;
      });
    case 'MST':
      return take(/^(?:UTC|[A-Z]{3,4}|[+-]\d{2})/, (found) => {
        fields.abbreviation = found;
        fields.offset ??= 0;
        return undefined;
      });
    default:
      if (/^[.,]0/.test(piece)) return fixedFraction(piece, rest, fields);
      if (/^[.,]9/.test(piece)) return readFraction(/^[.,]\d{1,9}/.exec(rest)?.[0] ?? '', rest, fields);
      return readOffset(piece, rest, fields);
  }
}

function fixedFraction(piece: string, rest: string, fields: Fields): string | undefined {
  const found = rest.slice(0, piece.length);
  return /^[.,]\d+$/.test(found) && found.length === piece.length ? readFraction(found, rest, fields) : undefined;
}

function name(
  rest: string,
  names: readonly string[],
  short: boolean,
  use: (index: number) => void,
): string | undefined {
  for (const [at, full] of names.entries()) {
    const wanted = short ? full.slice(0, 3) : full;
    if (rest.slice(0, wanted.length).toLowerCase() !== wanted.toLowerCase()) continue;
    use(at);
    return rest.slice(wanted.length);
  }
  return undefined;
}

function readOffset(piece: string, rest: string, fields: Fields): string | undefined {
  if (piece[0] === 'Z' && rest.startsWith('Z')) {
    fields.offset = 0;
    fields.abbreviation = 'UTC';
    return rest.slice(1);
  }
  const shape = piece.slice(1).replace(/\d\d/g, '(\\d\\d)');
  const found = new RegExp(`^([+-])${shape}`).exec(rest);
  if (found === null) return undefined;
  const [whole, sign, hours = '0', minutes = '0', seconds = '0'] = found;
  if (Number(hours) > 24 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  fields.offset = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  return rest.slice(whole.length);
}

function assemble(fields: Fields): GoTime | undefined {
  const { year, minute, second, nanoseconds, offset, afternoon, dayOfYear } = fields;
  let { hour, month, day } = fields;
  if (afternoon === true && hour < 12) hour += 12;
  if (afternoon === false && hour === 12) hour = 0;
  const date = new Date(0);
  if (dayOfYear > 0) {
    date.setUTCFullYear(year, 0, dayOfYear);
    if (date.getUTCFullYear() !== year) return undefined;
    const [sameMonth, sameDay] = [date.getUTCMonth() + 1, date.getUTCDate()];
    if ((month !== 0 && month !== sameMonth) || (day !== 0 && day !== sameDay)) return undefined;
    [month, day] = [sameMonth, sameDay];
  }
  [month, day] = [month || 1, day || 1];
  date.setUTCFullYear(year, month - 1, day);
  if (month > 12 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) return undefined;
  date.setUTCHours(hour, minute, second);
  const seconds = offset ?? 0;
  const inUtc = offset === undefined || (seconds === 0 && ['', 'UTC'].includes(fields.abbreviation));
  const size = Math.abs(seconds) / 60;
  const digits = [size / 60, size % 60].map((one) => String(Math.trunc(one)).padStart(2, '0')).join('');
  return {
    ms: date.getTime() - seconds * 1000,
    nanoseconds,
    offset: seconds,
    abbreviation: inUtc ? 'UTC' : fields.abbreviation || `${seconds < 0 ? '-' : '+'}${digits}`,
  };
}
