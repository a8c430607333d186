/** MCP over real Envoy: the official client in front, a REST API behind, and the bytes between. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ingressYaml, serviceYaml } from '../support/echo.ts';
import { eventually, fetchRaw, type Gateway, startGateway } from '../support/gateway.ts';
import { UPSTREAM } from '../support/upstream.ts';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const seen: Seen[] = [];
const silent = new Set<() => void>();
let api: Server;
let gateway: Gateway;

/** The path says what to answer. */
async function startApi(): Promise<Server> {
  const server = createServer(UPSTREAM, async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method = '', url = '', headers } = request;
    seen.push({ method, path: url, headers, body: Buffer.concat(parts).toString('utf8') });
    if (url === '/empty') response.writeHead(204).end();
    else if (url === '/slow') silent.add(() => response.end());
    else if (url === '/big') response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(3_000_000));
    else if (url.startsWith('/missing')) {
      response.writeHead(404, { 'content-type': 'application/json', 'x-ca-error': 'E404' }).end('{"message":"gone"}');
    } else response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true,"id":12345678901234567890}');
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  return server;
}

const PLUGIN = `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: mcp-server, namespace: higress-system }
spec:
  url: oci://higress/plugins/mcp-server:1.0.0
  defaultConfigDisable: true
  matchRules:
  - ingress: [default/mcp, default/nobody]
    config:
      server:
        name: shop
        config: { key: top-secret }
        securitySchemes:
        - { id: in, type: http, scheme: bearer }
        - { id: out, type: apiKey, in: query, name: token }
      tools:
      - name: get-item
        description: One item
        args: [{ name: id, required: true, position: path }, { name: fields, type: array, position: query }]
        requestTemplate:
          url: https://shop.internal/items%2Fby%20id/{id}?z=1&a=2
          headers: [{ key: X-Key, value: "{{.config.key}}" }]
      - name: add-item
        args: [{ name: name }, { name: price, type: number }]
        requestTemplate: { url: /items, method: POST, argsToJsonBody: true }
        responseTemplate: { body: "stored as {{.id}}" }
      - name: mine
        security: { id: in, passthrough: true }
        requestTemplate: { url: /mine, security: { id: out } }
      - { name: empty, requestTemplate: { url: /empty } }
      - { name: slow, requestTemplate: { url: /slow } }
      - { name: big, requestTemplate: { url: /big } }
      - name: missing
        requestTemplate: { url: /missing }
        errorResponseTemplate: '{{gjson "_headers.\\\\:status"}} {{gjson "_headers.x-ca-error"}} {{.message}}'
`;

const KEY_AUTH = `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: key-auth, namespace: higress-system }
spec:
  url: oci://higress/plugins/key-auth:1.0.0
  defaultConfig: { keys: [x-api-key], consumers: [{ name: ann, credential: ann-key }], global_auth: false }
  matchRules: [{ ingress: [default/nobody], config: { allow: [ann] } }]
`;

beforeAll(async () => {
  api = await startApi();
  const { port } = api.address() as { port: number };
  gateway = await startGateway({
    files: {
      'svc.yaml': [serviceYaml('api', port), serviceYaml('nobody', 1)].join('---\n'),
      'routes.yaml': [
        ingressYaml('mcp', 'mcp.example.com', '/mcp', 'api', { 'higress.io/timeout': '1' }),
        ingressYaml('nobody', 'nobody.example.com', '/mcp', 'nobody'),
      ].join('---\n'),
      'mcp.yaml': PLUGIN,
      'auth.yaml': KEY_AUTH,
    },
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  for (const end of silent) end();
  api?.closeAllConnections();
  await new Promise<void>((resolve) => (api ? api.close(() => resolve()) : resolve()));
});

beforeEach(() => {
  seen.length = 0;
});

interface Result {
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly isError: boolean;
}

async function rpc(method: string, params?: object, headers: Record<string, string> = {}) {
  const body = { jsonrpc: '2.0', id: 7, method, params };
  const answer = await gateway.post('/mcp', body, { host: 'mcp.example.com', ...headers });
  return { ...answer, json: JSON.parse(answer.body) };
}

async function call(name: string, args: object = {}, headers: Record<string, string> = {}) {
  const { json } = await rpc('tools/call', { name, arguments: args }, headers);
  const result = json.result as Result;
  return { text: result.content[0]?.text, isError: result.isError };
}

describe('an MCP server', () => {
  it('works with the official client', async () => {
    const client = new Client({ name: 'test', version: '1.0.0' });
    const requestInit = { headers: { host: 'mcp.example.com' } };
    // fetch sets Host itself, so the client gets one that does not.
    const fetchThrough = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
      const { pathname } = new URL(url);
      const headers = Object.fromEntries(new Headers(init.headers).entries());
      const send =
        init.method === 'POST' ? gateway.post(pathname, String(init.body), headers) : gateway.get(pathname, headers);
      const { status, body, headers: given } = await send;
      const type = String(given['content-type'] ?? 'text/plain');
      return new Response(status === 202 ? null : body, { status, headers: { 'content-type': type } });
    };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${gateway.urls.http}/mcp`), { requestInit, fetch: fetchThrough }),
    );
    expect(client.getServerVersion()).toEqual({ name: 'shop', version: '1.0.0' });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['get-item', 'add-item', 'mine', 'empty', 'slow', 'big', 'missing']);
    const result = await client.callTool({ name: 'add-item', arguments: { name: 'tea', price: '2.50' } });
    expect(result).toEqual({ content: [{ type: 'text', text: 'stored as 12345678901234567890' }], isError: false });
    expect(seen.at(-1)).toMatchObject({ method: 'POST', path: '/items', body: '{"name":"tea","price":2.5}' });
    await expect(client.callTool({ name: 'nope' })).rejects.toThrow('Unknown tool: nope');
    await client.ping();
    await client.close();
  });

  it('sends the path byte for byte, the headers of the tool, and none of the gateway', async () => {
    const headers = {
      cookie: 'session=1',
      authorization: 'Bearer mine',
      'x-mine': 'stays',
      'x-higress-egress-cluster': 'x',
    };
    const { isError } = await call('get-item', { id: 'a%2Fb', fields: ['n', 1] }, headers);
    expect(isError).toBe(false);
    expect(seen).toHaveLength(1);
    const [one] = seen;
    expect(one?.path).toBe('/items%2Fby%20id/a%2Fb?a=2&fields=%5B%22n%22%2C1%5D&z=1');
    expect(one?.headers).toMatchObject({
      host: 'shop.internal',
      'x-key': 'top-secret',
      'x-mine': 'stays',
      accept: '*/*',
      'x-envoy-original-method': 'POST',
      'x-envoy-original-path': '/mcp',
      'x-envoy-original-host': 'mcp.example.com',
    });
    const foreign = Object.keys(one?.headers ?? {}).filter((name) =>
      /^(cookie|authorization|content-type|x-higress-.*)$/.test(name),
    );
    expect(foreign).toEqual([]);
  });

  it('exchanges the credential of the client for that of the backend', async () => {
    await call('mine', {}, { authorization: 'Bearer t0k' });
    expect(seen[0]?.path).toBe('/mine?token=t0k');
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['empty', { text: 'success', isError: false }],
    ['missing', { text: '404 E404 gone', isError: true }],
    ['slow', { text: 'call failed, status: 504, response: upstream request timeout', isError: true }],
  ])('answers in any case: %s', async (name, expected) => {
    expect(await call(name)).toEqual(expected);
  });

  it('carries large answers', async () => {
    expect((await call('big')).text).toHaveLength(3_000_000);
  });

  it('tells the model when the backend is not there', async () => {
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'empty' } };
    const host = { host: 'nobody.example.com' };
    expect((await gateway.post('/mcp', body, host)).status).toBe(401);
    const answer = await gateway.post('/mcp', body, { ...host, 'x-api-key': 'ann-key' });
    expect(answer.status).toBe(200);
    const { result } = JSON.parse(answer.body) as { result: Result };
    expect(result.isError).toBe(true);
    expect(result.content[0]?.text).toMatch(/^call failed, status: 503, response: /);
  });

  it('follows the protocol on the wire', async () => {
    const host = { host: 'mcp.example.com' };
    expect(await gateway.get('/mcp', host)).toMatchObject({ status: 405, body: '', headers: { allow: 'POST' } });
    const note = await gateway.post('/mcp', { jsonrpc: '2.0', method: 'notifications/initialized' }, host);
    expect([note.status, note.body]).toEqual([202, '']);
    expect((await gateway.post('/mcp', '', host)).status).toBe(400);
    const { headers, json } = await rpc('initialize', { protocolVersion: '2025-03-26' });
    expect(json.result.protocolVersion).toBe('2025-03-26');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['mcp-session-id']).toBeUndefined();
  });

  it('is shown by the gateway without its secrets, and its calls are counted', async () => {
    const shown = JSON.stringify(await gateway.debug('plugins'));
    expect(shown).toContain('mcp-server');
    for (const page of ['plugins', 'ir', 'xds', 'model']) {
      expect([page, JSON.stringify(await gateway.debug(page)).includes('top-secret')]).toEqual([page, false]);
    }
    await call('empty');
    await eventually('the metric', async () => {
      return /mcp_tool_calls\{[^}]*tool="empty"[^}]*\} [1-9]/.test(
        (await fetchRaw(`${gateway.urls.admin}/metrics`)).body,
      );
    });
  });

  it('keeps serving what it served when its configuration breaks, and says what is wrong', async () => {
    gateway.write('mcp.yaml', PLUGIN.replace('stored as {{.id}}', 'stored as {{.id'));
    await eventually('a problem', () => /responseTemplate/.test(gateway.log));
    expect((await call('add-item', { name: 'tea' })).text).toBe('stored as 12345678901234567890');
    gateway.write('mcp.yaml', PLUGIN.replace('stored as', 'kept as'));
    await eventually('the new template', async () => (await call('add-item')).text?.startsWith('kept as'));
  });
});
