import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parseSecret } from '#model/secret.ts';
import { selfSigned } from '#test/certificate.ts';
import { dueOf, renewAtMs } from './due.ts';

const pair = selfSigned('a.test');
const DAY = 86_400_000;

function secret(annotations: Record<string, string>, data: Record<string, string> = {}) {
  const stringData = { 'tls.crt': pair.cert, 'tls.key': pair.key, ...data };
  return parseSecret({ value: { metadata: { name: 's', annotations }, stringData } }, { namespace: 'n' }).object;
}
const ours = { 'higress.io/cert-source': 'letsencrypt' };
const due = (one: ReturnType<typeof secret>, domain = 'a.test') => dueOf(one, domain, 'letsencrypt', 30);

describe('a certificate is due', () => {
  it('ahead of its end by its part of ninety days', () => {
    expect(renewAtMs(0, 90 * DAY, 30)).toBe(60 * DAY);
    expect(renewAtMs(0, 90 * DAY, 1)).toBe(89 * DAY);
    expect(renewAtMs(0, 6 * DAY, 30)).toBe(4 * DAY);
    const { validFrom, validTo } = new X509Certificate(pair.cert);
    expect(due(secret(ours))).toEqual({ atMs: renewAtMs(Date.parse(validFrom), Date.parse(validTo), 30) });
  });

  it.each([
    ['there is no Secret', undefined, 'a.test'],
    ['it is for another domain', secret(ours), 'b.test'],
    ['it cannot be read', secret(ours, { 'tls.crt': 'x' }), 'a.test'],
    ['its key is another', secret(ours, { 'tls.key': selfSigned('a.test').key }), 'a.test'],
  ])('at once when %s', (_what, one, domain) => {
    expect(due(one, domain)).toEqual({ atMs: 0 });
  });

  it.each<Record<string, string>>([{}, { 'higress.io/cert-source': 'somebody' }])(
    'never when the Secret is not ours: %j',
    (annotations) => {
      expect(due(secret(annotations), 'b.test')).toBe('foreign');
    },
  );
});
