import { describe, expect, it } from '@jest/globals';
import { bridge, type Item, ingress, registryService, service, translated } from '#test/builders.ts';

const services = [service('web').port(8080), service('next').port(8080), service('third').port(8080)];
const base = ingress('base').created(1).annotate({ timeout: '3', 'request-header-control-add': 'x-base 1' });
const canary = (name: string, annotations: Record<string, string>, second = 2) =>
  ingress(name)
    .created(second)
    .annotate({ canary: 'true', ...annotations });
const to = (name: string) => ({ service: { name, port: { number: 8080 } } });
const cluster = (name: string) => `outbound|8080||${name}.default.svc.cluster.local`;

describe('canary by header', () => {
  const item = canary('beta', { 'canary-by-header': 'x-beta', timeout: '9', 'request-header-control-add': 'x-beta 1' });
  const result = translated(...services, base.rule('a.test', '/x', to('web')), item.rule('a.test', '/x', to('next')));

  it('stands right before its base with one more condition', () => {
    expect(result.host('a.test').routes.map(({ name }) => name)).toEqual(['default/beta', 'default/base']);
    expect(result.route('a.test').match).toEqual({
      path: { type: 'segments', value: '/x' },
      headers: [{ type: 'exact', name: 'x-beta', value: 'always' }],
    });
  });

  it('has its own destination and header control, the rest from the base', () => {
    expect(result.route('a.test')).toMatchObject({
      action: { destinations: [{ backend: cluster('next') }], timeoutMs: 3000 },
      policies: { headers: { request: { add: [{ name: 'x-beta', value: '1' }] } } },
    });
    expect(result.route('a.test', 1)).toMatchObject({
      action: { destinations: [{ backend: cluster('web') }] },
      policies: { headers: { request: { add: [{ name: 'x-base', value: '1' }] } } },
    });
    expect(result.problems).toEqual([]);
  });

  it('keeps the conditions of the base', () => {
    const user = { 'exact-match-header-user': 'higress' };
    const both = translated(
      ...services,
      base.annotate(user).rule('a.test', '/x', to('web')),
      item.annotate(user).rule('a.test', '/x', to('next')),
    );
    expect(both.route('a.test').match.headers?.map(({ name }) => name)).toEqual(['user', 'x-beta']);
  });
});

describe('canary by weight', () => {
  const weights = (...items: readonly Item[]) => {
    const { action } = translated(...services, ...items).route('a.test');
    return action.type === 'forward' ? action.destinations.map(({ backend, weight }) => [backend, weight]) : [];
  };
  const web = base.rule('a.test', '/x', to('web'));

  it.each([
    ['of 100', { 'canary-weight': '20' }, [80, 20]],
    ['of a total', { 'canary-weight': '1', 'canary-weight-total': '3' }, [67, 33]],
    ['everything', { 'canary-weight': '100' }, [0, 100]],
    ['more than everything', { 'canary-weight': '500' }, [0, 100]],
    ['no weight', {}, [100, 0]],
  ])('%s', (_what, annotations, [left, share]) => {
    const item = canary('c', annotations as Record<string, string>).rule('a.test', '/x', to('next'));
    expect(weights(web, item)).toEqual([
      [cluster('web'), left],
      [cluster('next'), share],
    ]);
  });

  it('several add up, oldest first, and never above everything', () => {
    const one = canary('b', { 'canary-weight': '60' }, 3).rule('a.test', '/x', to('next'));
    const two = canary('a', { 'canary-weight': '60' }, 4).rule('a.test', '/x', to('third'));
    expect(weights(web, two, one)).toEqual([
      [cluster('web'), 0],
      [cluster('next'), 60],
      [cluster('third'), 40],
    ]);
  });

  it('shares an upstream of several destinations', () => {
    const many = base.annotate({ destination: '75% a.static\n25% b.static' }).rule('a.test', '/x', bridge);
    const item = canary('c', { 'canary-weight': '10' }).rule('a.test', '/x', to('next'));
    expect(weights(registryService('a.static', 80), registryService('b.static', 80), many, item)).toEqual([
      ['outbound|80||a.static', 6750],
      ['outbound|80||b.static', 2250],
      [cluster('next'), 1000],
    ]);
  });

  it('header control moves from the route to each destination', () => {
    const item = canary('c', { 'canary-weight': '20', 'response-header-control-add': 'x-c 1' }).rule(
      'a.test',
      '/x',
      to('next'),
    );
    const route = translated(...services, web, item).route('a.test');
    expect(route.name).toBe('default/base');
    expect(route.policies).toEqual({});
    expect(route.action).toMatchObject({
      destinations: [
        { headers: { request: { add: [{ name: 'x-base', value: '1' }] } } },
        { headers: { response: { add: [{ name: 'x-c', value: '1' }] } } },
      ],
    });
  });
});

describe('a canary without base', () => {
  it.each([
    ['another path', '/y', {}],
    ['other conditions', '/x', { 'match-method': 'GET' }],
  ])('%s: makes no route and says so', (_what, path, more) => {
    const item = canary('c', { 'canary-weight': '20', ...more }).rule('a.test', path, to('next'));
    const result = translated(...services, base.rule('a.test', '/x', to('web')), item);
    expect(result.host('a.test').routes.map(({ name }) => name)).toEqual(['default/base']);
    expect(result.problems).toMatchObject([{ reason: 'CanaryWithoutBase', origin: { name: 'c' } }]);
  });

  it('makes no host either', () => {
    const result = translated(...services, canary('c', { 'canary-weight': '20' }).rule('a.test', '/', to('next')));
    expect(result.gateway.hosts).toEqual([]);
  });

  it('a condition that RE2 refuses leaves all requests with the base', () => {
    const item = canary('c', { 'canary-by-header': 'x', 'canary-by-header-pattern': '[' }).rule(
      'a.test',
      '/x',
      to('next'),
    );
    const result = translated(...services, base.rule('a.test', '/x', to('web')), item);
    expect(result.host('a.test').routes.map(({ name }) => name)).toEqual(['default/base']);
    expect(result.reasons()).toEqual(['AnnotationInvalid']);
  });
});
