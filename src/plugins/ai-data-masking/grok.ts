/**
 * GROK: named regular expressions, written `%{NAME}`, or `%{NAME:alias}` to make a named group. The names are those that log tools share; the
 * expressions are our own, without loops inside loops.
 */
import { didYouMean } from '#lib/did-you-mean.ts';

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const HEX4 = '[0-9A-Fa-f]{1,4}';
const LABEL = '[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?';

const PATTERNS: Readonly<Record<string, string>> = {
  MOBILE: '[0-9]{8,11}',
  IDCARD: '[0-9]{17}[0-9xX]|[0-9]{15}',

  USERNAME: '[0-9A-Za-z._-]+',
  USER: '%{USERNAME}',
  EMAILLOCALPART: "[0-9A-Za-z!#$%&'*+/=?^_`{|}~-][0-9A-Za-z!#$%&'*+/=?^_`{|}~.-]{0,63}",
  EMAILADDRESS: '%{EMAILLOCALPART}@%{HOSTNAME}',
  HTTPDUSER: '%{EMAILADDRESS}|%{USER}',

  INT: '[+-]?[0-9]+',
  POSINT: '(?<![0-9])[1-9][0-9]*',
  NONNEGINT: '(?<![0-9])[0-9]+',
  BASE10NUM: '(?<![0-9.+-])[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)',
  NUMBER: '%{BASE10NUM}',
  BASE16NUM: '(?<![0-9A-Fa-f])[+-]?(?:0x)?[0-9A-Fa-f]+',
  BASE16FLOAT: '(?<![0-9A-Fa-f.])[+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\\.[0-9A-Fa-f]*)?|\\.[0-9A-Fa-f]+)',

  WORD: '\\b\\w+\\b',
  NOTSPACE: '\\S+',
  SPACE: '\\s*',
  DATA: '.*?',
  GREEDYDATA: '.*',
  QUOTEDSTRING: '"(?:[^"\\\\]|\\\\(?m:.))*"|\'(?:[^\'\\\\]|\\\\(?m:.))*\'|`(?:[^`\\\\]|\\\\(?m:.))*`',
  QS: '%{QUOTEDSTRING}',
  UUID: '[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}',
  URN: "urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:(?:%[0-9A-Fa-f]{2}|[0-9A-Za-z()+,.:=@;$_!*'/?#-])+",

  MAC: '%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC}',
  CISCOMAC: '(?:[0-9A-Fa-f]{4}\\.){2}[0-9A-Fa-f]{4}',
  WINDOWSMAC: '(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}',
  COMMONMAC: '(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}',
  IPV4: `(?<![0-9])(?:${OCTET}\\.){3}${OCTET}(?![0-9])`,
  // The longest forms first: an alternative that matches ends the search. A group must stand on one side of `::`, which code is full of.
  IPV6: `(?<![0-9A-Za-z:.])(?:${[
    `(?:${HEX4}:){6}%{IPV4}`,
    `(?:${HEX4}:){7}${HEX4}`,
    `(?:${HEX4}(?::${HEX4}){0,5})?::(?:${HEX4}:){0,4}%{IPV4}`,
    `${HEX4}(?::${HEX4}){0,6}::(?:${HEX4}(?::${HEX4}){0,6})?`,
    `::${HEX4}(?::${HEX4}){0,6}`,
  ].join('|')})(?![0-9A-Za-z:])`,
  IP: '%{IPV6}|%{IPV4}',
  HOSTNAME: `\\b${LABEL}(?:\\.${LABEL}){0,126}(?![0-9A-Za-z-])`,
  HOST: '%{HOSTNAME}',
  IPORHOST: '%{IP}|%{HOSTNAME}',
  HOSTPORT: '%{IPORHOST}:%{POSINT}',

  PATH: '%{UNIXPATH}|%{WINPATH}',
  UNIXPATH: '(?:/[\\w_%!$@:.,+~-]*)+',
  WINPATH: '(?:[A-Za-z]+:|\\\\)(?:\\\\[^\\\\?*\\s]*)+',
  TTY: '/dev/(?:pts|tty(?:[pq])?)(?:\\w+)?/?(?:[0-9]+)?',
  URIPROTO: '[A-Za-z](?:[0-9A-Za-z+.-]*[0-9A-Za-z])?',
  URIHOST: '%{IPORHOST}(?::%{POSINT})?',
  URIPATH: "(?:/[0-9A-Za-z$.+!*'(){},~:;=@#%&_-]*)+",
  URIPARAM: "\\?[0-9A-Za-z$.+!*'|(){},~@#%&/=:;_?<>\\[\\]-]*",
  URIPATHPARAM: '%{URIPATH}(?:%{URIPARAM})?',
  URI: '%{URIPROTO}://(?:%{USER}(?::[^@\\s/]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?',

  MONTH: [
    '\\b(?:[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|[Mm]ay|[Jj]une?|[Jj]uly?|[Aa]ug(?:ust)?',
    '[Ss]ep(?:t(?:ember)?)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?)\\b',
  ].join('|'),
  MONTHNUM: '0?[1-9](?![0-9])|1[0-2]',
  MONTHNUM2: '0[1-9]|1[0-2]',
  MONTHDAY: '0[1-9]|[12][0-9]|3[01]|[1-9]',
  DAY: '(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?',
  YEAR: '[0-9]{4}|[0-9]{2}',
  HOUR: '2[0-3]|[01]?[0-9]',
  MINUTE: '[0-5][0-9]',
  SECOND: '(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?',
  TIME: '(?<![0-9])%{HOUR}:%{MINUTE}(?::%{SECOND})?(?![0-9])',
  DATE_US: '%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}',
  DATE_EU: '%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}',
  DATE: '%{DATE_US}|%{DATE_EU}',
  DATESTAMP: '%{DATE}[- ]%{TIME}',
  ISO8601_TIMEZONE: 'Z|[+-]%{HOUR}:?%{MINUTE}',
  ISO8601_SECOND: '%{SECOND}|60',
  TIMESTAMP_ISO8601: '%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?(?:%{ISO8601_TIMEZONE})?',
  TZ: '[APMCE][SD]T|UTC|GMT',
  DATESTAMP_RFC822: '%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}',
  DATESTAMP_RFC2822: '%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}',
  DATESTAMP_OTHER: '%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}',
  DATESTAMP_EVENTLOG: '%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}',
  HTTPDATE: '%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}',

  SYSLOGTIMESTAMP: '%{MONTH} +%{MONTHDAY} %{TIME}',
  PROG: '[\\x21-\\x5a\\x5c\\x5e-\\x7e]+',
  SYSLOGPROG: '%{PROG}(?:\\[%{POSINT}\\])?',
  SYSLOGHOST: '%{IPORHOST}',
  SYSLOGFACILITY: '<%{NONNEGINT}.%{NONNEGINT}>',
  SYSLOGBASE: '%{SYSLOGTIMESTAMP} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST} %{SYSLOGPROG}:',
  LOGLEVEL:
    '(?i:trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?|alert|fatal|severe|emerg(?:ency)?)',
};

const REFERENCE = /%\{([A-Za-z0-9_]+)(?::([^{}]*))?\}/g;

/** The pattern without GROK; throws an Error that says what is wrong with a reference. */
export function expandGrok(pattern: string): string {
  return pattern.replace(REFERENCE, (_whole, name: string, alias: string | undefined) => {
    if (!Object.hasOwn(PATTERNS, name)) {
      const near = didYouMean(name, Object.keys(PATTERNS));
      throw new Error(`knows no GROK pattern "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`);
    }
    if (alias !== undefined && !/^[A-Za-z_]\w*$/.test(alias)) {
      throw new Error(`"${alias}" cannot name a group: letters, digits and _ can, with no digit in front`);
    }
    const inner = expandGrok(PATTERNS[name] as string);
    return alias === undefined ? `(?:${inner})` : `(?<${alias}>${inner})`;
  });
}

export const GROK_NAMES: readonly string[] = Object.keys(PATTERNS);
