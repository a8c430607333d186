import { describe, expect, it } from '@jest/globals';
import {
  InitializeResultSchema,
  JSONRPCErrorResponseSchema,
  ListToolsResultSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { HeaderTable } from '#plugin-sdk/engine/header-table.ts';
import type { ServeRequest } from '#plugin-sdk/serve.ts';
import { JsonRpcError } from '../jsonrpc/message.ts';
import { type ToolServer, textResult } from '../protocol/types.ts';
import { NEWEST_VERSION, SUPPORTED_VERSIONS } from '../protocol/versions.ts';
import { BATCH_LIMIT, exchange } from './endpoint.ts';

const calls: unknown[] = [];
const server: ToolServer<string> = {
  name: 'unit',
  version: '1.0.0',
  tools: () => [{ name: 'echo', description: 'says it again', inputSchema: { type: 'object', properties: {} } }],
  async call(name, args, context) {
    calls.push([name, args, context]);
    if (name === 'refuse') throw new JsonRpcError(-32602, 'Tool not allowed: refuse', 'tool_not_allowed');
    if (name === 'crash') throw new Error('secret inside');
    if (name === 'fail') return textResult('did not work', true);
    return name === 'echo' ? textResult(JSON.stringify(args)) : undefined;
  },
};

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly authority?: string;
}

async function send(body: unknown, { method = 'POST', headers = {}, authority = 'gw.example.com' }: Sent = {}) {
  const request: ServeRequest = {
    method,
    path: '/mcp',
    authority,
    scheme: 'http',
    headers: HeaderTable.from({ 'content-type': 'application/json', ...headers }),
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    sourceAddress: '10.0.0.1',
  };
  const { response, outcomes } = await exchange(server, request, 'context');
  const text = String(response.body ?? '');
  return { response, outcomes, text, json: text === '' ? undefined : JSON.parse(text) };
}

const ask = (method: string, params?: object, id: unknown = 1) => ({ jsonrpc: '2.0', id, method, params });

describe('the HTTP side', () => {
  it.each([
    ['GET', 'mcp:unit:not_support_sse_on_this_endpoint'],
    ['DELETE', 'mcp:unit:session_termination_not_supported'],
    ['PUT', 'mcp:unit:not_support_sse_on_this_endpoint'],
  ])('%s is answered 405', async (method, details) => {
    const { response } = await send('', { method });
    expect(response).toEqual({ status: 405, headers: { 'content-length': '0', allow: 'POST' }, details });
  });

  it('a body is needed', async () => {
    const { response } = await send('');
    expect(response).toMatchObject({ status: 400, details: 'mcp:unit:missing_body_in_mcp_request' });
    expect(response.body).toBeUndefined();
  });

  it.each([['{"jsonrpc":"2.0",'], ['hello'], ['{"a":1}}']])('%s is no JSON', async (body) => {
    const { response, json } = await send(body);
    expect(response.status).toBe(400);
    expect(json).toEqual({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Failed to parse message' } });
  });

  it('answers are JSON with their length', async () => {
    const { response } = await send(ask('ping', undefined, 'ü'));
    expect(response).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': '39' },
      body: '{"jsonrpc":"2.0","id":"ü","result":{}}',
      details: 'mcp:unit:ping',
    });
  });

  it.each([
    ['notifications/initialized', { jsonrpc: '2.0', method: 'notifications/initialized' }],
    ['an unknown notification', { jsonrpc: '2.0', method: 'notifications/whatever', params: {} }],
    ['a request without id', { jsonrpc: '2.0', method: 'tools/call', params: { name: 'echo' } }],
    ['a response', { jsonrpc: '2.0', id: 4, result: {} }],
  ])('%s is answered 202 without a body', async (_, message) => {
    calls.length = 0;
    const { response } = await send(message);
    expect(response).toMatchObject({ status: 202, headers: { 'content-length': '0' } });
    expect(response.body).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it.each([['"a"'], ['0'], ['-3'], ['9007199254740993'], ['"1"'], ['1.5']])('id %s comes back as it is', async (id) => {
    const { text } = await send(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
    expect(text).toBe(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
  });

  it('refuses a revision that nobody knows, but not when it is being negotiated', async () => {
    const headers = { 'mcp-protocol-version': '1999-01-01' };
    const refused = await send(ask('ping'), { headers });
    expect(refused.response).toMatchObject({ status: 400, details: 'mcp:unit:unsupported_version' });
    expect(JSONRPCErrorResponseSchema.safeParse({ ...refused.json, id: 1 }).success).toBe(true);
    expect((await send(ask('initialize', { protocolVersion: '1999-01-01' }), { headers })).response.status).toBe(200);
    for (const version of SUPPORTED_VERSIONS) {
      expect((await send(ask('ping'), { headers: { 'mcp-protocol-version': version } })).response.status).toBe(200);
    }
  });

  it('ignores sessions it did not give', async () => {
    const { response } = await send(ask('ping'), { headers: { 'mcp-session-id': 'abc' } });
    expect(response.status).toBe(200);
    expect(Object.keys(response.headers ?? {})).not.toContain('mcp-session-id');
  });

  it('refuses what a page of another site can send without asking', async () => {
    const origin = 'https://evil.example';
    const plain = { 'content-type': 'text/plain' };
    expect((await send(ask('ping'), { headers: { ...plain, origin } })).response.status).toBe(403);
    expect((await send(ask('ping'), { headers: { ...plain, origin: 'null' } })).response.status).toBe(403);
    expect((await send(ask('ping'), { headers: { ...plain, origin: 'https://GW.example.com' } })).response.status).toBe(
      200,
    );
    expect((await send(ask('ping'), { headers: { origin } })).response.status).toBe(200);
    expect((await send(ask('ping'), { headers: plain })).response.status).toBe(200);
  });
});

describe('batches', () => {
  it('answer each request in order, and nothing else', async () => {
    const { response, json } = await send([
      ask('ping', undefined, 'a'),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      ask('nope', undefined, 'b'),
      17,
    ]);
    expect(response.status).toBe(200);
    expect(json).toEqual([
      { jsonrpc: '2.0', id: 'a', result: {} },
      { jsonrpc: '2.0', id: 'b', error: { code: -32601, message: 'method not found:nope' } },
      { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'a message must be a JSON object' } },
    ]);
  });

  it('of notifications are answered 202', async () => {
    expect((await send([{ jsonrpc: '2.0', method: 'notifications/cancelled' }])).response.status).toBe(202);
  });

  it.each([[0], [BATCH_LIMIT + 1]])('of %d messages are refused', async (count) => {
    const { response, json } = await send(Array.from({ length: count }, () => ask('ping')));
    expect(response.status).toBe(400);
    expect(json).toMatchObject({ id: null, error: { code: -32600 } });
  });
});

describe('methods', () => {
  it.each(SUPPORTED_VERSIONS.map((version) => [version, version]))(
    'initialize with %s gives %s',
    async (asked, given) => {
      const { json } = await send(ask('initialize', { protocolVersion: asked, capabilities: {}, clientInfo: {} }));
      expect(json.result).toEqual({
        protocolVersion: given,
        capabilities: { tools: {} },
        serverInfo: { name: 'unit', version: '1.0.0' },
      });
      expect(InitializeResultSchema.safeParse(json.result).success).toBe(true);
    },
  );

  it.each([[{ protocolVersion: '1999-01-01' }], [{}], [{ protocolVersion: 7 }]])(
    'initialize with %j gives the newest',
    async (params) => {
      const { json } = await send(ask('initialize', params));
      expect(json.result.protocolVersion).toBe(NEWEST_VERSION);
      expect(json.error).toBeUndefined();
    },
  );

  it('tools/list is one page', async () => {
    const { json } = await send(ask('tools/list', { cursor: 'x' }));
    expect(Object.keys(json.result)).toEqual(['tools']);
    expect(ListToolsResultSchema.safeParse(json.result).success).toBe(true);
  });

  it('tools/call hands on name, arguments and context', async () => {
    calls.length = 0;
    const { json, response, outcomes } = await send(ask('tools/call', { name: 'echo', arguments: { a: [1] } }));
    expect(json.result).toEqual({ content: [{ type: 'text', text: '{"a":[1]}' }], isError: false });
    expect(calls).toEqual([['echo', { a: [1] }, 'context']]);
    expect(response.details).toBe('mcp:unit:tools/call');
    expect(outcomes).toMatchObject([{ tool: 'echo' }]);
  });

  it('arguments may be missing', async () => {
    for (const params of [{ name: 'echo' }, { name: 'echo', arguments: null }]) {
      expect((await send(ask('tools/call', params))).json.result.content[0].text).toBe('{}');
    }
  });

  it('a failing tool is a result', async () => {
    const { json, response } = await send(ask('tools/call', { name: 'fail' }));
    expect(json.result).toEqual({ content: [{ type: 'text', text: 'did not work' }], isError: true });
    expect(response).toMatchObject({ status: 200, details: 'mcp:unit:tools/call:tool_failed' });
  });

  it.each([
    ['an unknown tool', { name: 'nope' }, -32602, 'Unknown tool: nope', 'unknown_tool'],
    ['a forbidden tool', { name: 'refuse' }, -32602, 'Tool not allowed: refuse', 'tool_not_allowed'],
    ['no name', {}, -32602, 'params.name must be the name of a tool', 'invalid_params'],
    [
      'arguments that are a list',
      { name: 'echo', arguments: [] },
      -32602,
      'params.arguments must be a JSON object',
      'invalid_params',
    ],
    ['a crash', { name: 'crash' }, -32603, 'Internal error', 'internal_error'],
  ])('tools/call of %s is an error', async (_, params, code, message, reason) => {
    const { json, response } = await send(ask('tools/call', params));
    expect(json).toEqual({ jsonrpc: '2.0', id: 1, error: { code, message } });
    expect(response).toMatchObject({ status: 200, details: `mcp:unit:tools/call:${reason}` });
  });

  it('the reason of a crash is for the log only', async () => {
    const { outcomes, text } = await send(ask('tools/call', { name: 'crash' }));
    expect(outcomes[0]?.failure).toMatchObject({ message: 'secret inside' });
    expect(text).not.toContain('secret');
  });

  it.each([['resources/list'], ['prompts/get'], ['logging/setLevel'], ['completion/complete'], ['constructor']])(
    '%s does not exist here',
    async (method) => {
      const { json, response } = await send(ask(method));
      expect(response.status).toBe(200);
      expect(json.error).toEqual({ code: -32601, message: `method not found:${method}` });
    },
  );
});
