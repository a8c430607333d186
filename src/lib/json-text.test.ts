import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  editJsonText,
  editJsonTexts,
  fromJsonText,
  isJsonText,
  plainPath,
  readJsonText,
  toJsonText,
} from './json-text.ts';

const BODY = ' {"a" : 1,\n "big":12345678901234567890, "model" : "old", "n":{"x":[10,20]}, "s":"}\\"{"} ';

describe('edits inside JSON text', () => {
  it('changes only the value', () => {
    expect(editJsonText(BODY, ['model'], '"new"')).toBe(BODY.replace('"old"', '"new"'));
    expect(editJsonText(BODY, ['n', 'x', '1'], '7')).toBe(BODY.replace('20', '7'));
  });

  it('adds what is missing and takes away', () => {
    expect(editJsonText('{}', ['m'], '1')).toBe('{"m":1}');
    expect(editJsonText('{"a":1 }', ['b', 'c'], '2')).toBe('{"a":1,"b":{"c":2} }');
    expect(editJsonText('[1]', ['1'], '2')).toBe('[1,2]');
    expect(editJsonText('{"a":1,"b":2,"c":3}', ['b'], undefined)).toBe('{"a":1,"c":3}');
    expect(editJsonText('{"a":1}', ['b'], undefined)).toBe('{"a":1}');
    expect(editJsonText('{"a":1}', ['a', 'b'], '2')).toBe('{"a":{"b":2}}');
  });

  it('edits every occurrence of a name, however it is spelt', () => {
    expect(editJsonText('{"model":"a","mod\\u0065l":"b"}', ['model'], '1')).toBe('{"model":1,"mod\\u0065l":1}');
  });

  it.each(['', 'x', '{', '{"a":1', '{"a" 1}', '{"a":1,}', '{"a":tru}', '{"a":"x', '{} {}', '"s"', '[1', '{a:1}'])(
    'refuses %j',
    (text) => {
      expect(editJsonText(text, ['a'], '1')).toBeUndefined();
      expect(isJsonText(text)).toBe(false);
    },
  );

  it('keeps bytes that are no UTF-8', () => {
    const bytes = Buffer.from([...Buffer.from('{"m":"a","x":"'), 0xff, 0xfe, ...Buffer.from('"}')]).toString('latin1');
    const out = editJsonText(bytes, ['m'], toJsonText('ü')) ?? '';
    expect(Buffer.from(out, 'latin1').includes(Buffer.from([0xff, 0xfe]))).toBe(true);
    expect(fromJsonText(readJsonText(out, ['m']) ?? '')).toBe('ü');
  });

  it('agrees with JSON.parse on any object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string({ minLength: 1 }),
        fc.jsonValue(),
        (object, key, value) => {
          fc.pre(key !== '__proto__' && !Object.hasOwn(object, '__proto__'));
          const out = editJsonText(toJsonText(object), [key], toJsonText(value)) ?? '';
          expect(fromJsonText(out)).toEqual(JSON.parse(JSON.stringify({ ...object, [key]: value })));
        },
      ),
    );
  });

  it('edits many places in one go, and nothing else', () => {
    const text = '{ "a" : [ {"b": "x"} , 12345678901234567890 ], "a":[{"b":1,"b":2}], "c":{"":0} }';
    const edits = [
      { path: ['a', '0', 'b'], raw: '"1"' },
      { path: ['c', ''], raw: '[]' },
      { path: ['c', 'none'], raw: '2' },
      { path: ['a', '1', 'deep'], raw: '3' },
    ];
    expect(editJsonTexts(text, edits)).toBe(
      '{ "a" : [ {"b": "1"} , 12345678901234567890 ], "a":[{"b":"1","b":"1"}], "c":{"":[]} }',
    );
    expect(editJsonTexts('[1', edits)).toBeUndefined();
  });

  it('edits many places as one by one', () => {
    const value = fc.dictionary(fc.constantFrom('a', 'b', '0'), fc.jsonValue({ maxDepth: 3 }));
    const paths = fc.array(fc.array(fc.constantFrom('a', 'b', '0', '1'), { minLength: 1, maxLength: 3 }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(value, paths, (object, wanted) => {
        const text = toJsonText(object);
        // Places that are there, none inside another.
        const there = wanted.filter((path) => readJsonText(text, path) !== undefined);
        const apart = there.filter(
          (path) => !there.some((other) => other !== path && path.join().startsWith(other.join())),
        );
        const edits = apart.map((path, index) => ({ path, raw: String(index) }));
        const one = edits.reduce((current, { path, raw }) => editJsonText(current, path, raw) ?? '', text);
        expect(editJsonTexts(text, edits)).toBe(one);
      }),
    );
  });

  it('reads plain paths only', () => {
    expect(plainPath('a.b\\.c.0')).toEqual(['a', 'b.c', '0']);
    for (const path of ['', 'a.#.b', '@this', 'a*', 'a|b', 'a..b']) expect(plainPath(path)).toBeUndefined();
  });
});
