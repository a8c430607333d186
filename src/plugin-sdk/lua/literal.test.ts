import { describe, expect, it } from '@jest/globals';
import { SecretText } from '#lib/secret.ts';
import { luaLiteral } from './literal.ts';
import { luaStep } from './script.ts';

describe('data as Lua source', () => {
  it('writes tables', () => {
    const value = { a: 1, b: [true, 'x', { c: -0.5 }], 'd"]': undefined, e: null, f: {} };
    expect(luaLiteral(value)).toEqual({ text: '{["a"]=1,["b"]={true,"x",{["c"]=-0.5}},["f"]={}}', secret: false });
  });

  it('leaves no way out of a string', () => {
    const { text } = luaLiteral('"]]\\\n\r\0é os.exit()--7');
    expect(text).toBe('"\\034]]\\092\\010\\013\\000\\195\\169 os.exit()--7"');
  });

  it('refuses what is no data', () => {
    expect(() => luaLiteral(() => 1)).toThrow(TypeError);
    expect(() => luaLiteral({ a: Number.NaN })).toThrow(TypeError);
  });

  it('makes the text a secret when the data hold one', () => {
    const { config } = luaStep('-- script', { token: new SecretText('sk-1') });
    expect(JSON.stringify(config)).not.toContain('sk-1');
    const { inline_string: text } = config.default_source_code as { inline_string: SecretText };
    expect(text.reveal()).toBe('local config = {["token"]="sk-1"}\n-- script');
  });
});
