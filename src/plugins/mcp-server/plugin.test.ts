/** The plugin as a whole: its configuration, its list of tools, what it reports. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { parse as parseYaml } from 'yaml';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { redactConfig } from '#plugin-sdk/redact.ts';
import { httpAnswer, type TestServeRequest, testServe } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import plugin from './plugin.ts';

const tool = (name: string, more: object = {}) => ({ name, requestTemplate: { url: '/x' }, ...more });

function harness(config: object) {
  const effective = effectiveConfig(undefined, config);
  if (effective === undefined) throw new Error('no configuration');
  return testServe(plugin, effective, { host: { http: () => httpAnswer('done') } });
}

async function ask(config: object, method: string, params: object = {}, request: TestServeRequest = {}) {
  const response = await harness(config).request({ ...request, body: { jsonrpc: '2.0', id: 1, method, params } });
  return JSON.parse(String(response.body));
}

describe('tools/list', () => {
  it('shows the tools in the order of the configuration, with their schemas', async () => {
    const args = [
      { name: 'city', description: 'Where', required: true },
      { name: 'days', type: 'integer', default: 3, enum: [1, 3, 7] },
      { name: 'tags', type: 'array', items: { type: 'string' }, properties: { x: {} } },
      { name: 'more', type: 'object', properties: { a: { type: 'number' } }, items: {} },
    ];
    const outputSchema = { type: 'object', properties: { t: { type: 'number' } } };
    const config = { server: { name: 's' }, tools: [tool('z', { description: 'Z', args, outputSchema }), tool('a')] };
    const { result } = await ask(config, 'tools/list');
    expect(result).toEqual({
      tools: [
        {
          name: 'z',
          description: 'Z',
          inputSchema: {
            type: 'object',
            properties: {
              city: { description: 'Where', type: 'string' },
              days: { description: '', type: 'integer', enum: [1, 3, 7], default: 3 },
              tags: { description: '', type: 'array', items: { type: 'string' } },
              more: { description: '', type: 'object', properties: { a: { type: 'number' } } },
            },
            required: ['city'],
          },
          outputSchema,
        },
        { name: 'a', description: '', inputSchema: { type: 'object', properties: {} } },
      ],
    });
    expect(ListToolsResultSchema.safeParse(result).success).toBe(true);
  });

  it.each<[string, object, string | undefined, string[]]>([
    ['nothing said', {}, undefined, ['a', 'b', 'c']],
    ['an empty list', { allowTools: [] }, undefined, ['a', 'b', 'c']],
    ['a list', { allowTools: ['c', 'a', 'other'] }, undefined, ['a', 'c']],
    ['a list at the server', { server: { name: 's', allowTools: ['b'] } }, undefined, ['b']],
    ['both', { server: { name: 's', allowTools: ['b', 'c'] }, allowTools: ['a', 'b'] }, undefined, ['b']],
    ['both without a common one', { server: { name: 's', allowTools: ['c'] }, allowTools: ['a'] }, undefined, []],
    ['the header', {}, 'b, a', ['a', 'b']],
    ['the header cannot widen', { allowTools: ['b'] }, 'a,b', ['b']],
    ['an empty header', {}, '', ['a', 'b', 'c']],
  ])('allows what is allowed: %s', async (_, more, header, expected) => {
    const config = { server: { name: 's' }, tools: [tool('a'), tool('b'), tool('c')], ...more };
    const headers: Record<string, string> = header === undefined ? {} : { 'x-envoy-allow-mcp-tools': header };
    const { result } = await ask(config, 'tools/list', {}, { headers });
    expect(result.tools.map(({ name }: { name: string }) => name)).toEqual(expected);
    const forbidden = ['a', 'b', 'c'].filter((name) => !expected.includes(name));
    for (const name of forbidden) {
      const { error } = await ask(config, 'tools/call', { name }, { headers });
      expect(error).toEqual({ code: -32602, message: `Tool not allowed: ${name}` });
    }
  });
});

describe('reports', () => {
  const config = {
    server: { name: 'weather' },
    tools: [tool('now'), tool('self', { responseTemplate: { body: 'x' } })],
  };
  const call = (name: string) => ({ body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } } });

  it('name server and tool for the access log', async () => {
    expect(await harness(config).request(call('now'))).toMatchObject({
      details: 'mcp:weather:tools/call',
      logFields: { mcp_server_name: 'weather', mcp_tool_name: 'now' },
    });
  });

  it('count calls of tools that exist', async () => {
    const one = harness(config);
    for (const name of ['now', 'self', 'made-up']) await one.request(call(name));
    expect(one.metrics.map(({ name, labels }) => [name, labels])).toEqual([
      ['mcp_tool_calls', { server: 'weather', tool: 'now', result: 'ok' }],
      // Its template wants JSON, which "done" is not.
      ['mcp_tool_calls', { server: 'weather', tool: 'self', result: 'tool_failed' }],
    ]);
  });

  it('what nobody foresaw is logged and not told', async () => {
    const effective = effectiveConfig(undefined, config)!;
    const broken = testServe(plugin, effective, {
      host: {
        random: () => {
          throw new Error('no dice');
        },
      },
    });
    const response = await broken.request(call('now'));
    expect(JSON.parse(String(response.body)).error).toEqual({ code: -32603, message: 'Internal error' });
    expect(broken.logs).toMatchObject([
      { level: 'warn', message: 'an MCP request failed in the gateway', fields: { server: 'weather', tool: 'now' } },
    ]);
  });

  it('what fails all the time is logged once, and its recovery too', async () => {
    let up = false;
    const effective = effectiveConfig(undefined, config)!;
    const http = () => (up ? httpAnswer('done') : Promise.reject(new Error('refused')));
    const one = testServe(plugin, effective, { host: { http } });
    for (let i = 0; i < 5; i++) await one.request(call('now'));
    up = true;
    for (let i = 0; i < 2; i++) await one.request(call('now'));
    expect(one.logs).toMatchObject([
      {
        level: 'warn',
        message: 'a call of a tool failed',
        fields: { cluster: 'outbound|80||backend', err: 'refused' },
      },
      { level: 'info', message: 'calls of tools are answered again', fields: { failures: 5, suppressed: 4 } },
    ]);
  });

  it('deep arguments break nothing', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const args = [{ name: 'a', type: 'array' }];
    const one = harness({
      server: { name: 's' },
      tools: [tool('t', { args, requestTemplate: { url: '/', argsToJsonBody: true } })],
    });
    const response = await one.request({
      body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"a":${deep}}}}`,
    });
    expect([200, 400]).toContain(response.status);
    expect(JSON.parse(String(response.body)).error.code).toBeLessThan(0);
  });
});

describe('the configuration', () => {
  const server = { name: 's' };

  it('a rule replaces the default part; an empty one does nothing', () => {
    const global = { server: { name: 'default' }, tools: [tool('a')] };
    expect(effectiveConfig(global, undefined)).toMatchObject({ name: 'default' });
    expect(effectiveConfig(global, { server, tools: [tool('b')] })).toMatchObject({
      name: 's',
      tools: [{ name: 'b' }],
    });
    expect(effectiveConfig(undefined, undefined)).toBeUndefined();
    expect(effectiveConfig({}, undefined)).toBeUndefined();
  });

  it('keys without a value and unknown keys do not matter', () => {
    const written = {
      server: { name: 's', config: null, securitySchemes: null, later: 1 },
      allowTools: null,
      tools: [{ ...tool('a'), args: null, responseTemplate: null, errorResponseTemplate: null, later: {} }],
    };
    expect(effectiveConfig(undefined, written)).toMatchObject({ config: null, tools: [{ name: 'a', args: [] }] });
    expect(plugin.schema.safeParse(written).success).toBe(true);
  });

  it('the last of two tools with one name counts', async () => {
    const tools = [tool('a', { description: 'first' }), tool('b'), tool('a', { description: 'second' })];
    const { result } = await ask({ server, tools }, 'tools/list');
    expect(result.tools).toMatchObject([{ name: 'a', description: 'second' }, { name: 'b' }]);
  });

  it.each<[string, object, string, string]>([
    ['no server', { tools: [tool('a')] }, 'server', 'missing'],
    ['no name', { server: { name: '' }, tools: [tool('a')] }, 'server.name', 'empty'],
    ['another type', { server: { name: 's', type: 'mcp-proxy' } }, 'server.type', 'not supported'],
    ['a tool set', { toolSet: { name: 'x', serverTools: [] } }, 'toolSet', 'not supported'],
    ['no tools', { server }, 'tools', 'no tools'],
    ['a tool without name', { server, tools: [{ requestTemplate: { url: '/' } }] }, 'tools.0.name', ''],
    [
      'two ways for arguments',
      { server, tools: [tool('a', { requestTemplate: { url: '/', argsToJsonBody: true, argsToFormBody: true } })] },
      'tools.0.requestTemplate.argsToFormBody',
      '(tool "a")',
    ],
    [
      'body and prependBody',
      { server, tools: [tool('a'), tool('b', { responseTemplate: { body: 'x', prependBody: 'y' } })] },
      'tools.1.responseTemplate.body',
      '(tool "b")',
    ],
    ['neither URL nor body', { server, tools: [{ name: 'a' }] }, 'tools.0.responseTemplate.body', '(tool "a")'],
    [
      'a bad method',
      { server, tools: [tool('a', { requestTemplate: { url: '/', method: 'GET /' } })] },
      'tools.0.requestTemplate.method',
      'HTTP',
    ],
    [
      'a bad header',
      { server, tools: [tool('a', { requestTemplate: { url: '/', headers: [{ key: 'a b' }] } })] },
      'tools.0.requestTemplate.headers.0.key',
      '"a b"',
    ],
    [
      'a bad header argument',
      { server, tools: [tool('a', { args: [{ name: 'a b', position: 'header' }] })] },
      'tools.0.args.0.name',
      '"a b"',
    ],
    [
      'a URL template',
      { server, tools: [tool('a', { requestTemplate: { url: '/{{.a' } })] },
      'tools.0.requestTemplate.url',
      'tool "a": line 1',
    ],
    [
      'a header template',
      { server, tools: [tool('a', { requestTemplate: { url: '/', headers: [{ key: 'x', value: '{{nope}}' }] } })] },
      'tools.0.requestTemplate.headers.0.value',
      'tool "a"',
    ],
    [
      'a body template',
      { server, tools: [tool('a', { requestTemplate: { url: '/', body: '{{if}}' } })] },
      'tools.0.requestTemplate.body',
      'tool "a"',
    ],
    [
      'an answer template',
      { server, tools: [tool('a', { responseTemplate: { body: '{{end}}' } })] },
      'tools.0.responseTemplate.body',
      'tool "a"',
    ],
    [
      'an error template',
      { server, tools: [tool('a', { errorResponseTemplate: '{{.x-y}}' })] },
      'tools.0.errorResponseTemplate',
      'tool "a"',
    ],
    [
      'a scheme of no type',
      { server: { name: 's', securitySchemes: [{ id: 'a', type: 'oauth2' }] }, tools: [tool('a')] },
      'server.securitySchemes.0.type',
      '',
    ],
    [
      'http without scheme',
      { server: { name: 's', securitySchemes: [{ id: 'a', type: 'http' }] }, tools: [tool('a')] },
      'server.securitySchemes.0.scheme',
      'bearer',
    ],
    [
      'apiKey without place',
      { server: { name: 's', securitySchemes: [{ id: 'a', type: 'apiKey', name: 'x' }] }, tools: [tool('a')] },
      'server.securitySchemes.0.in',
      'apiKey',
    ],
    [
      'apiKey without name',
      { server: { name: 's', securitySchemes: [{ id: 'a', type: 'apiKey', in: 'header' }] }, tools: [tool('a')] },
      'server.securitySchemes.0.name',
      'apiKey',
    ],
  ])('cannot work with %s', (_, written, path, words) => {
    let error: unknown;
    try {
      effectiveConfig(undefined, written);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(PluginConfigError);
    expect(error).toMatchObject({ path, message: expect.stringContaining(words) });
  });

  it('is shown without its secrets', () => {
    const written = {
      server: {
        name: 's',
        config: { appCode: 'hidden-1' },
        securitySchemes: [{ id: 'k', type: 'http', scheme: 'bearer', defaultCredential: 'hidden-2' }],
        defaultUpstreamSecurity: { id: 'k', credential: 'hidden-3' },
      },
      tools: [
        tool('a', {
          requestTemplate: {
            url: '/x',
            headers: [{ key: 'Authorization', value: 'hidden-4' }],
            security: { id: 'k', credential: 'hidden-5' },
          },
        }),
      ],
    };
    const shown = JSON.stringify(redactConfig({ ...written, _rules_: [{ _match_route_: ['a'], ...written }] }, plugin));
    const effective = JSON.stringify(redactConfig(effectiveConfig(undefined, written), plugin));
    expect(shown).not.toContain('hidden');
    expect(effective).not.toContain('hidden');
    expect(effective).toContain('"url":"/x"');
  });

  it('of the README works', () => {
    const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
    const written = parseYaml(/```yaml\n(.*?)```/s.exec(readme)?.[1] ?? '');
    expect(effectiveConfig(undefined, written)).toMatchObject({ name: 'weather', tools: [{ name: 'get-weather' }] });
  });
});
