import { describe, expect, it } from '@jest/globals';
import { SecretText } from '#lib/secret.ts';
import type { Secret } from '#model/secret.ts';
import { pullCredentials } from './pull-credentials.ts';

const secret = (data: Record<string, string>) =>
  ({
    metadata: { namespace: 'team', name: 'login' },
    data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, new SecretText(text)])),
  }) as unknown as Secret;
const config = (auths: object) => secret({ '.dockerconfigjson': JSON.stringify({ auths }) });
const url = 'oci://registry.example:5000/plugins/mine:1';
const found = (...secrets: Secret[]) => pullCredentials(secrets, 'team/login', url);

describe('credentials of imagePullSecret', () => {
  it.each([
    ['user and password', { 'registry.example:5000': { username: 'ann', password: 'p:w' } }],
    ['an encoded pair', { 'registry.example:5000': { auth: Buffer.from('ann:p:w').toString('base64') } }],
    ['an entry that is a URL', { 'https://registry.example:5000/v2/': { username: 'ann', password: 'p:w' } }],
  ])('are read from %s', (_, auths) => {
    expect(found(config(auths))).toEqual({ username: 'ann', password: 'p:w' });
  });

  it.each([
    ['no such Secret', [], 'the Secret team/login that imagePullSecret names does not exist'],
    ['another type', [secret({ password: 'x' })], 'has no .dockerconfigjson; make it of type'],
    ['no JSON', [secret({ '.dockerconfigjson': '{' })], '.dockerconfigjson of the Secret team/login is not JSON'],
    [
      'another registry',
      [config({ 'other.example': {} })],
      'no entry for registry.example:5000, only for other.example',
    ],
  ])('are missed with the reason: %s', (_, secrets, reason) => {
    expect(found(...secrets)).toEqual({ problem: expect.stringContaining(reason) });
  });
});
