import { describe, expect, it } from '@jest/globals';
import {
  configMap,
  type Item,
  ingress,
  secret,
  service,
  settings,
  type Translated,
  translated,
} from '#test/builders.ts';
import { selfSigned } from '#test/certificate.ts';

const pair = selfSigned('a.test', '*.a.test', 'b.test', 'x.y.a.test');
const web = service('web').port(8080);
const certificate = (name: string) => secret(name, { 'tls.crt': pair.cert, 'tls.key': pair.key });
const shared = (name: string) => certificate(name).in(settings.systemNamespace);
const https = (credentials: string, more = '') =>
  configMap('higress-https', { cert: `automaticHttps: false\ncredentialConfig: [${credentials}]\n${more}` });
const plain = (name: string, ...hosts: readonly string[]) =>
  hosts.reduce((item, host) => item.rule(host, '/'), ingress(name));
const served = (result: Translated) =>
  Object.fromEntries(result.gateway.tls.map(({ name, certificate }) => [name, certificate]));
const run = (...items: readonly Item[]) => translated(web, ...items);

const A = '{domains: [a.test], tlsSecret: a}';
const WIDE = '{domains: ["*.A.test"], tlsSecret: other/wide}';
const FALLBACK = 'fallbackForInvalidSecret: true';

describe('a shared certificate', () => {
  it.each([
    ['an entry without a Secret', plain('i', 'a.test').tls('', 'a.test')],
    ['an entry for another host', plain('i', 'a.test').tls('', 'z.test')],
    ['no hosts in the entry', plain('i', 'a.test').tls('')],
  ])('is for hosts of an Ingress that asks for TLS: %s', (_what, item) => {
    const result = run(item, https(A), shared('a'));
    expect(result.problems).toEqual([]);
    expect(served(result)).toEqual({ 'a.test': 'higress-system/a' });
    expect(result.host('a.test').tls).toBe(true);
    expect(result.gateway.tls[0]?.origin).toMatchObject({ kind: 'ConfigMap', path: 'data.cert.credentialConfig[0]' });
  });

  it('is for no Ingress without TLS entry', () => {
    const result = run(plain('i', 'a.test'), https(A), shared('a'));
    expect([served(result), result.problems]).toEqual([{}, []]);
  });

  it('is of the namespace that the entry names, and covers names below a wildcard', () => {
    const result = run(
      plain('i', 'x.a.test', '*.a.test', 'x.y.a.test', 'a.test').tls(''),
      https(WIDE),
      certificate('wide').in('other'),
      shared('wide'),
    );
    expect(served(result)).toEqual({
      '*.a.test': 'other/wide',
      'x.a.test': 'other/wide',
      'x.y.a.test': 'other/wide',
    });
  });

  it.each([
    [`${WIDE}, {domains: [x.a.test], tlsSecret: a}`, 'other/wide'],
    [`{domains: [x.a.test], tlsSecret: a}, ${WIDE}`, 'higress-system/a'],
    [`{domains: ["*"], tlsSecret: a}, ${WIDE}`, 'higress-system/a'],
  ])('is that of the first entry that covers the host: %s', (credentials, name) => {
    const item = plain('i', 'x.a.test').tls('');
    expect(served(run(item, https(credentials), shared('a'), certificate('wide').in('other')))).toEqual({
      'x.a.test': name,
    });
  });

  it('is the default certificate for *', () => {
    const item = plain('i', '').tls('');
    expect(served(run(item, https('{domains: ["*"], tlsSecret: a}'), shared('a')))).toEqual({
      '*': 'higress-system/a',
    });
    expect(served(run(item, https(A), shared('a')))).toEqual({});
  });

  it('gives way to the Secret that the entry names', () => {
    const result = run(plain('i', 'a.test').tls('own', 'a.test'), https(A, FALLBACK), shared('a'), certificate('own'));
    expect(result.problems).toEqual([]);
    expect(served(result)).toEqual({ 'a.test': 'default/own' });
  });

  it.each([
    ['', [], 'higress-system/a'],
    ['own', ['TlsConflict'], 'higress-system/a'],
  ])('of the oldest Ingress stays against a newer one with Secret "%s"', (name, reasons, full) => {
    const old = plain('old', 'a.test').tls('').created(1);
    const young = ingress('young').created(2).rule('a.test', '/new').tls(name, 'a.test');
    const result = run(old, young, https(A), shared('a'), certificate('own'));
    expect(result.reasons()).toEqual(reasons);
    expect(served(result)).toEqual({ 'a.test': full });
  });

  it('that does not exist is told on the ConfigMap; the host stays plain and others are served', () => {
    const item = plain('i', 'a.test', 'b.test').tls('');
    const result = run(item, https(`${A}, {domains: [b.test], tlsSecret: b}`), shared('b'));
    expect(served(result)).toEqual({ 'b.test': 'higress-system/b' });
    expect(result.host('a.test')).toMatchObject({ tls: false });
    expect(result.problems).toMatchObject([
      {
        reason: 'SecretMissing',
        severity: 'error',
        origin: { kind: 'ConfigMap', name: 'higress-https', path: 'data.cert.credentialConfig[0]' },
        value: 'higress-system/a',
      },
    ]);
  });

  it('lets client certificates be asked for with its own CA only', () => {
    const asks = (ca: string) => plain('i', 'a.test').tls('').annotate({ 'auth-tls-secret': ca });
    const withCa = secret('a-cacert', { 'ca.crt': pair.cert });
    const good = run(asks('higress-system/a-cacert'), https(A), shared('a'), withCa.in('higress-system'));
    expect(good.gateway.tls).toMatchObject([{ clientCa: 'higress-system/a-cacert' }]);
    const bad = run(asks('a-cacert'), https(A), shared('a'), withCa);
    expect([served(bad), bad.reasons()]).toEqual([{}, ['ClientCaInvalid']]);
  });
});

describe('fallbackForInvalidSecret', () => {
  const lost = plain('i', 'a.test').tls('lost', 'a.test');

  it('serves the shared certificate for a Secret that does not exist, and says so', () => {
    const result = run(lost, https(A, FALLBACK), shared('a'));
    expect(served(result)).toEqual({ 'a.test': 'higress-system/a' });
    expect(result.problems).toMatchObject([
      {
        severity: 'warning',
        reason: 'SecretMissing',
        origin: { kind: 'Ingress', path: 'spec.tls[0]' },
        value: 'default/lost',
      },
    ]);
  });

  it('keeps the CA for clients of the Secret that does not exist', () => {
    const item = lost.annotate({ 'auth-tls-secret': 'lost-cacert' });
    const result = run(item, https(A, FALLBACK), shared('a'), secret('lost-cacert', { 'ca.crt': pair.cert }));
    expect(result.gateway.tls).toMatchObject([{ certificate: 'higress-system/a', clientCa: 'default/lost-cacert' }]);
  });

  it.each([
    ['off', https(A), [shared('a')]],
    ['without an entry for the host', https('{domains: [b.test], tlsSecret: a}', FALLBACK), [shared('a')]],
    ['without the shared Secret', https(A, FALLBACK), []],
  ])('%s, the host stays plain', (_what, config, secrets) => {
    const result = run(lost, config, ...secrets);
    expect(served(result)).toEqual({});
    expect(result.problems).toMatchObject([{ severity: 'error', reason: 'SecretMissing', value: 'default/lost' }]);
  });

  it('does not hide a Secret that is there and wrong', () => {
    const broken = secret('lost', { 'tls.crt': 'x', 'tls.key': pair.key });
    const result = run(lost, https(A, FALLBACK), shared('a'), broken);
    expect([served(result), result.reasons()]).toEqual([{}, ['CertificateInvalid']]);
  });
});
