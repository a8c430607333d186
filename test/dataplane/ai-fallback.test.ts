/** From one provider to another by status, through a real Envoy: the request is translated anew, and a stream that has begun stays as it is. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceYaml } from '../support/echo.ts';
import { eventually, type Gateway, startGateway } from '../support/gateway.ts';
import {
  aiRouteYaml,
  claudeEvents,
  completion,
  contentOf,
  dataOf,
  eventStream,
  json,
  type Llm,
  openStream,
  startLlm,
} from '../support/llm.ts';

let first: Llm;
let second: Llm;
let gateway: Gateway;

const FROM = 'higress.io/exact-match-header-x-higress-fallback-from';
const to = (name: string, codes?: string) => ({
  'higress.io/ai-fallback-route': name,
  ...(codes === undefined ? {} : { 'higress.io/ai-fallback-codes': codes }),
});
const openai = { id: 'one', type: 'openai', apiTokens: ['k1'], modelMapping: { '*': 'one-model' } };
/** One AI route over both providers, as the console writes it. */
const SHARED = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shared
  namespace: higress-system
  annotations:
    higress.io/destination: |
      75% one.higress-system.svc.cluster.local:80
      25% two.higress-system.svc.cluster.local:80
spec:
  ingressClassName: higress
  rules:
  - host: shared.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          resource: { apiGroup: networking.higress.io, kind: McpBridge, name: default }
---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: shared-proxy, namespace: higress-system }
spec:
  url: oci://higress/plugins/ai-proxy:2.0.1
  defaultConfig:
    providers:
    - { id: one, type: openai, apiTokens: [k1] }
    - { id: two, type: claude, apiTokens: [k2] }
  matchRules:
  - { service: [one.higress-system.svc.cluster.local], ingress: [shared], config: { activeProviderId: one } }
  - { service: [two.higress-system.svc.cluster.local], ingress: [shared], config: { activeProviderId: two } }
---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: shared-mapper, namespace: higress-system }
spec:
  url: oci://higress/plugins/model-mapper:2.0.1
  phase: AUTHN
  priority: 800
  defaultConfigDisable: true
  matchRules:
  - { service: [one.higress-system.svc.cluster.local], ingress: [shared], config: { modelMapping: { '*': one-model } } }
  - { service: [two.higress-system.svc.cluster.local], ingress: [shared], config: { modelMapping: { '*': two-model } } }
`;
const claude = { id: 'two', type: 'claude', apiTokens: ['k2'], modelMapping: { '*': 'two-model' } };

beforeAll(async () => {
  first = await startLlm();
  second = await startLlm();
  const route = (host: string, name: string, service: string, provider: object, annotations: Record<string, string>) =>
    aiRouteYaml({ host: `${host}.example.com`, name, service, provider, annotations });
  gateway = await startGateway({
    files: {
      'svc.yaml': [
        serviceYaml('one', first.port, 'higress-system'),
        serviceYaml('two', second.port, 'higress-system'),
        serviceYaml('down', 1, 'higress-system'),
      ].join('---\n'),
      'routes.yaml': [
        route('chat', 'chat', 'one', openai, to('chat.fallback')),
        route('chat', 'chat.fallback', 'two', claude, { [FROM]: 'chat' }),
        route('row', 'row', 'down', openai, to('row.second', '5xx')),
        route('row', 'row.second', 'one', openai, { ...to('row.third', '429'), [FROM]: 'row' }),
        route('row', 'row.third', 'two', claude, { [FROM]: 'row.second' }),
        route('lost', 'lost', 'one', openai, to('nowhere')),
        SHARED,
      ].join('---\n'),
    },
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await first?.stop();
  await second?.stop();
});

beforeEach(() => {
  first.seen.length = 0;
  second.seen.length = 0;
  second.answer((request, response) => {
    if (request.json?.stream === true) {
      eventStream(response);
      response.end(claudeEvents('hello').join(''));
    } else {
      const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'two-model', stop_reason: 'end_turn' };
      const usage = { input_tokens: 3, output_tokens: 2 };
      json(response, 200, { ...message, content: [{ type: 'text', text: 'from two' }], usage });
    }
  });
});

const ask = (host: string, more: object = {}, headers: Record<string, string> = {}) =>
  gateway.post(
    '/v1/chat/completions?x=1',
    { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more },
    { host: `${host}.example.com`, authorization: 'Bearer client', ...headers },
  );

interface LogLine {
  readonly route_name: string;
  readonly request_id: string;
  readonly ai_log?: { readonly attempts?: readonly { readonly route: string; readonly status: number }[] };
}

const logLines = (host: string): LogLine[] =>
  gateway.log
    .split('\n')
    .filter((line) => line.includes(`"${host}.example.com"`) && line.includes('"response_code"'))
    .map((line) => JSON.parse(line) as LogLine);

describe('a route over several providers', () => {
  it('divides the requests by weight, each mapped and translated for the one that gets it', async () => {
    first.answer((_request, response) => completion(response));
    const count = 200;
    for (let i = 0; i < count; i++) expect((await ask('shared')).status).toBe(200);
    expect(first.seen.length + second.seen.length).toBe(count);
    expect(first.seen.length / count).toBeGreaterThan(0.6);
    expect(first.seen.length / count).toBeLessThan(0.9);
    const shape = ({ path, token, json }: (typeof first.seen)[number]) => `${path} ${token} ${json?.model}`;
    expect(new Set(first.seen.map(shape))).toEqual(new Set(['/v1/chat/completions?x=1 k1 one-model']));
    expect(new Set(second.seen.map(shape))).toEqual(new Set(['/v1/messages?x=1 k2 two-model']));
  });
});

describe('fallback between providers', () => {
  it('sends the request as the client sent it to the other route, whose plugins translate it', async () => {
    first.answer((_request, response) => json(response, 429, { error: { message: 'busy' } }));
    const answer = await ask('chat');
    expect(answer.status).toBe(200);
    expect(answer.headers['x-higress-fallback-from']).toBe('chat');
    expect(JSON.parse(answer.body)).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'from two' } }],
    });
    expect(first.seen.map(({ json, token }) => [json?.model, token])).toEqual([['one-model', 'k1']]);
    const [seen] = second.seen;
    expect([seen?.path, seen?.headers.host, seen?.token]).toEqual(['/v1/messages?x=1', 'api.anthropic.com', 'k2']);
    expect(seen?.json).toMatchObject({ model: 'two-model', messages: [{ role: 'user' }] });
    expect(Object.keys(seen?.headers ?? {}).filter((name) => /fallback-(to|try)|egress/.test(name))).toEqual([]);
  });

  it('streams what the other route streams', async () => {
    first.answer((_request, response) => json(response, 503, { error: { message: 'down' } }));
    const answer = await ask('chat', { stream: true });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      expect.stringContaining('text/event-stream'),
    ]);
    expect(dataOf(answer.body).at(-1)).toBe('[DONE]');
    expect(contentOf(answer.body)).toBe('hello');
  });

  it('ends a stream with an error event when the other route breaks off', async () => {
    let cut: () => void = () => undefined;
    first.answer((_request, response) => json(response, 503, { error: { message: 'down' } }));
    second.answer((_request, response) => {
      eventStream(response);
      response.write(claudeEvents('hello').slice(0, 4).join(''));
      cut = () => response.destroy();
    });
    const url = `${gateway.urls.http}/v1/chat/completions`;
    const body = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };
    const stream = openStream(url, { host: 'chat.example.com' }, body, (text) => {
      if (text.includes('"content":"e"')) cut();
    });
    expect([await stream.status, await stream.over]).toEqual([200, 'end']);
    const data = dataOf(stream.text());
    expect(JSON.parse(data.at(-2) ?? '{}')).toMatchObject({ error: { message: expect.any(String) } });
    expect(data.filter((one) => one === '[DONE]')).toHaveLength(1);
  });

  it('leaves answers with other statuses alone, and their route cannot be chosen from outside', async () => {
    first.answer((_request, response) => completion(response));
    const answer = await ask(
      'chat',
      {},
      { 'x-higress-fallback-from': 'chat', 'x-higress-fallback-to': 'chat.fallback' },
    );
    expect(JSON.parse(answer.body)).toMatchObject({ choices: [{ message: { content: 'hello' } }] });
    expect(answer.headers['x-higress-fallback-from']).toBeUndefined();
    expect(second.seen).toHaveLength(0);
  });

  it('never starts a stream again that has begun', async () => {
    let cut: () => void = () => undefined;
    first.answer((_request, response) => {
      eventStream(response);
      response.write('data: {"choices":[{"index":0,"delta":{"content":"he"}}]}\n\n');
      cut = () => response.destroy();
    });
    const url = `${gateway.urls.http}/v1/chat/completions`;
    const stream = openStream(url, { host: 'chat.example.com' }, { model: 'm', stream: true, messages: [] }, () =>
      cut(),
    );
    expect([await stream.status, await stream.over]).toEqual([200, 'broken']);
    expect(contentOf(stream.text())).toBe('he');
    expect(second.seen).toHaveLength(0);
  });

  it('tries several in order, answers made by the gateway included', async () => {
    first.answer((_request, response) => json(response, 429, { error: { message: 'busy' } }));
    const answer = await ask('row');
    expect(JSON.parse(answer.body)).toMatchObject({ choices: [{ message: { content: 'from two' } }] });
    expect([first.seen.length, second.seen.length]).toEqual([1, 1]);
  });

  it('gives the last answer when all fail', async () => {
    first.answer((_request, response) => json(response, 429, { error: { message: 'busy' } }));
    second.answer((_request, response) =>
      json(response, 500, { type: 'error', error: { type: 'api_error', message: 'no' } }),
    );
    const answer = await ask('chat');
    expect([answer.status, JSON.parse(answer.body).error.message]).toEqual([500, 'no']);
  });

  it('reports a fallback that is not there, and lets the failure through', async () => {
    first.answer((_request, response) => json(response, 429, { error: { message: 'busy' } }));
    expect((await ask('lost')).status).toBe(429);
    expect(gateway.log).toContain('FallbackMissing');
  });

  it('lists the tries in the access log', async () => {
    // The answers of other tests; Envoy writes its log every ten seconds.
    const lines = await eventually('all are logged', () => {
      const found = [...logLines('chat'), ...logLines('row')];
      return found.filter(({ route_name }) => route_name.startsWith('row')).length >= 3 ? found : undefined;
    });
    const of = (route: string) => lines.find(({ route_name }) => route_name === route);
    expect(of('chat')?.ai_log?.attempts).toMatchObject([
      { route: 'chat', status: 429 },
      { route: 'chat.fallback', status: 200 },
    ]);
    expect(of('chat.fallback')?.request_id).toBe(of('chat')?.request_id);
    expect(of('row')?.ai_log?.attempts).toMatchObject([
      { route: 'row', status: 503 },
      { route: 'row.second', status: 200 },
    ]);
    expect(of('row.second')?.ai_log?.attempts).toMatchObject([{ status: 429 }, { route: 'row.third', status: 200 }]);
  });
});
