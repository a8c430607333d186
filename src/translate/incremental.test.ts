/** A translator that is kept must tell the same as a new one, after any sequence of changes. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contentHash } from '#lib/hash.ts';
import { type ConfigMap, parseConfigMap } from '#model/config-map.ts';
import { type EndpointSlice, parseEndpointSlice } from '#model/endpoint-slice.ts';
import { type Ingress, parseIngress } from '#model/ingress/ingress.ts';
import { parseSecret, type Secret } from '#model/secret.ts';
import { parseService, type Service } from '#model/service.ts';
import type { World } from '#model/world.ts';
import { EMPTY_PART } from '#sources/files/kinds.ts';
import { settings } from '#test/builders.ts';
import { selfSigned } from '#test/certificate.ts';
import { catalogue } from '#test/ir.ts';
import { createTranslator } from './translate.ts';

const services = { catalogue: catalogue([]) };

interface Wish {
  readonly name: number;
  readonly host: string;
  readonly path: string;
  readonly service: number;
  /** Of the Secret; empty: TLS without one; null: no TLS. */
  readonly tls: string | null;
  readonly policy: boolean;
  readonly age: number;
}

const wish: fc.Arbitrary<Wish> = fc.record({
  name: fc.integer({ min: 0, max: 12 }),
  host: fc.constantFrom('a.test', 'b.test', 'c.test', '*.test', '*.b.test', 'x.b.test', '*'),
  path: fc.constantFrom('/', '/one', '/two'),
  service: fc.integer({ min: 0, max: 3 }),
  tls: fc.constantFrom(null, '', 'one', 'missing'),
  policy: fc.boolean(),
  age: fc.integer({ min: 0, max: 3 }),
});

function ingressOf({ name, host, path, service, tls, policy, age }: Wish): Ingress {
  const value = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: `i${name}`,
      namespace: 'default',
      creationTimestamp: new Date(Date.UTC(2026, 0, 1 + age)).toISOString(),
      annotations: policy ? { 'higress.io/backend-protocol': 'GRPC' } : {},
    },
    spec: {
      ingressClassName: 'higress',
      ...(tls === null ? {} : { tls: [{ hosts: [host], secretName: tls }] }),
      rules: [
        {
          ...(host === '*' ? {} : { host }),
          http: {
            paths: [{ path, pathType: 'Prefix', backend: { service: { name: `s${service}`, port: { number: 80 } } } }],
          },
        },
      ],
    },
  };
  return parseIngress({ value }, { namespace: '' }).object!;
}

function serviceOf(n: number): Service {
  const value = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `s${n}`, namespace: 'default' },
    spec: { ports: [{ port: 80 }] },
  };
  return parseService({ value }, { namespace: '' }).object!;
}

function sliceOf(service: number, endpoints: number): EndpointSlice {
  const value = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `s${service}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': `s${service}` } },
    addressType: 'IPv4',
    endpoints: Array.from({ length: endpoints }, (_, n) => ({ addresses: [`10.0.0.${n + 1}`] })),
    ports: [{ port: 80 }],
  };
  return parseEndpointSlice({ value }, { namespace: '' }).object!;
}

const pair = selfSigned('a.test', '*.test');

function secretOf(name: string): Secret {
  const value = { metadata: { name }, stringData: { 'tls.crt': pair.cert, 'tls.key': pair.key } };
  return parseSecret({ value }, { namespace: 'default' }).object!;
}

function httpsOf({ domain, secret, fallback }: { domain: string; secret: string; fallback: boolean }): ConfigMap {
  const cert = {
    automaticHttps: false,
    fallbackForInvalidSecret: fallback,
    credentialConfig: [
      { domains: [domain], tlsSecret: `default/${secret}` },
      { domains: ['*'], tlsSecret: 'default/two' },
    ],
  };
  const value = { metadata: { name: 'higress-https' }, data: { cert: JSON.stringify(cert) } };
  return parseConfigMap({ value }, { namespace: settings.systemNamespace }).object!;
}

const https = fc.record({
  domain: fc.constantFrom('a.test', '*.b.test', '*.test'),
  secret: fc.constantFrom('one', 'two', 'missing'),
  fallback: fc.boolean(),
});

const step = fc.oneof(
  { weight: 5, arbitrary: wish.map((put) => ({ put })) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 12 }).map((remove) => ({ remove })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map((service) => ({ service })) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 })).map((slice) => ({ slice })),
  },
  { weight: 1, arbitrary: fc.constantFrom('one', 'two').map((secret) => ({ secret })) },
  { weight: 1, arbitrary: fc.option(https).map((https) => ({ https })) },
);

describe('a translator that is kept', () => {
  it('tells what a new one tells', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const kept = createTranslator(settings, services);
        const ingresses = new Map<number, Ingress>();
        const known = new Map([0, 1].map((n) => [n, serviceOf(n)]));
        const secrets = new Map<string, Secret>();
        const slices = new Map<number, EndpointSlice>();
        let configMaps: readonly ConfigMap[] = [];
        for (const one of steps) {
          if ('put' in one) ingresses.set(one.put.name, ingressOf(one.put));
          else if ('remove' in one) ingresses.delete(one.remove);
          else if ('slice' in one) slices.set(one.slice[0], sliceOf(...one.slice));
          else if ('secret' in one) {
            if (!secrets.delete(one.secret)) secrets.set(one.secret, secretOf(one.secret));
          } else if ('https' in one) configMaps = one.https === null ? [] : [httpsOf(one.https)];
          else if (!known.delete(one.service)) known.set(one.service, serviceOf(one.service));
          const world: World = {
            ...EMPTY_PART,
            registryServices: [],
            ingresses: [...ingresses.values()],
            services: [...known.values()],
            endpointSlices: [...slices.values()],
            secrets: [...secrets.values()],
            configMaps,
          };
          const fresh = createTranslator(settings, services).translate(world);
          expect(contentHash(kept.translate(world))).toBe(contentHash(fresh));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('goes on after a run that ended halfway', () => {
    const kept = createTranslator(settings, services);
    const world: World = {
      ...EMPTY_PART,
      registryServices: [],
      ingresses: [ingressOf({ name: 1, host: 'a.test', path: '/', service: 0, tls: null, policy: false, age: 0 })],
      services: [serviceOf(0)],
    };
    const broken = { ...world, services: null as unknown as Service[] };
    kept.translate(world);
    const changed = ingressOf({ name: 1, host: 'b.test', path: '/', service: 0, tls: null, policy: false, age: 0 });
    expect(() => kept.translate({ ...broken, ingresses: [changed] })).toThrow();
    const after = { ...world, ingresses: [changed] };
    expect(contentHash(kept.translate(after))).toBe(contentHash(createTranslator(settings, services).translate(after)));
  });
});
