/** Cross-origin requests, header edits and access by address, by annotation. */
import { describe, expect } from '@jest/globals';
import { gatewaySuite, type Scenario } from '#test/scenario.ts';

const suite = gatewaySuite({ web: ['web'], next: ['next'] });
const ORIGIN = 'https://app.test';

function preflight({ ask }: Scenario, path = '/', origin = ORIGIN) {
  const headers = { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-a' };
  return ask(path, { method: 'OPTIONS', headers });
}

/** What the answer to a simple request lets the origin read. */
async function allowed({ ask }: Scenario, path: string, origin: string) {
  return (await ask(path, { headers: { origin } })).headers['access-control-allow-origin'];
}

describe('annotations:', () => {
  suite.it(
    'enable-cors: preflights are answered by the gateway, with the defaults',
    [{ annotations: { 'enable-cors': 'true' } }],
    async (scenario) => {
      const { status, headers } = await preflight(scenario, '/pre');
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-credentials': 'true',
        'access-control-max-age': '1728000',
      });
      const list = (name: string) => String(headers[name]).split(/, ?/);
      expect(list('access-control-allow-methods')).toEqual(['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS']);
      expect(list('access-control-allow-headers')).toEqual(
        expect.arrayContaining(['DNT', 'Content-Type', 'Authorization']),
      );
      expect(headers['access-control-expose-headers']).toBeUndefined();
      expect(scenario.arrived('/pre')).toEqual([]);
      expect(await allowed(scenario, '/', ORIGIN)).toBe(ORIGIN);
    },
  );

  suite.it(
    'enable-cors: is off unless asked for',
    [{ annotations: { 'cors-allow-origin': '*' } }],
    async (scenario) => {
      expect((await preflight(scenario)).headers['access-control-allow-origin']).toBeUndefined();
      expect(scenario.arrived('/')).toHaveLength(1);
    },
  );

  suite.it(
    'cors-allow-origin: a list of origins and of suffixes with their scheme',
    [{ annotations: { 'enable-cors': 'true', 'cors-allow-origin': 'https://a.test, https://*.b.test' } }],
    async (scenario) => {
      for (const origin of ['https://a.test', 'https://x.b.test', 'https://x.y.b.test'])
        expect(await allowed(scenario, '/', origin)).toBe(origin);
      for (const origin of [
        'http://a.test',
        'https://a.test.evil',
        'https://b.test',
        'http://x.b.test',
        'https://x.b.test.evil',
      ])
        expect(await allowed(scenario, '/', origin)).toBeUndefined();
    },
  );

  suite.it(
    'cors-allow-origin: a star anywhere in the list is everyone; a pattern that is none is told',
    [
      { path: '/a', annotations: { 'enable-cors': 'true', 'cors-allow-origin': 'https://a.test,*' } },
      { path: '/b', annotations: { 'enable-cors': 'true', 'cors-allow-origin': 'https://a.test,https://b*.test' } },
    ],
    async (scenario) => {
      expect(await allowed(scenario, '/a', 'https://other.test')).toBe('https://other.test');
      expect(await allowed(scenario, '/b', 'https://b1.test')).toBeUndefined();
      expect(await scenario.problems()).toMatchObject([
        { message: expect.stringContaining('"https://b*.test" is not allowed') },
      ]);
    },
  );

  suite.it(
    'cors-allow-methods, cors-allow-headers, cors-max-age: are what preflights answer',
    [
      {
        annotations: {
          'enable-cors': 'true',
          'cors-allow-methods': 'GET, PUT',
          'cors-allow-headers': 'X-A, X-B',
          'cors-max-age': '60',
        },
      },
    ],
    async (scenario) => {
      const { headers } = await preflight(scenario);
      expect(String(headers['access-control-allow-methods']).replaceAll(' ', '')).toBe('GET,PUT');
      expect(String(headers['access-control-allow-headers']).replaceAll(' ', '')).toBe('X-A,X-B');
      expect(headers['access-control-max-age']).toBe('60');
    },
  );

  suite.it(
    'cors-expose-headers: stands in answers',
    [{ annotations: { 'enable-cors': 'true', 'cors-expose-headers': 'X-C,X-D' } }],
    async ({ ask }) => {
      const { headers } = await ask('/', { headers: { origin: ORIGIN } });
      expect(String(headers['access-control-expose-headers']).replaceAll(' ', '')).toBe('X-C,X-D');
    },
  );

  suite.it(
    'cors-allow-credentials: false leaves the header out',
    [{ annotations: { 'enable-cors': 'true', 'cors-allow-credentials': 'false' } }],
    async (scenario) => {
      expect((await preflight(scenario)).headers['access-control-allow-credentials']).toBeUndefined();
      expect(await allowed(scenario, '/', ORIGIN)).toBe(ORIGIN);
    },
  );

  suite.it(
    'request-header-control-add: adds a value to those that are there',
    [{ annotations: { 'request-header-control-add': 'x-a one\n"x-b" \'two words\'\nx-path %REQ(:path)%' } }],
    async ({ seen }) => {
      const { headers } = await seen('/p', { headers: { 'x-a': 'zero' } });
      expect(headers).toMatchObject({ 'x-a': 'zero, one', 'x-b': 'two words', 'x-path': '/p' });
    },
  );

  suite.it(
    'request-header-control-update: replaces; the last line for a header counts, a line without value is told',
    [{ annotations: { 'request-header-control-update': 'x-a one\nx-a two\nx-empty' } }],
    async ({ seen, problems }) => {
      expect((await seen('/', { headers: { 'x-a': 'zero' } })).headers['x-a']).toBe('two');
      expect(await problems()).toMatchObject([{ message: expect.stringContaining('"x-empty" is not allowed') }]);
    },
  );

  suite.it(
    'request-header-control-remove: takes headers away',
    [{ annotations: { 'request-header-control-remove': 'x-a, X-B' } }],
    async ({ seen }) => {
      const { headers } = await seen('/', { headers: { 'x-a': '1', 'x-b': '2', 'x-c': '3' } });
      expect([headers['x-a'], headers['x-b'], headers['x-c']]).toEqual([undefined, undefined, '3']);
    },
  );

  suite.it(
    'response-header-control-add: adds to the answer',
    [{ annotations: { 'response-header-control-add': 'set-cookie a=b\nx-a one' } }],
    async ({ ask }) => {
      const { headers } = await ask();
      expect(headers).toMatchObject({ 'set-cookie': ['a=b'], 'x-a': 'one' });
    },
  );

  suite.it(
    'response-header-control-update: replaces in the answer',
    [{ annotations: { 'response-header-control-update': 'content-type text/x-mine' } }],
    async ({ ask }) => {
      expect((await ask()).headers['content-type']).toBe('text/x-mine');
    },
  );

  suite.it(
    'response-header-control-remove: takes headers out of the answer',
    [{ annotations: { 'response-header-control-remove': 'content-type,x-envoy-upstream-service-time' } }],
    async ({ ask }) => {
      const { headers } = await ask();
      expect(headers['content-type']).toBeUndefined();
    },
  );

  suite.it(
    'response-header-control-update: of base and weighted canary each for its own answers',
    [
      { annotations: { 'response-header-control-update': 'x-of web' } },
      {
        service: 'next',
        annotations: { canary: 'true', 'canary-weight': '50', 'response-header-control-update': 'x-of next' },
      },
    ],
    async ({ ask }) => {
      const pairs = new Set<string>();
      for (let n = 0; n < 60; n += 1) {
        const { headers, body } = await ask();
        pairs.add(`${JSON.parse(body).name}=${headers['x-of']}`);
      }
      expect([...pairs].sort()).toEqual(['next=next', 'web=web']);
    },
  );

  suite.it(
    'whitelist-source-range: lets only these addresses in, whatever the client says of itself',
    [{ annotations: { 'whitelist-source-range': '127.0.0.2, 127.0.1.0/24,fd00::/8' } }],
    async ({ ask }) => {
      const from = async (address: string, headers = {}) => (await ask('/', { from: address, headers })).status;
      expect([await from('127.0.0.2'), await from('127.0.1.77')]).toEqual([200, 200]);
      expect(await from('127.0.0.3')).toBe(403);
      expect(await from('127.0.0.3', { 'x-forwarded-for': '127.0.0.2' })).toBe(403);
      expect((await ask('/', { from: '127.0.0.3' })).body).toBe('RBAC: access denied');
    },
  );

  suite.it(
    'whitelist-source-range: a star is everyone; a list without a valid entry lets nobody in',
    [
      { path: '/a', annotations: { 'whitelist-source-range': '10.0.0.1,*' } },
      { path: '/b', annotations: { 'whitelist-source-range': '300.0.0.1' } },
    ],
    async ({ ask, problems }) => {
      expect((await ask('/a')).status).toBe(200);
      expect((await ask('/b')).status).toBe(403);
      expect((await problems()).map(({ reason }) => reason).sort()).toEqual(['AccessClosed', 'AnnotationInvalid']);
    },
  );

  suite.it(
    'allowlist-source-range: is another name of the whitelist',
    [{ annotations: { 'allowlist-source-range': '127.0.0.2' } }],
    async ({ ask }) => {
      expect((await ask('/', { from: '127.0.0.2' })).status).toBe(200);
      expect((await ask('/', { from: '127.0.0.3' })).status).toBe(403);
    },
  );

  suite.it(
    'denylist-source-range: keeps these addresses out, also of the whitelist',
    [
      { path: '/a', annotations: { 'denylist-source-range': '127.0.0.2' } },
      { path: '/b', annotations: { 'denylist-source-range': '127.0.0.2', 'whitelist-source-range': '127.0.0.0/29' } },
    ],
    async ({ ask }) => {
      const from = async (path: string, address: string) => (await ask(path, { from: address })).status;
      expect([await from('/a', '127.0.0.2'), await from('/a', '127.0.0.3')]).toEqual([403, 200]);
      expect([await from('/b', '127.0.0.2'), await from('/b', '127.0.0.3'), await from('/b', '127.0.0.9')]).toEqual([
        403, 200, 403,
      ]);
    },
  );

  suite.it(
    'a value that is not allowed: the Ingress works without it, and key, value and what is allowed are told',
    [{ annotations: { timeout: 'soon', 'enable-cors': 'perhaps', 'rewrite-pth': '/x' } }],
    async ({ ask, problems }) => {
      expect((await ask()).status).toBe(200);
      expect((await problems()).map(({ severity, message, hint }) => `${severity} ${message} ${hint}`).sort()).toEqual([
        expect.stringMatching(/^error higress\.io\/enable-cors: "perhaps" is not allowed.*true or false/),
        expect.stringMatching(/^error higress\.io\/timeout: "soon" is not allowed.*a whole number/),
        expect.stringMatching(/^warning higress\.io\/rewrite-pth is unknown.*rewrite-path/),
      ]);
    },
  );
});
