import { describe, expect, it } from '@jest/globals';
import { higressHttpsOf, parseConfigMap } from './config-map.ts';

const SYSTEM = 'higress-system';
const settings = { systemNamespace: SYSTEM, automaticHttps: { email: '' } };

function https(cert: string, metadata: object = { name: 'higress-https', namespace: SYSTEM }) {
  const { object } = parseConfigMap({ value: { metadata, data: { cert } }, file: 'a.yaml:3' }, { namespace: SYSTEM });
  return higressHttpsOf([object!], settings);
}

const told = ({ problems }: ReturnType<typeof https>) =>
  problems.map(({ severity, origin, value }) => `${severity} ${origin.path} ${value ?? ''}`.trim());

const off = 'automaticHttps: false';
const entry = (text: string) => https(`${off}\ncredentialConfig: [{${text}}]`);

describe('higress-https', () => {
  it('is nothing without the ConfigMap, with an empty one, and with one of another namespace', () => {
    const nothing = higressHttpsOf([], settings);
    expect(nothing).toEqual({
      account: undefined,
      fallbackForInvalidSecret: false,
      renewBeforeDays: 30,
      credentials: [],
      problems: [],
    });
    expect(https('')).toEqual(nothing);
    expect(https('automaticHttps: x', { name: 'higress-https', namespace: 'other' })).toEqual(nothing);
  });

  it('reads all keys; Secrets are of the system namespace unless they name one, domains are in lower case', () => {
    const read = https(`
automaticHttps: true
fallbackForInvalidSecret: true
renewBeforeDays: 7
version: 20260101
acmeIssuer: [{name: letsencrypt, email: ops@shop.test, ak: '', sk: ''}]
credentialConfig:
  - {domains: ['*.Foo.com', Bar.com], tlsIssuer: '', tlsSecret: wide, cacertSecret: ''}
  - {domains: [a.foo.com], tlsSecret: apps/own, tlsIssuer: null}`);
    expect(read.problems).toEqual([]);
    expect(read).toMatchObject({
      account: { email: 'ops@shop.test' },
      fallbackForInvalidSecret: true,
      renewBeforeDays: 7,
      credentials: [
        { domains: ['*.foo.com', 'bar.com'], secret: { namespace: SYSTEM, name: 'wide' }, issuer: '' },
        { domains: ['a.foo.com'], secret: { namespace: 'apps', name: 'own' }, issuer: '' },
      ],
    });
    expect(read.credentials[1]?.origin).toEqual({
      kind: 'ConfigMap',
      namespace: SYSTEM,
      name: 'higress-https',
      file: 'a.yaml:3',
      path: 'data.cert.credentialConfig[1]',
    });
  });

  it.each([
    ['domains: [], tlsSecret: s', 'error data.cert.credentialConfig[0].domains'],
    ['tlsSecret: s', 'error data.cert.credentialConfig[0].domains'],
    ['domains: [a.test]', 'error data.cert.credentialConfig[0].tlsSecret'],
    ['domains: [a.test], tlsSecret: ""', 'error data.cert.credentialConfig[0].tlsSecret'],
    ['domains: [a.test], tlsSecret: a/b/c', 'error data.cert.credentialConfig[0].tlsSecret a/b/c'],
    ['domains: [b.test, "a.test:443"], tlsSecret: s', 'error data.cert.credentialConfig[0].domains[1] a.test:443'],
  ])('leaves out the entry {%s}', (text, problem) => {
    const read = https(`${off}\ncredentialConfig: [{${text}}, {domains: [c.test], tlsSecret: s}]`);
    expect(told(read)).toEqual([problem]);
    expect(read.credentials.map(({ domains }) => domains)).toEqual([['c.test']]);
  });

  it.each([
    ['domains: [a.test], tlsIssuer: aliyunssl', 'tlsIssuer aliyunssl'],
    ['domains: [a.test, b.test], tlsIssuer: letsencrypt', 'domains a.test, b.test'],
    ['domains: ["*.a.test"], tlsIssuer: letsencrypt', 'domains[0] *.a.test'],
  ])('asks nobody for {%s}, but shares the Secret', (text, problem) => {
    const read = entry(`${text}, tlsSecret: s`);
    expect(told(read)).toEqual([`error data.cert.credentialConfig[0].${problem}`]);
    expect(read.credentials).toMatchObject([{ issuer: '', secret: { name: 's' } }]);
  });

  it('asks for one certificate a Secret', () => {
    const read = https(`${off}
credentialConfig:
- {domains: [a.test], tlsSecret: s, tlsIssuer: letsencrypt}
- {domains: [b.test], tlsSecret: higress-system/s, tlsIssuer: letsencrypt}`);
    expect(told(read)).toEqual(['error data.cert.credentialConfig[1].tlsSecret higress-system/s']);
    expect(read.credentials.map(({ issuer }) => issuer)).toEqual(['letsencrypt', '']);
  });

  it('asks for one domain', () => {
    expect(entry('domains: [a.test], tlsIssuer: letsencrypt, tlsSecret: s').credentials).toMatchObject([
      { issuer: 'letsencrypt' },
    ]);
  });

  it('tells of a domain that stands there twice', () => {
    const read = https(`${off}
credentialConfig: [{domains: [a.test], tlsSecret: s}, {domains: [b.test, A.test], tlsSecret: t}]`);
    expect(told(read)).toEqual(['warning data.cert.credentialConfig[1].domains[1] a.test']);
  });

  it.each([
    ['acmeIssuer: []', 'error data.cert.acmeIssuer'],
    ['version: a', 'error data.cert.acmeIssuer'],
    ['acmeIssuer: [{name: aliyunssl, email: a@b.test}]', 'error data.cert.acmeIssuer[0].name aliyunssl'],
    ['acmeIssuer: [{name: letsencrypt}]', 'error data.cert.acmeIssuer[0].email'],
    ['acmeIssuer: [{name: letsencrypt, email: a@b}]', 'error data.cert.acmeIssuer[0].email a@b'],
    ['acmeIssuer: [7]', 'error data.cert.acmeIssuer[0] 7'],
    ['automaticHttps: maybe', 'error data.cert.automaticHttps maybe'],
  ])('has no account with {%s}, and shares all the same', (text, problem) => {
    const read = https(`${text}\ncredentialConfig: [{domains: [a.test], tlsSecret: s, tlsIssuer: letsencrypt}]`);
    expect(told(read)).toEqual([problem]);
    expect(read.account).toBeUndefined();
    expect(read.credentials).toHaveLength(1);
  });

  it.each([
    ['renewBeforeDays: 0', 'error data.cert.renewBeforeDays 0'],
    ['renewBeforeDays: 90', 'error data.cert.renewBeforeDays 90'],
    ['fallbackForInvalidSecret: 1', 'error data.cert.fallbackForInvalidSecret'],
    ['credentialConfig: a', 'error data.cert.credentialConfig'],
    ['credentialConfg: []', 'warning data.cert.credentialConfg'],
  ])('keeps the default with {%s}', (text, problem) => {
    const read = https(`${off}\n${text}`);
    expect(told(read)).toEqual([problem]);
    expect(read).toMatchObject({ renewBeforeDays: 30, fallbackForInvalidSecret: false, credentials: [] });
  });

  it('needs no account when there is nothing to ask for', () => {
    expect(told(https('credentialConfig: [{domains: [a.test], tlsSecret: s}]'))).toEqual([]);
  });

  it('asks in the name of the process when the ConfigMap names nobody, and says where nobody is asked at all', () => {
    const cert = 'credentialConfig: [{domains: [a.test], tlsSecret: s, tlsIssuer: letsencrypt}]';
    const { object } = parseConfigMap(
      { value: { metadata: { name: 'higress-https' }, data: { cert } } },
      { namespace: SYSTEM },
    );
    const own = higressHttpsOf([object!], { systemNamespace: SYSTEM, automaticHttps: { email: 'own@shop.test' } });
    expect([own.account, own.problems]).toEqual([{ email: 'own@shop.test' }, []]);
    const named = https(`acmeIssuer: [{name: letsencrypt, email: ops@shop.test}]\n${cert}`);
    expect([named.account, named.problems]).toEqual([{ email: 'ops@shop.test' }, []]);
    const elsewhere = higressHttpsOf([object!], { systemNamespace: SYSTEM });
    expect(elsewhere.problems.map(({ origin, severity }) => `${severity} ${origin.path}`)).toEqual([
      'warning data.cert.automaticHttps',
    ]);
  });

  it('keeps what was last good when the text cannot be read any more', () => {
    const good = https(`${off}\ncredentialConfig: [{domains: [a.test], tlsSecret: s}]`);
    const map = (cert: string) =>
      parseConfigMap({ value: { metadata: { name: 'higress-https' }, data: { cert } } }, { namespace: SYSTEM }).object!;
    const broken = higressHttpsOf([map('a: [')], settings, good);
    expect(broken.credentials).toBe(good.credentials);
    expect(broken.problems).toMatchObject([{ hint: 'what was last good is in force until it is mended' }]);
    expect(higressHttpsOf([map('')], settings, good).credentials).toEqual([]);
  });

  it('checks issuers only when certificates are asked for, and never repeats a key', () => {
    expect(told(https(`${off}\nacmeIssuer: [{name: x}]`))).toEqual([]);
    const read = https('acmeIssuer: [{name: letsencrypt, email: 5, ak: planted-key, sk: planted-key}]');
    expect(read.problems).toHaveLength(1);
    expect(JSON.stringify(read)).not.toContain('planted-key');
  });

  it('tells what is not YAML', () => {
    expect(https('a: [').problems).toMatchObject([
      { origin: { path: 'data.cert' }, message: expect.stringContaining('line 1') },
    ]);
  });
});
