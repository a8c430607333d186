import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalizePath } from './normalize-path.ts';
import { hostNameOf, parseRequest, RequestError } from './request.ts';

describe('a request that is asked about', () => {
  it('is read from a URL and header lines', () => {
    const request = parseRequest({
      url: 'https://user:pw@Shop.Example.com:8443/a/../cart?id=1&id=2&flag#top',
      method: 'post',
      headers: ['X-User: ann', 'x-user: bob', 'x-empty:'],
    });
    expect(request).toMatchObject({
      scheme: 'https',
      authority: 'Shop.Example.com:8443',
      hostName: 'shop.example.com',
      sni: 'shop.example.com',
      method: 'POST',
      path: '/cart',
      target: '/cart?id=1&id=2&flag',
    });
    expect([...request.query]).toEqual([
      ['id', '1'],
      ['flag', ''],
    ]);
    expect([...request.headers]).toEqual([
      ['x-user', 'ann,bob'],
      ['x-empty', ''],
      ['x-forwarded-proto', 'https'],
    ]);
  });

  it('takes http, GET and / where nothing is said', () => {
    expect(parseRequest({ url: 'a.test?x' })).toMatchObject({
      scheme: 'http',
      method: 'GET',
      path: '/',
      target: '/?x',
    });
  });

  it('takes the host of a header, and the server name of the URL, as curl does', () => {
    const request = parseRequest({ url: 'https://127.0.0.1/x', headers: ['Host: a.test'] });
    expect(request).toMatchObject({ hostName: 'a.test', authority: 'a.test', sni: undefined });
    expect(parseRequest({ url: 'https://b.test/', headers: ['host: a.test'] })).toMatchObject({
      hostName: 'a.test',
      sni: 'b.test',
    });
  });

  it('loses headers that the edge takes from clients', () => {
    const headers = ['x-mse-consumer: admin', 'x-envoy-max-retries: 9', 'x-higress-llm-model: kept'];
    const request = parseRequest({ url: 'http://a.test/', headers });
    expect([...request.headers.keys()]).toEqual(['x-higress-llm-model', 'x-forwarded-proto']);
  });

  it.each([
    [{ url: 'ftp://a.test/' }, 'is not of http or https'],
    [{ url: 'http:///x' }, 'names no host'],
    [{ url: 'http://a.test', headers: ['no colon'] }, "write it as -H 'name: value'"],
    [{ url: 'http://a.test', method: 'G T' }, 'is no method'],
  ])('is refused with a reason: %j', (input, reason) => {
    expect(() => parseRequest(input)).toThrow(RequestError);
    expect(() => parseRequest(input)).toThrow(reason);
  });

  it('finds the host before a port, IPv6 too', () => {
    expect(['A.test:1', '[::1]:80', '[::1]', 'a.test'].map(hostNameOf)).toEqual(['a.test', '[::1]', '[::1]', 'a.test']);
  });
});

describe('a normalised path', () => {
  it('stays as it is when it is normalised again, and holds no dot segments', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('.', '..', 'a', '%2e', '', 'é', '%2F', 'a b', '\\')), (segments) => {
        const path = normalizePath(`/${segments.join('/')}`);
        expect(normalizePath(path)).toBe(path);
        expect(path.split('/')).not.toContain('..');
        expect(path.startsWith('/')).toBe(true);
      }),
    );
  });
});
