/**
 * Dates. Times are text for the next function, so whatever is not a number (of Unix seconds) means the current time; functions that want a
 * time itself always fail.
 */
import { TemplateError } from '../errors.ts';
import { durationText, parseDuration, SECOND } from './go-duration.ts';
import { DEFAULT_LAYOUT, formatTime, type GoTime } from './go-time.ts';
import { parseTime } from './go-time-parse.ts';
import { zoneTime } from './time-zone.ts';
import { type FunctionContext, fn, type GoFunction, type GoFunctions, type GoValue } from './types.ts';

const HTML_LAYOUT = '2006-01-02';
const LOCAL = 'Local';

const dateInZone = fn(['string', 'any', 'string'], ([layout, date, zone], context) =>
  format(layout, date, zone, context),
);
const modify: GoFunction = fn(['string', 'time'], () => null);

export const dateFunctions: GoFunctions = {
  now: fn([], (_, context) => formatTime(at(context.now(), LOCAL), DEFAULT_LAYOUT)),
  date: fn(['string', 'any'], ([layout, date], context) => format(layout, date, LOCAL, context)),
  dateInZone,
  date_in_zone: dateInZone,
  htmlDate: fn(['any'], ([date], context) => format(HTML_LAYOUT, date, LOCAL, context)),
  htmlDateInZone: fn(['any', 'string'], ([date, zone], context) => format(HTML_LAYOUT, date, zone, context)),
  dateModify: modify,
  date_modify: modify,
  mustDateModify: modify,
  must_date_modify: modify,
  unixEpoch: fn(['time'], () => null),
  toDate: fn(['string', 'string'], ([layout, text]) => formatTime(parseTime(layout, text) ?? ZERO, DEFAULT_LAYOUT)),
  mustToDate: fn(['string', 'string'], ([layout, text]) => {
    const time = parseTime(layout, text);
    if (time === undefined) throw new TemplateError(`mustToDate: "${text}" is not a time of the layout "${layout}"`);
    return formatTime(time, DEFAULT_LAYOUT);
  }),
  ago: fn(['any'], ([date], context) => {
    const seconds = Math.round((context.now() - unixMs(date, context)) / 1000);
    return durationText(BigInt(seconds) * SECOND);
  }),
  duration: fn(['any'], ([seconds]) =>
    durationText(typeof seconds === 'string' && /^[+-]?\d+$/.test(seconds) ? BigInt(seconds) * SECOND : 0n),
  ),
  durationRound: fn(['any'], ([value]) => rounded(typeof value === 'string' ? (parseDuration(value) ?? 0n) : 0n)),
};

/** What Go gives for a date that cannot be read. */
const ZERO: GoTime = { ms: Date.parse('0001-01-01T00:00:00Z'), nanoseconds: 0, offset: 0, abbreviation: 'UTC' };

/** The latest moment that dates of JavaScript reach, ms. */
const MAX_MS = 8.64e15;

function unixMs(date: GoValue, context: FunctionContext): number {
  if (typeof date !== 'bigint') return context.now();
  const ms = Number(date) * 1000;
  if (Math.abs(ms) > MAX_MS) throw new TemplateError(`${date} seconds are too far from now`);
  return ms;
}

function at(ms: number, zone: string): GoTime {
  const seconds = Math.floor(ms / 1000);
  const nanoseconds = Math.round((ms - seconds * 1000) * 1e6);
  return { ms: seconds * 1000, nanoseconds, ...zoneTime(zone, ms) };
}

function format(layout: string, date: GoValue, zone: string, context: FunctionContext): string {
  return formatTime(at(unixMs(date, context), zone), layout);
}

const ROUNDED_UNITS: readonly (readonly [unit: string, seconds: bigint])[] = [
  ['y', 365n * 86_400n],
  ['mo', 30n * 86_400n],
  ['d', 86_400n],
  ['h', 3_600n],
  ['m', 60n],
  ['s', 1n],
];

/** The largest unit of which there is more than one: `2h`. */
function rounded(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  for (const [unit, seconds] of ROUNDED_UNITS) {
    if (size > seconds * SECOND) return `${size / (seconds * SECOND)}${unit}`;
  }
  return '0s';
}
