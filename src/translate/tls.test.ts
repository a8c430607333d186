import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Item, ingress, secret, service, Translated, translated } from '#test/builders.ts';
import { type KeyPair, selfSigned } from '#test/certificate.ts';

let a: KeyPair;
let wild: KeyPair;

beforeAll(() => {
  a = selfSigned('a.test');
  wild = selfSigned('*.w.test');
});

const web = service('web').port(8080);
const pair = ({ cert, key }: KeyPair) => ({ 'tls.crt': cert, 'tls.key': key });
const secure = (name: string) => ingress(name).rule('a.test', '/').tls('cert', 'a.test');
const names = (result: Translated) => result.gateway.tls.map(({ name, certificate }) => `${name} ${certificate}`);

function refused(...items: readonly Item[]): readonly [string[], boolean] {
  const result = translated(web, ...items);
  expect(result.gateway.tls).toEqual([]);
  expect(result.host('a.test').routes.length).toBeGreaterThan(0);
  return [result.reasons(), result.host('a.test').tls];
}

describe('TLS of a host', () => {
  it('comes from the Secret in the namespace of the Ingress', () => {
    const result = translated(web, secure('i'), secret('cert', pair(a)), secret('cert', pair(wild)).in('other'));
    expect(result.problems).toEqual([]);
    expect(names(result)).toEqual(['a.test default/cert']);
    expect(result.host('a.test').tls).toBe(true);
    expect(result.gateway.certificates).toHaveLength(1);
    expect(result.gateway.certificates[0]?.chain).toBe(a.cert);
    expect(inspect(result.gateway, { depth: 12 }) + JSON.stringify(result.gateway)).not.toContain('PRIVATE KEY');
  });

  it.each([
    ['exact', ['a.test'], 'a.test'],
    ['covering wildcard', ['*.w.test'], 'x.w.test'],
    ['no hosts at all', [], 'a.test'],
    ['wildcard host', ['*.w.test'], '*.w.test'],
  ])('entry and host: %s', (_what, hosts, host) => {
    const item = ingress('i')
      .rule(host, '/')
      .tls('cert', ...hosts);
    const result = translated(web, item, secret('cert', pair(host.includes('w.') ? wild : a)));
    expect(names(result)).toEqual([`${host} default/cert`]);
    expect(result.problems).toEqual([]);
  });

  it('an exact entry is found before a covering one; other hosts stay plain', () => {
    const item = ingress('i').rule('a.test', '/').rule('b.other', '/').tls('wide', '*.test').tls('cert', 'a.test');
    const result = translated(web, item, secret('wide', pair(wild)), secret('cert', pair(a)));
    expect(names(result)).toEqual(['a.test default/cert']);
    expect(result.host('b.other').tls).toBe(false);
  });

  it('* is the default certificate, also for a default backend alone', () => {
    const all = ingress('i')
      .defaultBackend({ service: { name: 'web', port: { number: 8080 } } })
      .tls('cert');
    expect(names(translated(web, all, secret('cert', pair(a))))).toEqual(['* default/cert']);
  });

  it('keys of generic Secrets are taken too', () => {
    expect(names(translated(web, secure('i'), secret('cert', { cert: a.cert, key: a.key })))).toHaveLength(1);
  });

  it.each([
    ['missing Secret', () => [], 'SecretMissing'],
    ['missing key', () => [secret('cert', { 'tls.crt': a.cert })], 'SecretInvalid'],
    ['no PEM', () => [secret('cert', { 'tls.crt': 'x', 'tls.key': a.key })], 'CertificateInvalid'],
    ['key no PEM', () => [secret('cert', { 'tls.crt': a.cert, 'tls.key': 'x' })], 'CertificateInvalid'],
    [
      'key of another certificate',
      () => [secret('cert', { 'tls.crt': a.cert, 'tls.key': wild.key })],
      'CertificateKeyMismatch',
    ],
  ])('%s: this host has no TLS, and is served plainly', (_what, secrets, reason) => {
    expect(refused(secure('i'), ...secrets())).toEqual([[reason], false]);
  });

  it('an expired certificate is refused', () => {
    const nowMs = Date.now() + 3 * 86_400_000;
    const result = new Translated([web, secure('i'), secret('cert', pair(a))], { nowMs });
    expect(result.reasons()).toEqual(['CertificateExpired']);
    expect(result.gateway.tls).toEqual([]);
  });

  it('a certificate for other names is served with a warning', () => {
    const result = translated(web, secure('i'), secret('cert', pair(wild)));
    expect(names(result)).toHaveLength(1);
    expect(result.problems).toMatchObject([{ severity: 'warning', reason: 'CertificateNameMismatch' }]);
  });

  it('the first Ingress of a host wins; another Secret is reported', () => {
    const result = translated(
      web,
      secure('old').created(1),
      ingress('new').created(2).rule('a.test', '/n').tls('other', 'a.test'),
      secret('cert', pair(a)),
      secret('other', pair(a)),
    );
    expect(names(result)).toEqual(['a.test default/cert']);
    expect(result.problems).toMatchObject([{ reason: 'TlsConflict', origin: { name: 'new', path: 'spec.tls[0]' } }]);
  });
});

describe('settings and client certificates', () => {
  it('the first Ingress of the host that has any owns them', () => {
    const result = translated(
      web,
      secure('old').created(1),
      secure('mid')
        .created(2)
        .rule('a.test', '/m')
        .annotate({ 'tls-min-protocol-version': 'TLSv1.2', 'ssl-cipher': 'AES128-SHA' }),
      secure('new').created(3).rule('a.test', '/n').annotate({ 'tls-min-protocol-version': 'TLSv1.3' }),
      secret('cert', pair(a)),
    );
    expect(result.gateway.tls).toMatchObject([{ minVersion: 'TLSv1_2', ciphers: ['AES128-SHA'] }]);
  });

  it.each([
    ['the same Secret', 'cert', () => [secret('cert', { ...pair(a), 'ca.crt': a.cert })], 'default/cert'],
    [
      'its -cacert',
      'cert-cacert',
      () => [secret('cert', pair(a)), secret('cert-cacert', { cacert: a.cert })],
      'default/cert-cacert',
    ],
  ])('auth-tls-secret: %s', (_what, name, secrets, clientCa) => {
    const result = translated(web, secure('i').annotate({ 'auth-tls-secret': name }), ...secrets());
    expect(result.problems).toEqual([]);
    expect(result.gateway.tls).toMatchObject([{ clientCa }]);
    expect(result.gateway.certificates.some((one) => one.name === clientCa && one.ca === a.cert)).toBe(true);
  });

  it.each([
    ['a Secret of another name', 'ca', () => [secret('cert', pair(a)), secret('ca', { 'ca.crt': a.cert })]],
    ['another namespace', 'other/cert', () => [secret('cert', pair(a))]],
    ['a Secret without CA', 'cert', () => [secret('cert', pair(a))]],
    ['a missing Secret', 'cert-cacert', () => [secret('cert', pair(a))]],
  ])('auth-tls-secret: %s: no TLS rather than TLS without client certificates', (_what, name, secrets) => {
    expect(refused(secure('i').annotate({ 'auth-tls-secret': name }), ...secrets())).toEqual([
      ['ClientCaInvalid'],
      false,
    ]);
  });

  it('an unreadable reference is refused too', () => {
    const [reasons] = refused(secure('i').annotate({ 'auth-tls-secret': 'a b' }), secret('cert', pair(a)));
    expect(reasons).toEqual(['AnnotationInvalid', 'ClientCaInvalid']);
  });

  it('certificates towards upstreams come along', () => {
    const item = ingress('i').annotate({ 'backend-protocol': 'HTTPS', 'proxy-ssl-secret': 'up' }).rule('a.test', '/');
    const result = translated(web, item, secret('up', { ...pair(a), 'ca.crt': a.cert }));
    expect(result.gateway.certificates.map(({ name }) => name)).toEqual(['default/up']);
  });
});
