import { describe, expect, it } from '@jest/globals';
import type { ForwardAction, PathMatch } from '#ir/types.ts';
import { forward } from '#test/ir.ts';
import { forwardAction, redirectAction } from './route-action.ts';
import { routeConfiguration } from './route-config.ts';
import { routeMatch } from './route-match.ts';

const prefix: PathMatch = { type: 'prefix', value: '/' };

describe('routeMatch', () => {
  it.each<[PathMatch, object]>([
    [
      { type: 'exact', value: '/a', ignoreCase: true },
      { path: '/a', case_sensitive: false },
    ],
    [{ type: 'segments', value: '/a/' }, { path_separated_prefix: '/a' }],
    [{ type: 'segments', value: '/' }, { prefix: '/' }],
    [{ type: 'regex', value: '/a.*', ignoreCase: true }, { safe_regex: { regex: '(?i)/a.*' } }],
  ])('%j', (path, expected) => expect(routeMatch({ path })).toEqual(expected));

  it('joins methods, and knows Host as :authority', () => {
    const match = routeMatch({
      path: prefix,
      methods: ['GET', 'PUT'],
      headers: [{ name: 'Host', type: 'prefix', value: '' }],
    });
    expect(match.headers).toEqual([
      { name: ':method', string_match: { safe_regex: { regex: 'GET|PUT' } } },
      { name: ':authority', string_match: { safe_regex: { regex: '.*' } } },
    ]);
  });
});

describe('forwardAction', () => {
  const action = (more: Partial<ForwardAction>, path: PathMatch = prefix) =>
    forwardAction(forward('a', more), { path }, []).route as Record<string, unknown>;

  it('has no timeout unless told', () => {
    expect(action({}).timeout).toBe('0s');
    expect(action({ timeoutMs: 1500 }).timeout).toBe('1.5s');
  });

  it('retries twice by default, not at all for zero tries', () => {
    expect(action({}).retry_policy).toMatchObject({ retry_on: 'connect-failure,refused-stream', num_retries: 2 });
    expect(action({ retry: { attempts: 0, on: ['5xx'] } }).retry_policy).toBeUndefined();
    expect(action({ retry: { attempts: 3, on: [] } }).retry_policy).toBeUndefined();
  });

  it('keeps exactly one slash where the new prefix meets the rest', () => {
    const to = (value: string) => ({ rewrite: { path: { type: 'prefix' as const, value } } });
    expect(action(to('/new'), { type: 'prefix', value: '/old' }).prefix_rewrite).toBe('/new');
    expect(action(to('/new'), { type: 'prefix', value: '/o.d/' }).regex_rewrite).toEqual({
      pattern: { regex: '^/o\\.d(/.*)?$' },
      substitution: '/new\\1',
    });
    expect(action(to('/'), { type: 'segments', value: '/old' }).regex_rewrite).toEqual({
      pattern: { regex: '^/old/?(.*)$' },
      substitution: '/\\1',
    });
    expect(action(to('/x'), { type: 'exact', value: '/old' }).prefix_rewrite).toBe('/x');
  });

  it('never selects weight 0, and answers 503 when nothing is left', () => {
    const zero = forwardAction(forward([{ backend: 'a', weight: 0 }]), { path: prefix }, []);
    expect(zero).toMatchObject({ direct_response: { status: 503 } });
    const two = forwardAction(
      forward([
        { backend: 'a', weight: 0 },
        { backend: 'b', weight: 2 },
      ]),
      { path: prefix },
      [],
    );
    expect(two).toMatchObject({ route: { cluster: 'b' } });
  });

  it('mirrors a share', () => {
    expect(action({ mirror: { backend: 'm', percent: 12.5 } }).request_mirror_policies).toEqual([
      { cluster: 'm', runtime_fraction: { default_value: { numerator: 125_000, denominator: 'MILLION' } } },
    ]);
  });

  it('hashes in the order given', () => {
    const hash = action({
      hash: [{ type: 'query', name: 'q' }, { type: 'sourceAddress' }, { type: 'cookie', name: 'c', ttlMs: 1000 }],
    });
    expect(hash.hash_policy).toEqual([
      { query_parameter: { name: 'q' } },
      { connection_properties: { source_ip: true } },
      { cookie: { name: 'c', ttl: '1s' } },
    ]);
  });
});

describe('redirectAction', () => {
  it('names what changes only', () => {
    expect(redirectAction({ type: 'redirect', status: 307, host: 'h' })).toEqual({
      redirect: { host_redirect: 'h', response_code: 'TEMPORARY_REDIRECT' },
    });
  });
});

describe('routeConfiguration', () => {
  it('adds X-Real-IP when asked', () => {
    expect(routeConfiguration('http', [], { addXRealIpHeader: false }).request_headers_to_add).toBeUndefined();
    expect(JSON.stringify(routeConfiguration('http', [], { addXRealIpHeader: true }))).toContain('x-real-ip');
  });
});
