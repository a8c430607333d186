/** What a tool call sends to the backend, key by key of `requestTemplate` and `args`. */
import { describe, expect, it } from '@jest/globals';
import { testServe } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import plugin from './plugin.ts';
import { callTool } from './testing.ts';

const url = 'http://api.example.com/v1/items';
const arg = (name: string, position?: string, more: object = {}) => ({ name, position, ...more });

describe('url', () => {
  it('goes to the destination of the route; its host is only the authority', async () => {
    const { call, sent, result } = await callTool({ tool: { requestTemplate: { url } } });
    expect(call).toMatchObject({ cluster: 'outbound|80||backend', method: 'GET', path: '/v1/items', body: undefined });
    expect(sent('host')).toBe('api.example.com');
    expect(result).toEqual({ content: [{ type: 'text', text: '{"ok":true}' }], isError: false });
  });

  it('without a host keeps the authority of the client', async () => {
    const { sent, call } = await callTool({
      tool: { requestTemplate: { url: '/v1' } },
      request: { authority: 'mcp.example.com' },
    });
    expect([call?.path, sent('host')]).toEqual(['/v1', 'mcp.example.com']);
  });

  it('is a template over arguments and the configuration of the server', async () => {
    const { call } = await callTool({
      server: { config: { region: 'eu', key: 'a b' } },
      tool: { args: [arg('id')], requestTemplate: { url: '/{{.config.region}}/{{.args.id}}?k={{.config.key}}' } },
      args: { id: 12345678901 },
    });
    expect(call?.path).toBe('/eu/12345678901?k=a+b');
  });

  it('keeps every digit of an argument', async () => {
    const { call } = await callTool({
      tool: { args: [arg('id', undefined, { type: 'integer' })], requestTemplate: { url: '/{{.args.id}}' } },
      args: '{"id":12345678901234567890}',
    });
    expect(call?.path).toBe('/12345678901234567890');
  });

  it('keeps the escapes of its path and sorts its query', async () => {
    const { call } = await callTool({ tool: { requestTemplate: { url: '/a%2Fb%20c?z=1&a=x%20y&Z=2#top' } } });
    expect(call?.path).toBe('/a%2Fb%20c?Z=2&a=x+y&z=1');
  });

  it('whose template fails is told to the model', async () => {
    const { call, text, result } = await callTool({ tool: { requestTemplate: { url: '/{{index .args.list 7}}' } } });
    expect(call).toBeUndefined();
    expect(result.isError).toBe(true);
    expect(text).toMatch(/^error executing URL template: /);
  });

  it('cannot break out of the request line', async () => {
    const { call, text } = await callTool({
      tool: { args: [arg('id')], requestTemplate: { url: '/{{.args.id}}' } },
      args: { id: 'x HTTP/1.1\r\nhost: evil' },
    });
    expect(call).toBeUndefined();
    expect(text).toBe('error parsing URL: it has control characters');
  });
});

describe('method', () => {
  it.each([
    [undefined, 'GET'],
    ['', 'GET'],
    ['post', 'POST'],
    ['DELETE', 'DELETE'],
  ])('%p is %s', async (method, expected) => {
    expect((await callTool({ tool: { requestTemplate: { url, method } } })).call?.method).toBe(expected);
  });
});

describe('headers', () => {
  it('are templates and stand in place of those of the client', async () => {
    const { sent } = await callTool({
      server: { config: { key: 'k1' } },
      tool: {
        requestTemplate: {
          url,
          headers: [
            { key: 'X-Api-Key', value: '{{.config.key}}' },
            { key: 'X-Two', value: 'a' },
            { key: 'X-Two', value: 'b' },
            { key: 'X-Number', value: 7 },
            { key: '', value: 'left out' },
          ],
        },
      },
      request: { headers: { 'x-api-key': 'mine', 'x-other': 'stays' } },
    });
    expect(['x-api-key', 'x-two', 'x-number', 'x-other'].map(sent)).toEqual(['k1', 'a | b', '7', 'stays']);
  });

  it('of the client that are about its connection, body or session stay behind', async () => {
    const headers = {
      'content-type': 'application/json',
      'content-length': '99',
      'accept-encoding': 'gzip',
      accept: 'application/json, text/event-stream',
      cookie: 'session=1',
      authorization: 'Bearer gateway-key',
      'mcp-session-id': 's',
      'mcp-protocol-version': '2025-06-18',
      'last-event-id': '4',
      te: 'trailers',
      'x-envoy-allow-mcp-tools': 't',
      'x-higress-mcpserver-config': 'e30=',
      'x-request-id': 'r-1',
      'x-mse-consumer': 'ann',
    };
    const { call } = await callTool({
      tool: { requestTemplate: { url } },
      request: { headers, path: '/mcp?a=1', authority: 'gw.example.com' },
    });
    expect(Object.fromEntries(call?.headers as [string, string][])).toEqual({
      host: 'api.example.com',
      'x-request-id': 'r-1',
      'x-mse-consumer': 'ann',
      'x-envoy-original-method': 'POST',
      'x-envoy-original-path': '/mcp?a=1',
      'x-envoy-original-host': 'gw.example.com',
      accept: '*/*',
    });
  });

  it('accept and host of the tool win', async () => {
    const headers = [
      { key: 'Accept', value: 'text/csv' },
      { key: 'Host', value: 'other.example.com' },
      { key: 'Content-Length', value: '3' },
    ];
    const { sent } = await callTool({ tool: { requestTemplate: { url, headers } } });
    expect(['accept', 'host', 'content-length'].map(sent)).toEqual(['text/csv', 'other.example.com', undefined]);
  });

  it('carry UTF-8, and no line ends', async () => {
    const tool = { args: [arg('X-Name', 'header')], requestTemplate: { url } };
    const { sent } = await callTool({ tool, args: { 'X-Name': ' Zoë ' } });
    expect(Buffer.from(sent('x-name') ?? '', 'latin1').toString('utf8')).toBe('Zoë');
    const bad = await callTool({ tool, args: { 'X-Name': 'a\r\nx-evil: 1' } });
    expect(bad.call).toBeUndefined();
    expect(bad.text).toBe('header x-name: its value has control characters');
  });

  it('whose template fails is told to the model', async () => {
    const headers = [{ key: 'x', value: '{{fail "no key"}}' }];
    const { text, result } = await callTool({ tool: { requestTemplate: { url, headers } } });
    expect(result.isError).toBe(true);
    expect(text).toMatch(/^error executing header template: .*no key/);
  });

  it('getRealIP is the client, getSocketIP the peer', async () => {
    const headers = [{ key: 'x-ip', value: '{{getRealIP}} {{getSocketIP}}' }];
    const { sent } = await callTool({
      tool: { requestTemplate: { url, headers } },
      request: { headers: { 'x-forwarded-for': '192.0.2.7, 10.0.0.1' }, sourceAddress: '10.9.9.9' },
    });
    expect(sent('x-ip')).toBe('192.0.2.7 10.9.9.9');
  });
});

describe('position', () => {
  it('path: in place of every {name}, as it is', async () => {
    const { call } = await callTool({
      tool: { args: [arg('id', 'path'), arg('sub', 'Path')], requestTemplate: { url: '/x/{id}/{sub}/{id}/{unknown}' } },
      args: { id: 'a%2Fb', sub: '{id}' },
    });
    expect(call?.path).toBe('/x/a%2Fb/%7Bid%7D/a%2Fb/%7Bunknown%7D');
  });

  it('query: in place of those of the URL', async () => {
    const { call } = await callTool({
      tool: {
        args: [arg('q', 'query'), arg('list', 'QUERY', { type: 'array' }), arg('none', 'query'), arg('null', 'query')],
        requestTemplate: { url: '/s?q=old&q=older&z=1' },
      },
      args: { q: 'ä&b', list: [1, 'x'], null: null },
    });
    expect(call?.path).toBe('/s?list=%5B1%2C%22x%22%5D&q=%C3%A4%26b&z=1');
  });

  it('header and cookie', async () => {
    const { sent } = await callTool({
      tool: {
        args: [arg('X-Trace', 'header'), arg('a', 'cookie'), arg('b', 'cookie', { type: 'integer' })],
        requestTemplate: { url, headers: [{ key: 'Cookie', value: 'base=0' }] },
      },
      args: { 'X-Trace': true, a: '1', b: '2' },
      request: { headers: { cookie: 'of=client', 'x-trace': 'of-client' } },
    });
    expect([sent('x-trace'), sent('cookie')]).toEqual(['true', 'base=0; a=1; b=2']);
  });

  it('body: JSON, or a form when the tool says so', async () => {
    const args = [arg('n', 'body', { type: 'number' }), arg('s', 'body'), arg('rest')];
    const given = { n: 1000000, s: 'x y', rest: 'only for templates' };
    const json = await callTool({ tool: { args, requestTemplate: { url, method: 'POST' } }, args: given });
    expect(json.call?.body).toBe('{"n":1000000,"s":"x y"}');
    expect(json.sent('content-type')).toBe('application/json; charset=utf-8');
    const headers = [{ key: 'Content-Type', value: 'application/x-www-form-urlencoded; charset=utf-8' }];
    const form = await callTool({ tool: { args, requestTemplate: { url, method: 'POST', headers } }, args: given });
    expect(form.call?.body).toBe('n=1000000&s=x+y');
    expect(form.sent('content-type')).toBe('application/x-www-form-urlencoded; charset=utf-8');
  });

  it('an unknown word is none', async () => {
    const { call } = await callTool({
      tool: { args: [arg('a', 'formData')], requestTemplate: { url: '/x', argsToUrlParam: true } },
      args: { a: 1 },
    });
    expect(call?.path).toBe('/x?a=1');
  });
});

describe('argsTo…', () => {
  const args = [arg('plain'), arg('inBody', 'body'), arg('inQuery', 'query')];
  const given = { plain: 'p', inBody: 'b', inQuery: 'q' };

  it('argsToUrlParam takes those without a position', async () => {
    const { call } = await callTool({
      tool: { args, requestTemplate: { url: '/x', argsToUrlParam: true } },
      args: given,
    });
    expect(call?.path).toBe('/x?inQuery=q&plain=p');
    expect(call?.body).toBe('{"inBody":"b"}');
  });

  it('argsToJsonBody takes them and those of the body, in their types', async () => {
    const types = [arg('list', undefined, { type: 'array' }), arg('big', undefined, { type: 'integer' })];
    const { call, sent } = await callTool({
      tool: { args: [...args, ...types], requestTemplate: { url: '/x', method: 'POST', argsToJsonBody: true } },
      args: '{"plain":"p","inBody":"b","inQuery":"q","list":[1.5,null],"big":12345678901234567890}',
    });
    expect(call?.path).toBe('/x?inQuery=q');
    expect(call?.body).toBe('{"plain":"p","inBody":"b","list":[1.5,null],"big":12345678901234567890}');
    expect(sent('content-type')).toBe('application/json; charset=utf-8');
  });

  it('argsToFormBody makes a sorted form', async () => {
    const { call, sent } = await callTool({
      tool: { args, requestTemplate: { url: '/x', method: 'POST', argsToFormBody: true } },
      args: given,
    });
    expect(call?.body).toBe('inBody=b&plain=p');
    expect(sent('content-type')).toBe('application/x-www-form-urlencoded');
  });

  it('none: arguments without a position are for templates', async () => {
    const { call } = await callTool({ tool: { args: [arg('a')], requestTemplate: { url: '/x' } }, args: { a: 1 } });
    expect([call?.path, call?.body]).toEqual(['/x', undefined]);
  });
});

describe('body', () => {
  const post = (body: string, more: object = {}) => ({
    args: [arg('a', 'body'), arg('list')],
    requestTemplate: { url, method: 'POST', body, ...more },
  });

  it('is a template and goes before everything else', async () => {
    const { call, sent } = await callTool({
      tool: post('{"q":"{{.args.a}}","l":{{.args.list}}}', { argsToJsonBody: true }),
      args: { a: 'x', list: ['<b>', 2] },
    });
    expect(call?.body).toBe('{"q":"x","l":["\\u003cb\\u003e",2]}');
    expect(sent('content-type')).toBe('application/json; charset=utf-8');
  });

  it('has no content type of its own unless it is JSON', async () => {
    expect((await callTool({ tool: post('plain {{.args.a}}') })).sent('content-type')).toBeUndefined();
    expect((await callTool({ tool: post('{not json}') })).sent('content-type')).toBeUndefined();
    expect((await callTool({ tool: post('[1]') })).sent('content-type')).toBe('application/json; charset=utf-8');
  });

  it('whose template fails is told to the model', async () => {
    expect((await callTool({ tool: post('{{fail "x"}}') })).text).toMatch(/^error executing body template: /);
  });
});

describe('the way out', () => {
  it('follows the weights of the route', async () => {
    const config = effectiveConfig(undefined, {
      server: { name: 's' },
      tools: [{ name: 't', requestTemplate: { url } }],
    })!;
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 't' } };
    const clusterAt = async (random: number, weights: readonly number[]) => {
      const destinations = weights.map((weight, index) => ({ backend: `c${index}`, weight }));
      const host = { random: () => random, http: () => ({ status: 200, headers: {}, body: Buffer.from('x') }) };
      const harness = testServe(plugin, config, { host, destinations, timeoutMs: 7000 });
      const response = await harness.request({ body });
      return [harness.calls[0]?.cluster, harness.calls[0]?.timeoutMs, String(response.body).includes('503')];
    };
    expect(await clusterAt(0, [30, 70])).toEqual(['c0', 7000, false]);
    expect(await clusterAt(0.29, [30, 70])).toEqual(['c0', 7000, false]);
    expect(await clusterAt(0.3, [30, 70])).toEqual(['c1', 7000, false]);
    expect(await clusterAt(0.999, [100, 0])).toEqual(['c0', 7000, false]);
    expect(await clusterAt(0.5, [])).toEqual([undefined, undefined, true]);
  });
});
