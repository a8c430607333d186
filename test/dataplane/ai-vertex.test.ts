/** Type vertex through a real Envoy: the token of a service account comes from a token service that the gateway's egress reaches by its registry. */
import { generateKeyPairSync, verify } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceYaml } from '../support/echo.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { aiRouteYaml, contentOf, type Llm, startLlm } from '../support/llm.ts';
import { ANSWERS, give, SAID } from '../support/vendor-answers.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const providerAt = (port: number) => ({
  type: 'vertex',
  vertexAuthKey: JSON.stringify({
    client_email: 'gw@proj.iam.gserviceaccount.com',
    private_key_id: 'kid-1',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: 'https://oauth2.googleapis.com/token',
  }),
  vertexRegion: 'us-central1',
  vertexProjectId: 'proj',
  vertexAuthServiceName: `vertex-auth.internal:${port}`,
  vertexTokenRefreshAhead: 60,
  geminiSafetySetting: { HARM_CATEGORY_HARASSMENT: 'BLOCK_NONE' },
});
const bridgeAt = (port: number) => `apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: { name: default, namespace: higress-system }
spec:
  registries:
  - { name: vertex-auth.internal, type: dns, domain: oauth.localhost, port: ${port}, protocol: http }
`;

interface Asked {
  readonly host: string | undefined;
  readonly path: string | undefined;
  readonly signed: boolean;
}

/** Google's token endpoint: a good signature gets a token. */
function tokenService(asked: Asked[]): Server {
  return createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const form = new URLSearchParams(Buffer.concat(parts).toString());
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const signed = verify('sha256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url'));
    asked.push({ host: request.headers.host, path: request.url, signed });
    response.writeHead(signed ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(signed ? { access_token: 'vendor-token', expires_in: 3600 } : { error: 'no' }));
  });
}

describe('on the wire console #540', () => {
  const asked: Asked[] = [];
  let tokens: Server;
  let llm: Llm;
  let gateway: Gateway;

  beforeAll(async () => {
    tokens = tokenService(asked);
    await new Promise<void>((resolve) => tokens.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const { port } = tokens.address() as AddressInfo;
    llm = await startLlm(({ path }, response) =>
      give(response, path.includes('stream') ? ANSWERS.gemini.stream : ANSWERS.gemini.whole),
    );
    gateway = await startGateway({
      files: {
        'bridge.yaml': bridgeAt(port),
        'svc.yaml': serviceYaml('llm', llm.port, 'higress-system'),
        'route.yaml': aiRouteYaml({
          name: 'vertex',
          host: 'vertex.example.com',
          service: 'llm',
          provider: providerAt(port),
        }),
      },
    });
  }, 90_000);

  afterAll(async () => {
    await gateway?.stop();
    await llm?.stop();
    tokens?.close();
    tokens?.closeAllConnections();
  });

  it('vertex: a signed assertion becomes a token, which the model’s host gets; one token for all requests', async () => {
    const body = { model: 'gemini-x', messages: [{ role: 'user', content: 'q' }] };
    const host = { host: 'vertex.example.com' };
    const answer = await gateway.post('/v1/chat/completions', body, host);
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining(SAID)]);
    const streamed = await gateway.post('/v1/chat/completions', { ...body, stream: true }, host);
    expect(contentOf(streamed.body)).toBe(SAID);
    expect(asked).toEqual([{ host: 'oauth2.googleapis.com', path: '/token', signed: true }]);
    const place = '/v1/projects/proj/locations/us-central1/publishers/google/models/gemini-x';
    expect(llm.seen.map(({ path, token, headers }) => [path, token, headers.host])).toEqual(
      ['generateContent', 'streamGenerateContent?alt=sse'].map((action) => [
        `${place}:${action}`,
        'vendor-token',
        'us-central1-aiplatform.googleapis.com',
      ]),
    );
    expect(llm.seen[0]?.json).toMatchObject({
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
    });
  });
});
