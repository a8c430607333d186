import { describe, expect, it } from '@jest/globals';
import { GROK_NAMES } from './grok.ts';
import { compilePattern, fillTemplate, replaceMatches } from './pattern.ts';

const replace = (pattern: string, text: string, template = '*') =>
  replaceMatches(compilePattern(pattern), text, (match) => fillTemplate(template, match));

describe('regular expressions of replace_roles', () => {
  it.each([
    ['%{MOBILE}', 'call 13800138000 now', 'call * now'],
    ['%{IDCARD}', 'id 11010519491231002X.', 'id *.'],
    ['%{IDCARD}', 'id 110105491231002.', 'id *.'],
    ['id:%{IDCARD}$', 'id:110105491231002', '*'],
    ['%{IP}', 'from 172.20.5.14:80 and fe80::1 or ::1', 'from *:80 and * or *'],
    ['%{IP}', 'std::vector<a>::iterator 1.2.3 1.2.3.4.x 2024:10:11', 'std::vector<a>::iterator 1.2.3 *.x 2024:10:11'],
    ['%{IPV4}', '255.255.255.255 256.1.1.1', '* 256.1.1.1'],
    ['%{IPV6}', '2001:db8::8a2e:370:7334, ::ffff:10.0.0.1, 1:2:3:4:5:6:7:8', '*, *, *'],
    ['%{EMAILADDRESS}', '请发到 a.b+c@mail.example.com。', '请发到 *。'],
    ['%{UUID}', 'x 123e4567-e89b-12d3-a456-426614174000 y', 'x * y'],
    ['%{MAC}', '00:1a:2B:3c:4d:5e 00-1a-2B-3c-4d-5e 001a.2b3c.4d5e', '* * *'],
    ['%{URI}', 'see https://u:p@h.example.com:8443/a/b?c=d e', 'see * e'],
    ['%{QS}', 'say "a \\" b" or \'c\'', 'say * or *'],
    ['%{TIMESTAMP_ISO8601}', 'at 2024-02-03T04:05:06.7+08:00!', 'at *!'],
    ['%{HTTPDATE}', '[03/Feb/2024:04:05:06 +0800]', '[*]'],
    ['%{LOGLEVEL}', 'WARN x', '* x'],
    ['%{UNIXPATH}', 'cat /etc/passwd;', 'cat *;'],
    ['(?i)secret-\\w+', 'SECRET-a secret-b', '* *'],
    ['(?s)<.+>', '<a\nb>', '*'],
    ['^a', 'a\na', '*\na'],
    ['(?m)^a', 'a\na', '*\n*'],
    ['(?<![0-9])\\d{4}(?![0-9])', '1234 12345', '* 12345'],
    ['(?>a+)b', 'aab', '*'],
    ['(a)(?:b)\\1', 'aba', '*'],
    ['[[:digit:]]{3}', 'x123', 'x*'],
    ['密码\\p{Han}', '密码是x', '*x'],
    ['x*', 'axxb', 'a*b'],
  ])('%s in %j', (pattern, text, expected) => {
    expect(replace(pattern, text)).toBe(expected);
  });

  it.each([
    ['(\\d)(\\d)', '$2$1'],
    ['(?P<a>\\d)(?<b>\\d)', '$b${a}'],
    ['(\\d)(\\d)', '$2${1}$9$none'],
  ])('%s fills %s', (pattern, template) => {
    expect(replace(pattern, 'x12', template)).toBe('x21');
  });

  it('writes dollar signs', () => {
    expect(replace('(\\d)', '1', '$$1 $ $')).toBe('$1 $ $');
    expect(replace('(\\d)', '1', '$0$0')).toBe('11');
    expect(replace('(\\d)', '1', '$1a')).toBe('');
  });

  // V8 compiles long patterns, and later all of a busy process, in another way, and misses matches of `(?i:a|b)` then.
  it('ignores case in a part of the pattern, however long that is', () => {
    const long = `|${'q'.repeat(21_000)}`;
    expect(replace(`%{LOGLEVEL}${long}`, 'WARN x')).toBe('* x');
    expect(replace(`-(?i:trace|warn)${long}`, '-WARN x')).toBe('* x');
    expect(replace('-(?i:\\p{Lu}|warn)-', '-a- A')).toBe('* A');
  });

  it('names the parts of GROK', () => {
    expect(replace('%{EMAILLOCALPART}@%{HOSTNAME:domain}', 'admin@gmail.com', '****@$domain')).toBe('****@gmail.com');
  });

  it('knows every GROK pattern that it names', () => {
    expect(GROK_NAMES.length).toBeGreaterThan(70);
    for (const name of GROK_NAMES) expect(() => compilePattern(`%{${name}:x}`)).not.toThrow();
  });

  it.each([
    ['%{MOBIL}', 'knows no GROK pattern "MOBIL"; did you mean "MOBILE"?'],
    ['%{INT:a:b}', '"a:b" cannot name a group'],
    ['(', 'Unclosed group'],
  ])('refuses %s', (pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(reason);
  });
});
