import { describe, expect, it } from '@jest/globals';
import { SecretText } from '#lib/secret.ts';
import { builtin, host, route } from '#test/ir.ts';
import { redactTexts, secretTexts } from './redact-dump.ts';

const noPlugins = { get: () => undefined, names: () => [] };

describe('the dump of Envoy', () => {
  it('loses secrets wherever they stand: whole, inside a text, as base64; and nothing else', () => {
    const dump = {
      name: 'apiKey',
      headers: [{ value: 'Bearer s3cret-token' }],
      bytes: Buffer.from('s3cret-token').toString('base64'),
      short: 'ab',
      words: 'about',
      number: 4,
      empty: null,
    };
    expect(redactTexts(dump, new Set(['s3cret-token', 'ab']))).toEqual({
      name: 'apiKey',
      headers: [{ value: 'Bearer [redacted]' }],
      bytes: '[redacted]',
      short: '[redacted]',
      words: 'about',
      number: 4,
      empty: null,
    });
  });

  it('knows the secrets of resources and of plugin configurations', () => {
    const config = { consumers: [{ name: 'ann', credential: 'k-1' }], apiTokens: ['t-1', 't-2'], maxTokens: 5 };
    const hosts = [host('a.test', [route('r', { plugins: [builtin('p', config)] })])];
    const messages = [{ deep: [{ key: new SecretText('pem') }] }, { plain: 'x' }];
    expect([...secretTexts(hosts, messages, noPlugins)].sort()).toEqual(['k-1', 'pem', 't-1', 't-2']);
  });
});
