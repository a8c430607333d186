import { describe, expect, it } from '@jest/globals';
import { escapeRe2, re2Error, re2Groups } from './re2.ts';

describe('RE2 check', () => {
  it.each(['/a/.*', '(?i)/x', '/v(\\d+)/(?:x|y)$', '[[:alpha:]]+'])('takes %s', (pattern) => {
    expect(re2Error(pattern)).toBeUndefined();
  });

  it.each(['(', '/a(?=b)', '(a)\\1', '[z-a]', 'a{2000}', '*'])('refuses %s and says why', (pattern) => {
    expect(re2Error(pattern)).toMatch(/\w+/);
  });

  it('counts capture groups', () => {
    expect(re2Groups('/(a)(?:b)(c(d))')).toBe(3);
    expect(re2Groups('(')).toBe(0);
  });

  it('escapes text', () => {
    expect(escapeRe2('/a.b*(c)')).toBe('/a\\.b\\*\\(c\\)');
  });
});
