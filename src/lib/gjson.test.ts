import { describe, expect, it } from '@jest/globals';
import { getPath, getPathInText, toText } from './gjson.ts';

const body = {
  model: 'gpt',
  'fav.movie': 'Deer Hunter',
  messages: [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'image' }, { type: 'text', text: 'b' }] },
    { role: 'user', content: 'last' },
  ],
  friends: [
    { first: 'Dale', age: 44, nets: ['ig', 'fb'] },
    { first: 'Roger', age: 68, nets: ['fb'] },
    { first: 'Jane', age: 47, nets: ['ig'] },
  ],
  vals: [1, 2, 3],
  nothing: null,
  data: '{"a":1}',
};

describe('GJSON paths', () => {
  it.each<[string, unknown]>([
    ['model', 'gpt'],
    ['messages.0.content', 'be brief'],
    ['messages.#', 3],
    ['messages.@reverse.0.content', 'last'],
    ['messages.1.content.#(type=="text")#.text', ['a', 'b']],
    ['messages.#(role=="user")#|#', 2],
    ['messages.#(role=="user").content.0.text', 'a'],
    ['fav\\.movie', 'Deer Hunter'],
    ['fav*', 'Deer Hunter'],
    ['mode?', 'gpt'],
    ['friends.#.first', ['Dale', 'Roger', 'Jane']],
    ['friends.#(age>45)#.first', ['Roger', 'Jane']],
    ['friends.#(age>45)#|0.first', 'Roger'],
    ['friends.#(first%"D*").age', 44],
    ['friends.#(first!%"D*").age', 68],
    ['friends.#(nets.#(=="fb"))#.first', ['Dale', 'Roger']],
    ['vals.#(>1)#', [2, 3]],
    ['vals|@reverse|0', 3],
    ['friends.0|@keys', ['first', 'age', 'nets']],
    ['{model,"n":friends.#}', { model: 'gpt', n: 3 }],
    ['[model,vals.1]', ['gpt', 2]],
    ['friends.#.nets|@flatten', ['ig', 'fb', 'fb', 'ig']],
    ['data.@fromstr.a', 1],
    ['!"const"', 'const'],
    ['nothing', null],
    ['missing', undefined],
    ['model.x', undefined],
    ['vals.7', undefined],
    ['friends.#(age>', undefined],
    ['', undefined],
    ['__proto__', undefined],
    ['constructor.name', undefined],
  ])('%s', (path, expected) => {
    expect(getPath(body, path)).toEqual(expected);
  });

  it('finds nothing in text that is not JSON', () => {
    expect(getPathInText('{"a":', 'a')).toBeUndefined();
    expect(getPathInText('{"a":{"b":7}}', 'a.b')).toBe(7);
  });

  it('turns values into text', () => {
    expect([undefined, null, 'a', 1, true, { a: 1 }].map(toText)).toEqual(['', '', 'a', '1', 'true', '{"a":1}']);
  });
});
