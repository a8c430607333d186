/** Times by Go's reference layouts: the pieces of `Mon Jan 2 15:04:05 MST 2006` stand for the pieces of the time to print. */
import type { ZoneTime } from './time-zone.ts';

export interface GoTime extends ZoneTime {
  /** Ms since 1970, without the part below a second. */
  readonly ms: number;
  readonly nanoseconds: number;
}

export const DEFAULT_LAYOUT = '2006-01-02 15:04:05.999999999 -0700 MST';

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const PIECE = new RegExp(
  [
    'January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|__2|0[1-6]|15|2006|_2(?!006)|PM|pm|[1-5]',
    '[-Z]070000|[-Z]07:00:00|[-Z]0700|[-Z]07:00|[-Z]07',
    '[.,](?:0+|9+)(?!\\d)',
  ].join('|'),
  'g',
);

export interface LayoutPart {
  readonly text: string;
  readonly isPiece: boolean;
}

export function layoutParts(layout: string): LayoutPart[] {
  const parts: LayoutPart[] = [];
  let at = 0;
  for (const { 0: text, index } of layout.matchAll(PIECE)) {
    if (index > at) parts.push({ text: layout.slice(at, index), isPiece: false });
    parts.push({ text, isPiece: true });
    at = index + text.length;
  }
  if (at < layout.length) parts.push({ text: layout.slice(at), isPiece: false });
  return parts;
}

export function formatTime(time: GoTime, layout: string): string {
  const local = new Date(time.ms + time.offset * 1000);
  return layoutParts(layout)
    .map(({ text, isPiece }) => (isPiece ? formatPiece(text, time, local) : text))
    .join('');
}

function formatPiece(piece: string, time: GoTime, local: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const hour = local.getUTCHours();
  switch (piece) {
    case 'January':
      return MONTHS[local.getUTCMonth()] as string;
    case 'Jan':
      return (MONTHS[local.getUTCMonth()] as string).slice(0, 3);
    case '1':
      return String(local.getUTCMonth() + 1);
    case '01':
      return two(local.getUTCMonth() + 1);
    case 'Monday':
      return DAYS[local.getUTCDay()] as string;
    case 'Mon':
      return (DAYS[local.getUTCDay()] as string).slice(0, 3);
    case '2':
      return String(local.getUTCDate());
    case '_2':
      return String(local.getUTCDate()).padStart(2);
    case '02':
      return two(local.getUTCDate());
    case '__2':
      return String(dayOfYear(local)).padStart(3);
    case '002':
      return String(dayOfYear(local)).padStart(3, '0');
    case '15':
      return two(hour);
    case '3':
      return String(hour % 12 || 12);
    case '03':
      return two(hour % 12 || 12);
    case '4':
      return String(local.getUTCMinutes());
    case '04':
      return two(local.getUTCMinutes());
    case '5':
      return String(local.getUTCSeconds());
    case '05':
      return two(local.getUTCSeconds());
    case '2006':
      return yearText(local.getUTCFullYear());
    case '06':
      return two(Math.abs(local.getUTCFullYear()) % 100);
    case 'PM':
      return hour < 12 ? 'AM' : 'PM';
    case 'pm':
      return hour < 12 ? 'am' : 'pm';
    case 'MST':
      return time.abbreviation;
    default:
      return /^[.,]/.test(piece) ? fraction(piece, time.nanoseconds) : offset(piece, time.offset);
  }
}

function yearText(year: number): string {
  return year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0');
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getUTCFullYear(), 0, 1);
  return Math.floor((date.getTime() - start) / 86_400_000) + 1;
}

/** Zeros in the layout print that many digits, nines drop zeros at the end, and the point when nothing is left. */
function fraction(piece: string, nanoseconds: number): string {
  const digits = String(nanoseconds)
    .padStart(9, '0')
    .slice(0, piece.length - 1)
    .padEnd(piece.length - 1, '0');
  if (piece[1] === '0') return piece[0] + digits;
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '' : piece[0] + kept;
}

function offset(piece: string, seconds: number): string {
  if (piece[0] === 'Z' && seconds === 0) return 'Z';
  const size = Math.abs(seconds);
  const fields = [Math.trunc(size / 3600), Math.trunc(size / 60) % 60, size % 60].map((one) =>
    String(one).padStart(2, '0'),
  );
  const count = piece.replace(/[^0]/g, '').length - (piece.includes('7') ? 0 : 1);
  const shown = piece.includes(':') ? piece.split(':').length : Math.ceil(count / 2);
  return (seconds < 0 ? '-' : '+') + fields.slice(0, shown).join(piece.includes(':') ? ':' : '');
}
