/** Hosts, paths, order, conflicts, default backends: Ingresses in, routes out. */
import { describe, expect, it } from '@jest/globals';
import type { Route } from '#ir/types.ts';
import { type Item, ingress, service, Translated, to, translated } from '#test/builders.ts';

const web = service('web').port(8080, { name: 'http' });

/** `=/a` exact, `/a/**` whole segments, `/` prefix, `~x` regex; then the conditions. */
function shown({ match }: Route): string {
  const { type, value } = match.path;
  const path = { exact: `=${value}`, segments: `${value}/**`, prefix: value, regex: `~${value}` }[type];
  const conditions = [...(match.methods ?? []), ...(match.headers ?? []), ...(match.query ?? [])];
  return [path, ...conditions.map((one) => (typeof one === 'string' ? one : one.name))].join(' ');
}

const routesOf = (host: string, ...items: readonly Item[]) =>
  translated(web, ...items)
    .host(host)
    .routes.map(shown);

describe('class selection', () => {
  const names = (ingressClass: string, ...items: readonly Item[]) =>
    new Translated([web, ...items], { settings: { ingressClass } }).gateway.hosts.map(({ name }) => name);
  const none = ingress('n').className(undefined).rule('none.test', '/');
  const mine = ingress('m').className('higress').rule('mine.test', '/');
  const nginx = ingress('x').className('nginx').rule('nginx.test', '/');
  const noted = ingress('a')
    .className('nginx')
    .annotate({ 'kubernetes.io/ingress.class': 'higress' })
    .rule('noted.test', '/');

  it.each([
    ['higress', ['mine.test', 'noted.test']],
    ['nginx', ['nginx.test', 'none.test']],
    ['', ['mine.test', 'nginx.test', 'none.test', 'noted.test']],
  ])('class "%s" serves %j', (ingressClass, expected) => {
    expect(names(ingressClass, none, mine, nginx, noted)).toEqual(expected);
  });

  it('a watch namespace leaves the others out', () => {
    const items = [web, service('web').in('b').port(8080), mine, mine.in('b').rule('b.test', '/')];
    const { gateway } = new Translated(items, { settings: { watchNamespace: 'b' } });
    expect(gateway.hosts.map(({ name }) => name)).toEqual(['b.test', 'mine.test']);
    expect(gateway.hosts[0]?.routes[0]?.name).toBe('b/m');
  });
});

describe('paths', () => {
  const raw = (path: object, annotations: Record<string, string> = {}) =>
    routesOf(
      'a.test',
      ingress('i')
        .annotate(annotations)
        .rawRule({ host: 'a.test', http: { paths: [{ backend: to('web'), ...path }] } }),
    )[0];

  it.each([
    [{ path: '/foo', pathType: 'Exact' }, '=/foo'],
    [{ path: '/foo', pathType: 'Prefix' }, '/foo/**'],
    [{ path: '/foo/', pathType: 'Prefix' }, '/foo/**'],
    [{ path: '/foo', pathType: 'ImplementationSpecific' }, '/foo/**'],
    [{ path: '/', pathType: 'Prefix' }, '/'],
    [{}, '/'],
    [{ path: '' }, '/'],
    [{ path: '/foo/*' }, '/foo/**'],
    [{ path: '/foo/.*' }, '/foo/**'],
    [{ path: '/*' }, '/'],
  ])('%j matches %s', (path, expected) => expect(raw(path)).toBe(expected));

  it.each([
    ['use-regex', { 'use-regex': 'true' }, '/v\\d', '~/v\\d.*'],
    ['use-regex with alternatives', { 'use-regex': 'true' }, '/a|/b', '~(?:/a|/b).*'],
    ['full-path-regex', { 'full-path-regex': 'true', 'use-regex': 'true' }, '/v\\d', '~/v\\d'],
    ['rewrite-target and a path with signs', { 'rewrite-target': '/x' }, '/a(.*)', '~/a(.*).*'],
    ['rewrite-target with a reference', { 'rewrite-target': '/$1' }, '/a', '~/a.*'],
    ['rewrite-target beside rewrite-path', { 'rewrite-target': '/$1', 'rewrite-path': '/b' }, '/a', '~/a.*'],
    ['rewrite-target with a plain path', { 'rewrite-target': '/x' }, '/a', '/a/**'],
  ])('regex needed: %s', (_what, annotations, path, expected) => {
    expect(raw({ path, pathType: 'Prefix' }, annotations)).toBe(expected);
  });

  it.each([
    ['a regex that RE2 refuses', '/a(?=b)', { 'use-regex': 'true' }, 'RegexInvalid'],
    ['a path without slash', 'foo', {}, 'PathInvalid'],
    ['a path with a query', '/a?b=c', {}, 'PathInvalid'],
  ])('%s takes only itself out', (_what, path, annotations, reason) => {
    const paths = [path, '/ok'].map((one) => ({ path: one, pathType: 'Prefix', backend: to('web') }));
    const result = translated(web, ingress('i').annotate(annotations).rawRule({ host: 'a.test', http: { paths } }));
    expect(result.host('a.test').routes).toHaveLength(1);
    expect(result.problems).toMatchObject([
      { reason, value: path, origin: { path: 'spec.rules[0].http.paths[0].path' } },
    ]);
  });

  it('ignore-path-case goes into the match', () => {
    const result = translated(web, ingress('i').annotate({ 'ignore-path-case': 'true' }).rule('a.test', '/Foo'));
    expect(result.route('a.test').match.path).toEqual({ type: 'segments', value: '/Foo', ignoreCase: true });
  });
});

describe('rewrite', () => {
  const rewrite = (path: string, annotations: Record<string, string>) => {
    const { action } = translated(web, ingress('i').annotate(annotations).rule('a.test', path)).route('a.test');
    return action.type === 'forward' ? action.rewrite : undefined;
  };

  it.each([
    ['=/foo', { 'rewrite-target': '/x' }, { path: { type: 'full', value: '/x' } }],
    ['/foo', { 'rewrite-target': '/x' }, { path: { type: 'prefix', value: '/x' } }],
    [
      '/foo(/|$)(.*)',
      { 'rewrite-target': '/$2' },
      { path: { type: 'regex', pattern: '^(?:(?:/foo(/|$)(.*)).*)$', substitution: '/\\2' } },
    ],
    [
      '/Foo/(.*)',
      { 'rewrite-target': '/x', 'ignore-path-case': 'true' },
      { path: { type: 'regex', pattern: '(?i)^(?:/Foo/(.*).*)$', substitution: '/x' } },
    ],
    ['/foo', { 'rewrite-path': '/y', 'rewrite-target': '/x' }, { path: { type: 'prefix', value: '/y' } }],
    ['/foo', { 'upstream-vhost': 'up.test' }, { host: 'up.test' }],
    [
      '/foo',
      { 'upstream-vhost': 'up.test', 'rewrite-path': '/' },
      { host: 'up.test', path: { type: 'prefix', value: '/' } },
    ],
  ])('%s with %j', (path, annotations, expected) => {
    expect(rewrite(path, annotations as unknown as Record<string, string>)).toEqual(expected);
  });

  it('a reference to a group that is not there leaves the path as it is', () => {
    const result = translated(web, ingress('i').annotate({ 'rewrite-target': '/$2' }).rule('a.test', '/foo'));
    expect(result.route('a.test').action).not.toHaveProperty('rewrite');
    expect(result.problems).toMatchObject([{ reason: 'AnnotationInvalid', value: '$2' }]);
  });
});

describe('order within a host', () => {
  it('exact, longer prefix, catch-all; regexes behind prefixes, full ones first', () => {
    const routes = routesOf(
      'a.test',
      ingress('a')
        .created(1)
        .rule('a.test', '/')
        .rule('a.test', '/foo')
        .rule('a.test', '=/')
        .rule('a.test', '/foo/bar'),
      ingress('b').created(2).annotate({ 'use-regex': 'true' }).rule('a.test', '/r').rule('a.test', '/long'),
      ingress('c').created(3).annotate({ 'full-path-regex': 'true' }).rule('a.test', '/f'),
      ingress('d').created(4).rule('a.test', '=/foo'),
    );
    expect(routes).toEqual(['=/foo', '=/', '/foo/bar/**', '/foo/**', '~/f', '~/long.*', '~/r.*', '/']);
  });

  it('methods before none, fewer methods first, then more headers, then more query conditions', () => {
    const at = (name: string, second: number, annotations: Record<string, string>) =>
      ingress(name).created(second).annotate(annotations).rule('a.test', '/x');
    const routes = routesOf(
      'a.test',
      at('a', 1, {}),
      at('b', 2, { 'exact-match-query-q': '1' }),
      at('c', 3, { 'exact-match-header-h': '1' }),
      at('d', 4, { 'exact-match-header-h': '1', 'exact-match-header-i': '1' }),
      at('e', 5, { 'match-method': 'GET POST' }),
      at('f', 6, { 'match-method': 'GET' }),
    );
    expect(routes).toEqual(['/x/** GET', '/x/** GET POST', '/x/** h i', '/x/** h', '/x/** q', '/x/**']);
  });

  it('equal ones keep the order of creation', () => {
    const at = (name: string, second: number, header: string) =>
      ingress(name)
        .created(second)
        .annotate({ [`exact-match-header-${header}`]: '1' })
        .rule('a.test', '/x');
    expect(routesOf('a.test', at('b', 2, 'second'), at('a', 1, 'first'), at('c', 3, 'third'))).toEqual([
      '/x/** first',
      '/x/** second',
      '/x/** third',
    ]);
  });
});

describe('conflicts', () => {
  it('the oldest wins; the loser is told who', () => {
    const result = translated(
      web,
      ingress('young').created(2).rule('a.test', '/x').rule('a.test', '/y'),
      ingress('old').in('shop').created(1).rule('a.test', '/x'),
      service('web').in('shop').port(8080),
    );
    expect(result.host('a.test').routes.map(({ name }) => name)).toEqual(['shop/old', 'default/young']);
    expect(result.problems).toMatchObject([
      {
        severity: 'error',
        reason: 'RouteConflict',
        origin: { name: 'young', path: 'spec.rules[0].http.paths[0]' },
        message: expect.stringContaining('Ingress shop/old'),
      },
    ]);
  });

  it('objects from a folder stand behind those with a creation time, by namespace and name', () => {
    const at = (name: string) => ingress(name).rule('a.test', '/');
    expect(translated(web, at('b'), at('a')).route('a.test').name).toBe('default/a');
    expect(translated(web, at('a'), at('b').created(1)).route('a.test').name).toBe('default/b');
  });

  it('other conditions are other rules', () => {
    const result = translated(
      web,
      ingress('a').rule('a.test', '/x'),
      ingress('b').annotate({ 'match-method': 'GET' }).rule('a.test', '/x'),
    );
    expect(result.host('a.test').routes).toHaveLength(2);
    expect(result.problems).toEqual([]);
  });
});

describe('names', () => {
  it('system namespace: just the name', () => {
    const item = ingress('i').in('higress-system').rule('a.test', '/');
    expect(translated(service('web').in('higress-system').port(8080), item).route('a.test').name).toBe('i');
  });

  it('ids are unique', () => {
    const result = translated(web, ingress('i').rule('a.test', '/x').rule('a.test', '/y').rule('b.test', '/'));
    const ids = result.gateway.hosts.flatMap(({ routes }) => routes.map(({ id }) => id));
    expect(ids).toEqual(['a.test|default/i|0', 'a.test|default/i|1', 'b.test|default/i|0']);
  });
});

describe('wildcard hosts', () => {
  const items = [
    web,
    ingress('all').rule('', '/all'),
    ingress('foo').rule('*.foo.com', '/foo'),
    ingress('exact').rule('a.foo.com', '/exact'),
  ];

  it('an exact host goes on with the routes of the wildcard hosts that cover it, nearest first', () => {
    const result = translated(...items);
    expect(result.host('a.foo.com').routes.map(shown)).toEqual(['/exact/**', '/foo/**', '/all/**']);
    expect(result.host('*.foo.com').routes.map(shown)).toEqual(['/foo/**', '/all/**']);
    expect(result.host('*').routes.map(shown)).toEqual(['/all/**']);
    expect(result.route('a.foo.com', 1).id).toBe('a.foo.com|default/foo|0');
  });

  it('not when the setting is off', () => {
    const result = new Translated(items, { settings: { wildcardFallback: false } });
    expect(result.host('a.foo.com').routes.map(shown)).toEqual(['/exact/**']);
  });

  it('not behind a route that takes everything, and not the same rule twice', () => {
    expect(routesOf('a.foo.com', ...items.slice(1), ingress('top').rule('a.foo.com', '/'))).toEqual(['/exact/**', '/']);
    expect(routesOf('a.foo.com', ...items.slice(1), ingress('same').rule('a.foo.com', '/foo'))).toEqual([
      '/exact/**',
      '/foo/**',
      '/all/**',
    ]);
  });

  it('a name of its own under a wildcard needs a dot before the suffix', () => {
    expect(routesOf('foo.com', ...items.slice(1), ingress('x').rule('foo.com', '/x'))).toEqual(['/x/**', '/all/**']);
  });
});

describe('default backends', () => {
  const fallback = (name: string, second: number) => ingress(name).created(second).defaultBackend(to('web'));
  const names = (result: Translated, host: string) => result.host(host).routes.map(({ name }) => name);

  it('alone it serves every host', () => {
    const result = translated(web, fallback('d', 1));
    expect(names(result, '*')).toEqual(['default/d-default']);
    expect(result.route('*').match.path).toEqual({ type: 'prefix', value: '/' });
  });

  it('is the last route of each host of its Ingress, and of *', () => {
    const result = translated(web, fallback('d', 1).rule('a.test', '/x'));
    expect(names(result, 'a.test')).toEqual(['default/d', 'default/d-default']);
    expect(names(result, '*')).toEqual(['default/d-default']);
  });

  it('gives way to a rule for / of any Ingress', () => {
    const result = translated(web, fallback('d', 1).rule('a.test', '/x'), ingress('i').created(2).rule('a.test', '/'));
    expect(names(result, 'a.test')).toEqual(['default/d', 'default/i']);
  });

  it('of several the oldest wins for a named host, the youngest for *', () => {
    const result = translated(web, fallback('d', 1).rule('a.test', '/x'), fallback('e', 2).rule('a.test', '/y'));
    expect(names(result, 'a.test').at(-1)).toBe('default/d-default');
    expect(names(result, '*')).toEqual(['default/e-default']);
    expect(result.reasons()).toEqual(['RouteConflict', 'RouteConflict']);
  });

  it('has the annotations of its Ingress, but no match conditions', () => {
    const item = fallback('d', 1).annotate({
      timeout: '3',
      'match-method': 'GET',
      'whitelist-source-range': '10.0.0.0/8',
    });
    const route = translated(web, item).route('*');
    expect(route.action).toMatchObject({ timeoutMs: 3000 });
    expect(route.policies.ipAccess).toEqual({ allow: ['10.0.0.0/8'] });
    expect(route.match.methods).toBeUndefined();
  });
});

describe('redirects', () => {
  it('ssl-redirect is a policy of the route; a URL redirect beats it', () => {
    const secure = ingress('i').annotate({ 'ssl-redirect': 'true' });
    expect(translated(web, secure.rule('a.test', '/')).route('a.test').policies).toEqual({ httpsRedirect: true });
    const moved = secure.annotate({ 'permanent-redirect': 'https://b.test/new' }).rule('a.test', '/');
    const route = translated(web, moved).route('a.test');
    expect(route.policies).toEqual({});
    expect(route.action).toEqual({ type: 'redirect', status: 301, scheme: 'https', host: 'b.test', path: '/new' });
  });

  it('app-root answers exactly / on each host, behind an exact / of the user; the youngest Ingress decides', () => {
    const root = (name: string, second: number, path: string) =>
      ingress(name).created(second).annotate({ 'app-root': path }).rule('a.test', `/${name}`);
    const result = translated(web, root('a', 1, '/one'), root('b', 2, '/two'), ingress('c').rule('a.test', '=/'));
    expect(result.host('a.test').routes.map(({ name }) => name)).toEqual([
      'default/c',
      'a.test-app-root',
      'default/a',
      'default/b',
    ]);
    expect(result.route('a.test', 1)).toMatchObject({
      action: { type: 'redirect', status: 302, path: '/two' },
      policies: {},
    });
  });
});

describe('policies', () => {
  it('auth-type answers 503 on every route of its Ingress', () => {
    const item = ingress('i').annotate({ 'auth-type': 'basic' }).rule('a.test', '/').defaultBackend(to('web'));
    const result = translated(web, item);
    expect(result.route('a.test').action).toMatchObject({ type: 'respond', status: 503 });
    expect(result.route('*').action).toMatchObject({ type: 'respond', status: 503 });
    expect(result.reasons()).toEqual(['AnnotationNotSupported']);
  });

  it('a match condition that RE2 refuses takes the routes of its Ingress out, not those of others', () => {
    const broken = ingress('i').annotate({ 'regex-match-header-u': '(' }).rule('a.test', '/');
    const result = translated(web, broken, ingress('j').rule('a.test', '/x'));
    expect(result.host('a.test').routes.map(({ name }) => name)).toEqual(['default/j']);
  });

  it('an unknown annotation value leaves the Ingress working', () => {
    const result = translated(
      web,
      ingress('i').annotate({ 'load-balance': 'best', timeout: 'soon' }).rule('a.test', '/'),
    );
    expect(result.route('a.test').action).not.toHaveProperty('timeoutMs');
    expect(result.reasons()).toEqual(['AnnotationInvalid', 'AnnotationInvalid']);
  });
});
