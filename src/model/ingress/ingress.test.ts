import { describe, expect, it } from '@jest/globals';
import { parseIngress } from './ingress.ts';

function parse(spec: unknown, metadata: object = { name: 'web' }, apiVersion = 'networking.k8s.io/v1') {
  const value = { apiVersion, kind: 'Ingress', metadata, spec };
  return parseIngress({ value, file: 'a.yaml:3' }, { namespace: 'default' });
}

const backend = { service: { name: 'web', port: { number: 80 } } };
const rule = (host: string | undefined, ...paths: unknown[]) => ({ host, http: { paths } });

describe('parseIngress', () => {
  it('reads every field', () => {
    const { object, problems } = parse({
      ingressClassName: 'higress',
      defaultBackend: { service: { name: 'd', port: { name: 'http' } } },
      tls: [{ hosts: ['A.test'], secretName: 'cert' }, { secretName: 'all' }],
      rules: [rule('A.test', { path: '/x', pathType: 'Exact', backend }), rule(undefined, { backend })],
    });
    expect(problems).toEqual([]);
    expect(object).toMatchObject({
      metadata: { namespace: 'default', name: 'web' },
      file: 'a.yaml:3',
      spec: {
        ingressClassName: 'higress',
        tls: [
          { hosts: ['a.test'], secretName: 'cert', at: 'spec.tls[0]' },
          { hosts: ['*'], secretName: 'all' },
        ],
        rules: [
          { host: 'a.test', paths: [{ path: '/x', pathType: 'Exact', at: 'spec.rules[0].http.paths[0]' }] },
          { host: '*', paths: [{ backend }] },
        ],
      },
    });
  });

  it('leaves out a wrong path and keeps its neighbours, with the place in the file as written', () => {
    const { object, problems } = parse({
      rules: [rule('a.test', { path: 5, backend }, { path: '/ok', pathType: 'Prefix', backend })],
    });
    expect(object?.spec.rules[0]?.paths.map(({ path, at }) => [path, at])).toEqual([
      ['/ok', 'spec.rules[0].http.paths[1]'],
    ]);
    expect(problems).toMatchObject([
      { severity: 'error', value: '5', origin: { path: 'spec.rules[0].http.paths[0].path', file: 'a.yaml:3' } },
    ]);
  });

  it.each([
    ['no backend', { path: '/' }, 'spec.rules[0].http.paths[0].backend'],
    ['unknown path type', { path: '/', pathType: 'Regex', backend }, 'spec.rules[0].http.paths[0].pathType'],
    ['no port', { backend: { service: { name: 'x' } } }, 'spec.rules[0].http.paths[0].backend.service.port'],
    [
      'port out of range',
      { backend: { service: { name: 'x', port: { number: 0 } } } },
      'spec.rules[0].http.paths[0].backend.service.port.number',
    ],
    [
      'service and resource',
      { backend: { ...backend, resource: { kind: 'K', name: 'n' } } },
      'spec.rules[0].http.paths[0].backend',
    ],
  ])('names the field: %s', (_what, path, at) => {
    const { object, problems } = parse({ rules: [rule('a.test', path)] });
    expect(object?.spec.rules[0]?.paths).toEqual([]);
    expect(problems.map(({ origin }) => origin.path)).toEqual([at]);
  });

  it.each(['a.test:80', 'a b', '*.*.test', 'foo.*', '-a.test', 'https://a.test'])('refuses host %s', (host) => {
    const { object, problems } = parse({ rules: [rule(host, { backend }), rule('ok.test', { backend })] });
    expect(object?.spec.rules.map((one) => one.host)).toEqual(['ok.test']);
    expect(problems).toMatchObject([{ origin: { path: 'spec.rules[0].host' }, value: host }]);
  });

  it('takes null for absent, as Kubernetes does', () => {
    const { object, problems } = parse({
      tls: null,
      rules: [{ host: null, http: { paths: [{ path: null, backend }] } }],
    });
    expect(problems).toEqual([]);
    expect(object?.spec.rules[0]?.host).toBe('*');
  });

  it('warns of unknown fields with the nearest known one', () => {
    const { problems } = parse({ rules: [], rulez: [], defaultBackend: backend });
    expect(problems).toMatchObject([{ severity: 'warning', hint: 'did you mean rules?' }]);
  });

  it('says what is missing in an Ingress without rules', () => {
    expect(parse({}).problems).toMatchObject([{ reason: 'EmptyRule', severity: 'error' }]);
    expect(parse({ rules: [{ host: 'a.test' }] }).problems).toMatchObject([
      { reason: 'EmptyRule', severity: 'warning' },
    ]);
  });

  it('refuses old API versions with a hint', () => {
    const { object, problems } = parse({}, { name: 'web' }, 'extensions/v1beta1');
    expect(object).toBeUndefined();
    expect(problems).toMatchObject([{ value: 'extensions/v1beta1', hint: 'write it as networking.k8s.io/v1' }]);
  });

  it.each([
    [undefined],
    [null],
    ['text'],
    [[]],
    [{ rules: 'x' }],
    [{ rules: [7] }],
    [{ tls: [[]] }],
    [{ rules: [{ http: 3 }] }],
  ])('survives spec %j', (spec) => expect(parse(spec).problems.length).toBeGreaterThan(0));
});
