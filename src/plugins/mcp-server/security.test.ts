/** Credentials: out of the client's request, into the backend's. */
import { describe, expect, it } from '@jest/globals';
import { callTool } from './testing.ts';

const schemes = [
  { id: 'bearer', type: 'http', scheme: 'bearer', defaultCredential: 'default-token' },
  { id: 'basic', type: 'http', scheme: 'Basic', defaultCredential: 'user:pass' },
  { id: 'header', type: 'apiKey', in: 'header', name: 'X-Key' },
  { id: 'query', type: 'apiKey', in: 'query', name: 'key', defaultCredential: 'default-key' },
  { id: 'cookie', type: 'apiKey', in: 'cookie', name: 'sid', defaultCredential: 'default-sid' },
];

interface Case {
  readonly client?: object;
  readonly backend?: object;
  readonly headers?: Record<string, string>;
  readonly path?: string;
  readonly server?: object;
  readonly template?: object;
}

async function call({ client, backend, headers = {}, path = '/mcp', server = {}, template = {} }: Case) {
  const answer = await callTool({
    server: { securitySchemes: schemes, ...server },
    tool: { security: client, requestTemplate: { url: '/x?a=1', security: backend, ...template } },
    request: { headers, path },
  });
  return {
    path: answer.call?.path,
    authorization: answer.sent('authorization'),
    key: answer.sent('x-key'),
    cookie: answer.sent('cookie'),
    original: answer.sent('x-envoy-original-path'),
    warnings: answer.logs.map(({ message }) => message),
  };
}

const NONE = {
  path: '/x?a=1',
  authorization: undefined,
  key: undefined,
  cookie: undefined,
  original: '/mcp',
  warnings: [],
};

describe('credentials of the backend', () => {
  it.each<[string, Case, object]>([
    ['bearer, default', { backend: { id: 'bearer' } }, { authorization: 'Bearer default-token' }],
    ['bearer, own', { backend: { id: 'bearer', credential: 'own' } }, { authorization: 'Bearer own' }],
    [
      'bearer, written with its word',
      { backend: { id: 'bearer', credential: 'bearer own' } },
      { authorization: 'bearer own' },
    ],
    ['basic is encoded', { backend: { id: 'basic' } }, { authorization: 'Basic dXNlcjpwYXNz' }],
    [
      'basic, encoded already',
      { backend: { id: 'basic', credential: 'dXNlcjpwYXNz' } },
      { authorization: 'Basic dXNlcjpwYXNz' },
    ],
    ['header', { backend: { id: 'header', credential: 'k' } }, { key: 'k' }],
    ['query', { backend: { id: 'query' } }, { path: '/x?a=1&key=default-key' }],
    [
      'query, in place of what the URL has',
      { backend: { id: 'query' }, template: { url: '/x?key=url' } },
      { path: '/x?key=default-key' },
    ],
    ['cookie', { backend: { id: 'cookie' }, headers: { cookie: 'sid=client' } }, { cookie: 'sid=default-sid' }],
    [
      'header, in place of what the tool and the client have',
      {
        backend: { id: 'header', credential: 'k' },
        headers: { 'x-key': 'c' },
        template: { headers: [{ key: 'x-key', value: 't' }] },
      },
      { key: 'k' },
    ],
    [
      'of the server for tools that name none',
      { server: { defaultUpstreamSecurity: { id: 'query' } } },
      { path: '/x?a=1&key=default-key' },
    ],
  ])('%s', async (_, given, expected) => {
    expect(await call(given)).toEqual({ ...NONE, ...expected });
  });

  it('no credential anywhere: the call goes out without, and the log says so', async () => {
    const warnings = ['there is no credential for the backend of a tool'];
    expect(await call({ backend: { id: 'header' } })).toEqual({ ...NONE, warnings });
  });

  it('a scheme that does not exist: the same', async () => {
    const warnings = ['a tool names a security scheme that does not exist'];
    expect(await call({ backend: { id: 'nope', credential: 'x' } })).toEqual({ ...NONE, warnings });
  });
});

describe('credentials of the client', () => {
  const bearer = { authorization: 'bEaReR  client-token' };

  it('never travel on by themselves', async () => {
    expect(await call({ headers: bearer })).toEqual(NONE);
    expect(await call({ headers: bearer, client: { id: 'bearer' } })).toEqual(NONE);
    expect(await call({ headers: bearer, client: { id: 'bearer', passthrough: true } })).toEqual(NONE);
    expect(await call({ headers: { 'x-key': 'k' }, client: { id: 'header' } })).toEqual(NONE);
    expect(await call({ path: '/mcp?b=2&key=k', client: { id: 'query' } })).toEqual({ ...NONE, original: '/mcp?b=2' });
  });

  it.each<[string, Case, object]>([
    [
      'bearer as query',
      { headers: bearer, client: { id: 'bearer', passthrough: true }, backend: { id: 'query' } },
      { path: '/x?a=1&key=client-token' },
    ],
    [
      'not passed: the default',
      { headers: bearer, client: { id: 'bearer' }, backend: { id: 'query' } },
      { path: '/x?a=1&key=default-key' },
    ],
    [
      'passed goes before the credential of the tool',
      { headers: bearer, client: { id: 'bearer', passthrough: true }, backend: { id: 'header', credential: 'own' } },
      { key: 'client-token' },
    ],
    [
      'none brought: the default',
      { client: { id: 'bearer', passthrough: true }, backend: { id: 'query' } },
      { path: '/x?a=1&key=default-key' },
    ],
    [
      'another kind of Authorization is none',
      {
        headers: { authorization: 'Basic eA==' },
        client: { id: 'bearer', passthrough: true },
        backend: { id: 'query' },
      },
      { path: '/x?a=1&key=default-key' },
    ],
    [
      'basic stays encoded',
      {
        headers: { authorization: 'Basic dTpw' },
        client: { id: 'basic', passthrough: true },
        backend: { id: 'basic' },
      },
      { authorization: 'Basic dTpw' },
    ],
    [
      'header as bearer',
      { headers: { 'x-key': 'k' }, client: { id: 'header', passthrough: true }, backend: { id: 'bearer' } },
      { authorization: 'Bearer k' },
    ],
    [
      'query as header',
      { path: '/mcp?key=a%20b&key=2', client: { id: 'query', passthrough: true }, backend: { id: 'header' } },
      { key: 'a b', original: '/mcp' },
    ],
    [
      'cookie as header',
      {
        headers: { cookie: 'a=1; sid=s=1; b=2' },
        client: { id: 'cookie', passthrough: true },
        backend: { id: 'header' },
      },
      { key: 's=1' },
    ],
    [
      'of the server for tools that name none',
      {
        headers: bearer,
        server: { defaultDownstreamSecurity: { id: 'bearer', passthrough: true } },
        backend: { id: 'query' },
      },
      { path: '/x?a=1&key=client-token' },
    ],
  ])('%s', async (_, given, expected) => {
    expect(await call(given)).toEqual({ ...NONE, ...expected });
  });

  it('passthroughAuthHeader lets Authorization through where no scheme takes it', async () => {
    const server = { passthroughAuthHeader: true };
    expect((await call({ headers: bearer, server })).authorization).toBe('bEaReR  client-token');
    expect((await call({ headers: bearer, server, client: { id: 'bearer' } })).authorization).toBeUndefined();
    expect((await call({ headers: bearer, server, backend: { id: 'bearer' } })).authorization).toBe(
      'Bearer default-token',
    );
  });
});
