import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ToolError } from './errors.ts';
import { parseUrl, setPairs, sortedForm } from './url.ts';

describe('parseUrl', () => {
  it.each([
    ['http://api.example.com/a', 'api.example.com', '/a'],
    ['https://api.example.com:8443/a', 'api.example.com:8443', '/a'],
    ['http://[::1]:80/a', '[::1]:80', '/a'],
    ['http://user:pw@api.example.com/a', 'api.example.com', '/a'],
    ['http://api.example.com', 'api.example.com', '/'],
    ['http://api.example.com?x=1', 'api.example.com', '/'],
    ['/only/path', undefined, '/only/path'],
    ['only/path', undefined, '/only/path'],
    ['//api.example.com/a', undefined, '/a'],
    ['', undefined, '/'],
    ['http://h/a%2Fb%20c', 'h', '/a%2Fb%20c'],
    ['http://h/a b/ü"<>{x}', 'h', '/a%20b/%C3%BC%22%3C%3E%7Bx%7D'],
    ["http://h/a;b=c,d@e:f+g!$&'()*[]~", 'h', "/a;b=c,d@e:f+g!$&'()*[]~"],
    ['http://h/a#part?x=1', 'h', '/a'],
  ])('%s', (text, authority, path) => {
    expect(parseUrl(text)).toMatchObject({ authority, path });
  });

  it('decodes the query', () => {
    expect(parseUrl('/p?b=1&a=x%20y&a=z+w&c&d=1=2#f').query).toEqual([
      { name: 'b', value: '1' },
      { name: 'a', value: 'x y' },
      { name: 'a', value: 'z w' },
      { name: 'c', value: '' },
      { name: 'd', value: '1=2' },
    ]);
  });

  it.each([
    ['http://h/a\r\nx-evil: 1', 'control characters'],
    ['http://h\u0000/a', 'control characters'],
    ['http://h/%zz', 'percent'],
    ['http://h/100%', 'percent'],
    ['http://a b/', 'host'],
    ['http://h:port/', 'host'],
  ])('refuses %j', (text, word) => {
    expect(() => parseUrl(text)).toThrow(ToolError);
    expect(() => parseUrl(text)).toThrow(word);
  });

  it('makes only request targets that HTTP can carry', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          const { path, query } = parseUrl(`http://h/${text}`);
          expect(path + sortedForm(query)).toMatch(/^[!-~]*$/);
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
        }
      }),
    );
  });
});

describe('the query', () => {
  const pairs = (text: string) => parseUrl(`/?${text}`).query;

  it('is sorted by name, values of one name stay in order', () => {
    expect(sortedForm(pairs('b=2&a=z&B=1&a=y'))).toBe('B=1&a=z&a=y&b=2');
  });

  it('is encoded as a form', () => {
    expect(sortedForm([{ name: "a b'", value: 'x+y/ü&~!' }])).toBe('a+b%27=x%2By%2F%C3%BC%26~%21');
  });

  it('takes new values in place of old ones', () => {
    expect(sortedForm(setPairs(pairs('a=1&a=2&b=3'), [{ name: 'a', value: 'x' }]))).toBe('a=x&b=3');
  });

  it('carries texts that are not well-formed', () => {
    expect(sortedForm([{ name: 'a', value: '\ud800' }])).toBe('a=%EF%BF%BD');
  });
});
