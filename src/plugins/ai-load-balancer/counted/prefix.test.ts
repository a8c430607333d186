import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { prefixKeys } from './prefix.ts';

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase();
const xor = (a: string, b: string) =>
  Buffer.from(Buffer.from(a, 'hex').map((byte, at) => byte ^ Buffer.from(b, 'hex')[at]!))
    .toString('hex')
    .toUpperCase();
const message = (role: string, content: unknown) => ({ role, content });

describe('prefixKeys', () => {
  it('makes a key for each block, which ends at a message of the user or at the end', () => {
    const first = sha1('system:s1user:hi');
    const second = sha1('assistant:hellouser:more');
    const third = sha1('assistant:last');
    const messages = [
      message('system', 's1'),
      message('user', 'hi'),
      message('assistant', 'hello'),
      message('user', 'more'),
      message('assistant', 'last'),
    ];
    expect(prefixKeys(messages)).toEqual([first, xor(first, second), xor(xor(first, second), third)]);
    expect(prefixKeys(messages.slice(0, 2))).toEqual([first]);
  });

  it('takes contents of parts as JSON', () => {
    expect(prefixKeys([message('user', [{ type: 'text', text: 'x' }])])).toEqual([
      sha1('user:[{"type":"text","text":"x"}]'),
    ]);
  });

  it.each([undefined, 'text', [], [null], [{ role: 'user' }], [{ content: 'x' }]])('finds none in %j', (messages) => {
    expect(prefixKeys(messages)).toBeUndefined();
  });
});
