/** Keys planted wherever the AI gateway takes some, and looked for wherever it says something. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { serviceYaml } from '../support/echo.ts';
import { eventually, fetchRaw, type Gateway, startGateway } from '../support/gateway.ts';
import { aiRouteYaml, json, type Llm, startLlm } from '../support/llm.ts';

let llm: Llm;
let gateway: Gateway;

/** Every planted key begins so. */
const PLANTED = 'planted-key';
const plant = (name: string) => `${PLANTED}-${name}`;

const failover = { enabled: true, failureThreshold: 1, healthCheckInterval: 20, healthCheckModel: 'probe' };
const PROVIDERS: Readonly<Record<string, object>> = {
  lowered: { id: 'lowered', type: 'openai', apiTokens: [plant('lowered')] },
  hooks: { id: 'hooks', type: 'claude', apiTokens: [plant('hooks')] },
  tokens: {
    id: 'tokens',
    type: 'openai',
    apiTokens: [plant('one'), plant('two')],
    failover,
    retryOnFailure: { enabled: true },
  },
  reference: { id: 'reference', type: 'claude', apiTokens: ['${secret.keys.token}'] },
  // Not as they should be: what is said of them must not repeat them.
  text: { id: 'text', type: 'openai', apiTokens: plant('text') },
  number: { id: 'number', type: 'claude', apiTokens: [{ key: plant('nested') }] },
  unknown: { id: 'unknown', type: 'nobody', apiTokens: [plant('unknown')] },
  pattern: { id: 'pattern', type: 'openai', apiTokens: [plant('pattern')], modelMapping: { '~(': 'x' } },
};

beforeAll(async () => {
  llm = await startLlm((request, response) => {
    const key = String(request.headers['x-api-key'] ?? request.headers.authorization);
    if (request.path.includes('messages') && request.json?.stream !== true)
      json(response, 401, { type: 'error', error: { type: 'authentication_error', message: `wrong key: ${key}` } });
    else if (request.json?.model === 'cut') response.destroy();
    else if (request.json?.model === 'nonsense') response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    else json(response, 500, { error: { message: 'no' } });
  });
  const routes = Object.entries(PROVIDERS).map(([name, provider]) =>
    aiRouteYaml({ name, host: `${name}.example.com`, service: 'llm', provider, statistics: name === 'hooks' }),
  );
  gateway = await startGateway({
    files: {
      'svc.yaml': serviceYaml('llm', llm.port, 'higress-system'),
      'routes.yaml': routes.join('---\n'),
      'keys.yaml': `apiVersion: v1
kind: Secret
metadata: { name: keys, namespace: higress-system }
stringData: { token: ${plant('secret')} }
`,
      'auth.yaml': `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: key-auth, namespace: higress-system }
spec:
  url: oci://higress/plugins/key-auth:1.0.0
  defaultConfigDisable: true
  defaultConfig:
    consumers: [{ name: someone, credential: ${plant('consumer')} }]
    keys: [x-consumer-key]
    in_header: true
  matchRules:
  - ingress: [tokens]
    config: { allow: [someone] }
`,
    },
    args: ['--log-level', 'debug'],
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await llm?.stop();
});

const ask = (name: string, model: string, more: object = {}) =>
  gateway.post(
    '/v1/chat/completions',
    { model, messages: [{ role: 'user', content: 'hi' }], ...more },
    {
      host: `${name}.example.com`,
      authorization: `Bearer ${plant('caller')}`,
      ...(name === 'tokens' ? { 'x-consumer-key': plant('consumer') } : {}),
    },
  );

describe('a key', () => {
  it('is in no answer, log line, debug page, metric or rendered configuration', async () => {
    const said: string[] = [];
    for (const name of Object.keys(PROVIDERS)) {
      for (const model of ['m', 'cut', 'nonsense']) {
        for (const stream of [false, true]) {
          const { body, headers } = await ask(name, model, { stream });
          said.push(body, JSON.stringify(headers));
        }
      }
    }
    // The vendor has seen what it must see, and repeated it; probes have run.
    const used = () => new Set(llm.seen.map(({ token }) => token));
    for (const name of ['lowered', 'hooks', 'one', 'two', 'secret']) expect(used()).toContain(plant(name));
    await eventually('a token is probed', () => llm.seen.find(({ json: body }) => body?.model === 'probe'));
    const pages = ['model', 'ir', 'xds', 'registries', 'process', 'envoy', 'plugins'].map((page) => `/debug/${page}`);
    for (const page of [...pages, '/metrics', '/ready']) {
      const { body } = await fetchRaw(`${gateway.urls.admin}${page}`);
      expect(body).not.toBe('');
      said.push(`${page} ${body}`);
    }
    for (const args of [['render'], ['render', '--explain'], ['check']]) {
      const { stdout, stderr } = await runCli([args[0] ?? '', gateway.dir, ...args.slice(1)]);
      said.push(`${args.join(' ')} ${stdout}${stderr}`);
    }
    said.push(gateway.log);
    const leaks = said.flatMap((text) => {
      const at = text.indexOf(PLANTED);
      return at < 0 ? [] : [text.slice(Math.max(0, at - 200), at + 60)];
    });
    expect(leaks).toEqual([]);
  }, 60_000);
});
