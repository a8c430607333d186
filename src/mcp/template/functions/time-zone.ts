/** Time zones by their IANA names, from the data that Node brings along. */

export interface ZoneTime {
  /** Seconds east of UTC. */
  readonly offset: number;
  /** `CET`, or the offset where the zone has no letters. */
  readonly abbreviation: string;
}

const UTC: ZoneTime = { offset: 0, abbreviation: 'UTC' };

/** Letters that the locales below do not know; winter and summer where both exist. */
const LETTERS: Readonly<Record<string, string>> = {
  'Asia/Shanghai': 'CST',
  'Asia/Chongqing': 'CST',
  'Asia/Harbin': 'CST',
  'Asia/Taipei': 'CST',
  'Asia/Macau': 'CST',
  'Asia/Hong_Kong': 'HKT',
  'Asia/Tokyo': 'JST',
  'Asia/Seoul': 'KST',
  'Asia/Manila': 'PST',
  'Asia/Jakarta': 'WIB',
  'Asia/Karachi': 'PKT',
  'Europe/Moscow': 'MSK',
  PRC: 'CST',
  Hongkong: 'HKT',
  Japan: 'JST',
  ROK: 'KST',
};

/** English locales, each of which knows the letters of its own part of the world. */
const LOCALES = ['en-US', 'en-CA', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA'];

/** The zone at this moment (ms). UTC for names that do not exist; the local zone is UTC too, so that all replicas print the same. */
export function zoneTime(name: string, ms: number): ZoneTime {
  if (!/^[A-Za-z]/.test(name) || name === 'UTC' || name === 'Local') return UTC;
  const offset = zoneOffset(name, ms);
  if (offset === undefined) return UTC;
  return { offset, abbreviation: LETTERS[name] ?? letters(name, ms) ?? offsetText(offset) };
}

function zoneOffset(name: string, ms: number): number | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const field = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const year = parts.get('era') === 'BC' ? 1 - field('year') : field('year');
  const local = new Date(0);
  local.setUTCFullYear(year, field('month') - 1, field('day'));
  local.setUTCHours(field('hour'), field('minute'), field('second'));
  return Math.round((local.getTime() - Math.floor(ms / 1000) * 1000) / 1000);
}

function letters(name: string, ms: number): string | undefined {
  for (const locale of LOCALES) {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: 'short' }).formatToParts(ms);
    const found = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    if (/^[A-Z]+$/.test(found)) return found;
  }
  return undefined;
}

/** `+08`, `-0330`. */
function offsetText(offset: number): string {
  const minutes = Math.abs(offset) / 60;
  const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(minutes / 60)}${minutes % 60 === 0 ? '' : two(minutes % 60)}`;
}
