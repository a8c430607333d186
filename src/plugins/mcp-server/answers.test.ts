/** What the backend's answer says to the client, key by key of `responseTemplate`, `errorResponseTemplate` and `outputSchema`. */
import { describe, expect, it } from '@jest/globals';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { httpAnswer } from '#plugin-sdk/testing.ts';
import { callTool } from './testing.ts';

const requestTemplate = { url: '/x' };
const withTemplate = (body: string, more: object = {}) => ({ requestTemplate, responseTemplate: { body }, ...more });

describe('2xx', () => {
  it.each([200, 201, 299])('%d: the body as text', async (status) => {
    const { result } = await callTool({ tool: { requestTemplate }, answer: httpAnswer('plain ü', status) });
    expect(result).toEqual({ content: [{ type: 'text', text: 'plain ü' }], isError: false });
    expect(CallToolResultSchema.safeParse(result).success).toBe(true);
  });

  it('prependBody and appendBody are plain text', async () => {
    const responseTemplate = { prependBody: '# {{.a}}\n', appendBody: '\n(end)' };
    const { text } = await callTool({ tool: { requestTemplate, responseTemplate }, answer: httpAnswer({ a: 1 }) });
    expect(text).toBe('# {{.a}}\n{"a":1}\n(end)');
  });

  it('body is a template over the answer', async () => {
    const answer = httpAnswer('{"list":[{"n":"a","v":1.50},{"n":"b","v":12345678901234567890}]}');
    const tool = withTemplate('{{range .list}}{{.n}}={{.v}};{{end}}');
    expect((await callTool({ tool, answer })).text).toBe('a=1.50;b=12345678901234567890;');
  });

  it('a template over something else than JSON fails', async () => {
    const { text, result } = await callTool({ tool: withTemplate('{{.a}}'), answer: httpAnswer('<html>') });
    expect(result.isError).toBe(true);
    expect(text).toMatch(/^error executing response template: /);
  });

  it.each([
    ['204', { requestTemplate }, httpAnswer('', 204)],
    ['204 with a template', withTemplate('{{.a}}'), httpAnswer('', 204)],
    ['204 with prependBody', { requestTemplate, responseTemplate: { prependBody: '# Fields' } }, httpAnswer('', 204)],
    ['200 without a body', { requestTemplate }, httpAnswer('')],
    ['a template that shows nothing', withTemplate('{{.missing}}'), httpAnswer({ a: 1 })],
  ])('%s: success', async (_, tool, answer) => {
    expect((await callTool({ tool, answer })).result).toEqual({
      content: [{ type: 'text', text: 'success' }],
      isError: false,
    });
  });

  it('images are images', async () => {
    const bytes = Buffer.from([0x89, 0x50, 0xff, 0x00]);
    const answer = httpAnswer(bytes, 200, { 'content-type': 'image/png' });
    const { result } = await callTool({ tool: { requestTemplate }, answer });
    expect(result).toEqual({
      content: [{ type: 'image', data: bytes.toString('base64'), mimeType: 'image/png' }],
      isError: false,
    });
    expect(CallToolResultSchema.safeParse(result).success).toBe(true);
  });

  it('outputSchema adds the JSON itself', async () => {
    const tool = withTemplate('{{.a}}', { outputSchema: { type: 'object' } });
    const { raw, text } = await callTool({ tool, answer: httpAnswer('{"a":9007199254740993}') });
    expect(text).toBe('9007199254740993');
    expect(raw).toContain('"structuredContent":{"a":9007199254740993}');
    const list = await callTool({ tool: { ...tool, responseTemplate: {} }, answer: httpAnswer('[1]') });
    expect(list.result).not.toHaveProperty('structuredContent');
  });

  it('never uses errorResponseTemplate', async () => {
    const { text } = await callTool({ tool: { requestTemplate, errorResponseTemplate: 'bad' } });
    expect(text).toBe('{"ok":true}');
  });
});

describe('outside 2xx', () => {
  it.each([
    [500, '', 'call failed, status: 500, response: '],
    [404, 'not here', 'call failed, status: 404, response: not here'],
    [302, '', 'call failed, status: 302, response: '],
  ])('%d is an error', async (status, body, expected) => {
    const { result, text } = await callTool({ tool: withTemplate('{{.a}}'), answer: httpAnswer(body, status) });
    expect([result.isError, text]).toEqual([true, expected]);
  });

  const template = '{{gjson "_headers.\\\\:status"}} {{gjson "_headers.x-ca-error"}} {{.message}}';
  it.each([
    ['a JSON object', httpAnswer('{"message":"no \\u00fc"}', 404, { 'x-ca-error': 'E1' }), '404 E1 no ü'],
    ['an object with _headers of its own', httpAnswer({ _headers: 1, message: 'm' }, 400), '400  m'],
    ['an empty object', httpAnswer('{}', 302, { 'x-ca-error': 'moved' }), '302 moved '],
    ['text', httpAnswer('<html>', 502, { 'x-ca-error': 'E2' }), '502 E2 '],
    ['no body', httpAnswer('', 500), '500  '],
  ])('errorResponseTemplate reads %s', async (_, answer, expected) => {
    const { result, text } = await callTool({ tool: { requestTemplate, errorResponseTemplate: template }, answer });
    expect([result.isError, text]).toEqual([true, expected]);
  });

  it('errorResponseTemplate reads an array without headers', async () => {
    const errorResponseTemplate = '{{range .}}{{.code}} {{end}}';
    const answer = httpAnswer([{ code: 1 }, { code: 2 }], 400);
    expect((await callTool({ tool: { requestTemplate, errorResponseTemplate }, answer })).text).toBe('1 2 ');
  });

  it('errorResponseTemplate that shows nothing leaves the usual text', async () => {
    const tool = { requestTemplate, errorResponseTemplate: '{{.missing}}' };
    expect((await callTool({ tool, answer: httpAnswer('x', 503) })).text).toBe('call failed, status: 503, response: x');
  });

  it('errorResponseTemplate that fails says so', async () => {
    const tool = { requestTemplate, errorResponseTemplate: '{{fail "y"}}' };
    const { result, text } = await callTool({ tool, answer: httpAnswer('x', 503) });
    expect(result.isError).toBe(true);
    expect(text).toMatch(/^error executing error response template: .*y/);
  });

  it('a call without an answer is one of the proxy', async () => {
    const refused = await callTool({ tool: { requestTemplate }, answer: () => Promise.reject(new Error('refused')) });
    expect([refused.result.isError, refused.text]).toEqual([
      true,
      'call failed, status: 503, response: upstream connect error',
    ]);
    expect(refused.logs).toMatchObject([{ level: 'warn', message: 'a call of a tool failed' }]);
    const late = Object.assign(new Error('late'), { timeout: true });
    const timeout = await callTool({ tool: { requestTemplate }, answer: () => Promise.reject(late) });
    expect(timeout.text).toBe('call failed, status: 504, response: upstream request timeout');
  });
});

describe('without a URL', () => {
  it('the tool answers by itself', async () => {
    const { call, result } = await callTool({
      server: { config: { zone: 'Asia/Shanghai' } },
      tool: {
        args: [{ name: 'who', default: 'you' }],
        responseTemplate: { body: 'hello {{.args.who}}, {{dateInZone "2006-01-02 15:04" now .config.zone}}' },
      },
    });
    expect(call).toBeUndefined();
    expect(result).toEqual({ content: [{ type: 'text', text: 'hello you, 1970-01-01 08:00' }], isError: false });
  });

  it('its text may be structured', async () => {
    const tool = {
      responseTemplate: { body: '{"a":{{.args.n}}}' },
      args: [{ name: 'n' }],
      outputSchema: { type: 'object' },
    };
    expect((await callTool({ tool, args: { n: 3 } })).result.structuredContent).toEqual({ a: 3 });
  });

  it('a template that fails is told to the model', async () => {
    const { result, text } = await callTool({ tool: { responseTemplate: { body: '{{fail "z"}}' } } });
    expect(result.isError).toBe(true);
    expect(text).toMatch(/^error executing response template: /);
  });
});
