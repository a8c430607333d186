import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BodyEditor } from './body-editor.ts';

const edit = (text: string, change: (body: BodyEditor) => void) => {
  const body = BodyEditor.parse(Buffer.from(text));
  if (!body) return undefined;
  change(body);
  return body.result()?.toString();
};

describe('BodyEditor', () => {
  it('writes only the changed members anew', () => {
    const text = '{ "a" : 12345678901234567890.10,\n "model":"x" , "z":{"model":1} }';
    expect(edit(text, (body) => body.set('model', 'ü'))).toBe(text.replace('"x"', '"ü"'));
    expect(edit(text, () => undefined)).toBeUndefined();
  });

  it('changes every occurrence of a repeated member', () => {
    expect(edit('{"m":1,"\\u006d":2}', (body) => body.set('m', 3))).toBe('{"m":3,"\\u006d":3}');
  });

  it('sets and deletes what was set', () => {
    expect(
      edit('{"a":1}', (body) => {
        body.set('b', 2);
        body.delete('a');
      }),
    ).toBe('{"b":2}');
  });

  it.each(['', '[]', '"x"', 'null', '{"a":1'])('does not take %s', (text) => {
    expect(BodyEditor.parse(Buffer.from(text))).toBeUndefined();
  });

  it('means the same as editing the parsed object', () => {
    const key = fc.constantFrom('model', 'stream', 'a"b', 'ü');
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), key, fc.jsonValue(), fc.nat(4), (object, name, value, indent) => {
        const text = JSON.stringify(object, null, indent);
        const set = edit(text, (body) => body.set(name, value)) ?? 'null';
        expect(JSON.parse(set)).toEqual(JSON.parse(JSON.stringify({ ...object, [name]: value })));
        const { [name]: _gone, ...rest } = object;
        expect(JSON.parse(edit(text, (body) => body.delete(name)) ?? text)).toEqual(JSON.parse(JSON.stringify(rest)));
      }),
    );
  });
});
