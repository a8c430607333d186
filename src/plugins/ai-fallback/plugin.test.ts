import { describe, expect, it } from '@jest/globals';
import type { HttpCall } from '#plugin-sdk/host.ts';
import { httpAnswer, httpStream, type TestOptions, testPlugin } from '#plugin-sdk/testing.ts';
import plugin from './plugin.ts';

const fallback = (codes: readonly string[], host: TestOptions['host'] = { http: () => httpAnswer('from two') }) =>
  testPlugin(plugin, { from: 'one', route: 'two', codes: [...codes] }, { host, failStrategy: 'open' });
const request = (status: number, headers: Readonly<Record<string, string>> = {}) => ({
  path: '/v1/chat/completions?a=%20b',
  authority: 'ai.test:8080',
  headers: { 'content-type': 'application/json', authorization: 'Bearer client', ...headers },
  body: '{ "model" : "m" }',
  routeName: 'one',
  respond: () => ({ status, body: 'from one' }),
});
const headersOf = (call: HttpCall | undefined) =>
  Object.fromEntries((call?.headers ?? []) as readonly (readonly [string, string])[]);

describe('ai-fallback', () => {
  it('sends the request on as it came, and answers with what comes', async () => {
    const harness = fallback(['5xx']);
    const { upstream, response, effects } = await harness.request(request(503));
    expect(upstream?.text).toBe('{ "model" : "m" }');
    const [call] = harness.calls;
    expect(call).toMatchObject({ cluster: 'higress.fallback', method: 'POST', path: '/v1/chat/completions?a=%20b' });
    expect(String(call?.body)).toBe('{ "model" : "m" }');
    expect(headersOf(call)).toMatchObject({
      host: 'ai.test:8080',
      authorization: 'Bearer client',
      'x-higress-fallback-to': 'two',
      'x-higress-fallback-from': 'one',
      'x-higress-fallback-try': '1',
    });
    expect([response.status, response.text]).toEqual([200, 'from two']);
    expect(response.headers.get('x-higress-fallback-from')).toBe('one');
    expect(effects.aiLog?.attempts).toMatchObject([
      { route: 'one', status: 503 },
      { route: 'two', status: 200 },
    ]);
    expect(harness.metrics).toMatchObject([
      { name: 'higress_ai_fallbacks_total', labels: { route: 'one', fallback: 'two' } },
    ]);
  });

  it.each([
    [['4xx'], 429, true],
    [['4xx'], 500, false],
    [['429'], 429, true],
    [['429'], 400, false],
    [['4xx', '5xx'], 503, true],
    [['4xx', '5xx'], 200, false],
    [['4xx', '5xx'], 302, false],
  ])('with %j takes %i for a failure: %p', async (codes, status, falls) => {
    const { response } = await fallback(codes).request(request(status));
    expect(response.text).toBe(falls ? 'from two' : 'from one');
  });

  it('sends a request without a body on, and streams what comes', async () => {
    const harness = fallback(['5xx'], { stream: () => httpStream(['a', 'b']) });
    const { response } = await harness.request({ path: '/v1/models', respond: () => ({ status: 500 }) });
    expect(harness.calls[0]).toMatchObject({ method: 'GET', path: '/v1/models' });
    expect(harness.calls[0]?.body).toBeUndefined();
    expect(response.parts.filter((part) => part !== '')).toEqual(['a', 'b']);
  });

  it('counts how often a request has been handed on, and ends at ten', async () => {
    const harness = fallback(['5xx']);
    await harness.request(request(500, { 'x-higress-fallback-try': '3', 'x-higress-fallback-from': 'zero' }));
    expect(headersOf(harness.calls[0])).toMatchObject({
      'x-higress-fallback-try': '4',
      'x-higress-fallback-from': 'one',
    });
    const { response } = await harness.request(request(500, { 'x-higress-fallback-try': '10' }));
    expect([response.status, response.text, harness.calls.length]).toEqual([500, 'from one', 1]);
  });

  it('leaves the first answer when the other route brings none', async () => {
    const harness = fallback(['5xx'], {
      http: () => {
        throw new Error('no way out');
      },
    });
    const { response, effects } = await harness.request(request(500));
    expect(response.text).toBe('from one');
    expect(effects.aiLog?.attempts).toMatchObject([{ status: 500 }, { route: 'two', status: 0 }]);
  });
});
