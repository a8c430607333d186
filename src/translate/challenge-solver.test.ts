import { describe, expect, it } from '@jest/globals';
import { solverIngress } from '#app/controller/acme/solver-ingress.ts';
import { ingress, type Manifest, service, settings, Translated, to } from '#test/builders.ts';
import type { PluginBinder } from './plugin-binder.ts';

const DOMAIN = 'shop.test';
const place = {
  namespace: settings.systemNamespace,
  ingressClass: 'higress',
  service: { name: 'higress-controller', port: 8889 },
};
const solver: Manifest = { manifest: solverIngress(DOMAIN, 'token-1', place) };
const controller = service('higress-controller').port(8889).in(settings.systemNamespace);
const web = service('web').port(8080);
const PATH = { type: 'exact', value: '/.well-known/acme-challenge/token-1' };

const everywhere: PluginBinder = {
  prepare: () => ({
    version: 'v',
    domains: [],
    keepsPath: () => true,
    problems: [],
    bindingsFor: () => [{ plugin: 'guard', instance: 'higress-system/guard', phase: 'AUTHN', priority: 1 } as never],
  }),
};

describe('the Ingress that answers a challenge', () => {
  it('goes before a redirect to HTTPS, a longer regular expression and every plugin of its host', () => {
    const shop = ingress('shop')
      .created(1)
      .rule(DOMAIN, '/')
      .rule(DOMAIN, '/.well-known/acme-challenge')
      .tls('missing', DOMAIN)
      .annotate({ 'ssl-redirect': 'true' });
    const regex = ingress('regex')
      .created(2)
      .rule(DOMAIN, '/.well-known/acme-challenge/[a-z0-9-]+.*', to('web'))
      .annotate({ 'use-regex': 'true' });
    const result = new Translated([web, controller, shop, regex, solver], { binder: everywhere });
    const [first, ...others] = result.host(DOMAIN).routes;
    expect(first).toMatchObject({
      name: 'higress-http-solver-shop-test',
      match: { path: PATH },
      policies: {},
      plugins: [],
      action: { destinations: [{ backend: expect.stringContaining('higress-controller') }] },
    });
    expect(others).toHaveLength(3);
    expect(others.every(({ plugins }) => plugins.length === 1)).toBe(true);
    expect(others.map(({ policies }) => policies.httpsRedirect ?? false)).toContain(true);
  });

  it('counts when another namespace is watched', () => {
    const options = { settings: { watchNamespace: 'apps' } };
    expect(new Translated([controller, solver], options).host(DOMAIN).routes).toHaveLength(1);
  });

  it.each([
    ['of another namespace', 'apps', 'Exact', PATH.value],
    ['with another path', settings.systemNamespace, 'Exact', '/admin'],
    ['with a prefix', settings.systemNamespace, 'Prefix', PATH.value],
  ])('%s is an Ingress like any other', (_what, namespace, pathType, path) => {
    const { manifest } = solver as { manifest: ReturnType<typeof solverIngress> };
    const [rule] = manifest.spec.rules;
    const paths = [{ ...rule!.http.paths[0]!, path, pathType }];
    const other: Manifest = {
      manifest: {
        ...manifest,
        metadata: { ...manifest.metadata, namespace },
        spec: { ...manifest.spec, rules: [{ host: DOMAIN, http: { paths } }] },
      },
    };
    const items = [controller, controller.in('apps'), other];
    expect(new Translated(items, { settings: { watchNamespace: 'other' } }).gateway.hosts).toEqual([]);
    expect(new Translated(items, { binder: everywhere }).route(DOMAIN).plugins).toHaveLength(1);
  });
});
