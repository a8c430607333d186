/** Services chosen by how they do, through a real Envoy: the route, its plugins and its upstream are those of the chosen service. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceYaml } from '../support/echo.ts';
import { eventually, type Gateway, startGateway } from '../support/gateway.ts';
import { completion, eventStream, json, type Llm, type LlmHandler, openStream, startLlm } from '../support/llm.ts';

let first: Llm;
let second: Llm;
let third: Llm;
let gateway: Gateway;

const host = (service: string) => `${service}.higress-system.svc.cluster.local`;
const cluster = (service: string) => `outbound|80||${host(service)}`;

/** A route over two vendors, each with a translation and a model of its own, divided by the plugin. */
function routeYaml(name: string, lbConfig: object, annotations: Readonly<Record<string, string>> = {}): string {
  const notes = Object.entries(annotations).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`);
  const plugin = (url: string, more: string) => `---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ${name}-${url}, namespace: higress-system }
spec:
  url: oci://higress/plugins/${url}:2.0.1
${more}`;
  const perService = (one: string, two: string) => `  matchRules:
  - { service: [${host('one')}], ingress: [${name}], config: ${one} }
  - { service: [${host('two')}], ingress: [${name}], config: ${two} }
`;
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  namespace: higress-system
  annotations:
${notes.join('')}    higress.io/destination: |
      50% ${host('one')}:80
      50% ${host('two')}:80
spec:
  ingressClassName: higress
  rules:
  - host: ${name}.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          resource: { apiGroup: networking.higress.io, kind: McpBridge, name: default }
${plugin(
  'ai-load-balancer',
  `  defaultConfigDisable: true
  matchRules:
  - ingress: [${name}]
    config: ${JSON.stringify({ lb_type: 'cluster', lb_policy: 'cluster_metrics', lb_config: lbConfig })}
`,
)}${plugin(
  'ai-proxy',
  `  defaultConfig:
    providers:
    - { id: one, type: openai, apiTokens: [k1] }
    - { id: two, type: claude, apiTokens: [k2] }
${perService('{ activeProviderId: one }', '{ activeProviderId: two }')}`,
)}${plugin(
  'model-mapper',
  `  phase: AUTHN
  priority: 800
  defaultConfigDisable: true
${perService("{ modelMapping: { '*': one-model } }", "{ modelMapping: { '*': two-model } }")}`,
)}`;
}

const both = [cluster('one'), cluster('two')];
const ROUTED = `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: entry, namespace: higress-system }
spec:
  ingressClassName: higress
  rules:
  - host: routed.example.com
    http:
      paths:
      - { path: /, pathType: Prefix, backend: { service: { name: three, port: { number: 80 } } } }
---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: router, namespace: higress-system }
spec:
  url: oci://higress/plugins/model-router:2.0.1
  defaultConfigDisable: true
  matchRules:
  - { ingress: [entry], config: { modelToHeader: x-model } }
`;

beforeAll(async () => {
  [first, second, third] = await Promise.all([startLlm(), startLlm(), startLlm()]);
  gateway = await startGateway({
    files: {
      'svc.yaml': [
        serviceYaml('one', first.port, 'higress-system'),
        serviceYaml('two', second.port, 'higress-system'),
        serviceYaml('three', third.port, 'higress-system'),
      ].join('---\n'),
      'routes.yaml': [
        routeYaml('busy', { mode: 'LeastBusy', service_list: both, cluster_header: 'X-Chosen' }),
        routeYaml('total', { mode: 'LeastTotalLatency', service_list: both }),
        routeYaml('first', { mode: 'LeastFirstTokenLatency', service_list: both }),
        routeYaml('failing', { mode: 'LeastTotalLatency', service_list: both }),
        routeYaml('shared', { mode: 'LeastTotalLatency', service_list: both, rate_limit: 0.6 }),
        routeYaml('beside', { mode: 'LeastBusy', service_list: [cluster('three')] }),
        routeYaml('lost', { mode: 'LeastBusy', service_list: [cluster('one'), cluster('nowhere')] }),
        routeYaml(
          'routed',
          { mode: 'LeastBusy', service_list: both },
          { 'higress.io/exact-match-header-x-model': 'm' },
        ),
        ROUTED,
      ].join('---\n'),
    },
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await Promise.all([first?.stop(), second?.stop(), third?.stop()]);
});

const claudeAnswer: LlmHandler = (_request, response) =>
  json(response, 200, {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'two-model',
    stop_reason: 'end_turn',
    content: [{ type: 'text', text: 'from two' }],
    usage: { input_tokens: 3, output_tokens: 2 },
  });

beforeEach(() => {
  for (const llm of [first, second, third]) llm.seen.length = 0;
  first.answer((_request, response) => completion(response, 'from one'));
  second.answer(claudeAnswer);
  third.answer((_request, response) => completion(response, 'from three'));
});

const ask = async (name: string, headers: Record<string, string> = {}) => {
  const { status, body } = await gateway.post(
    '/v1/chat/completions',
    { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
    { host: `${name}.example.com`, authorization: 'Bearer client', ...headers },
  );
  return status === 200 ? (JSON.parse(body).choices[0].message.content as string) : `${status}`;
};
const many = async (count: number, name: string) => {
  const out = [];
  for (let n = 0; n < count; n++) out.push(await ask(name));
  return out;
};
/** What a service saw, without repetitions: path, key and model are its own. */
const shapes = ({ seen }: Llm) => new Set(seen.map(({ path, token, json }) => `${path} ${token} ${json?.model}`));
/** Answers so many milliseconds after the request. */
const delayed =
  (ms: number, handler: LlmHandler): LlmHandler =>
  (request, response) =>
    void setTimeout(() => handler(request, response), ms);

describe('ai-load-balancer over services on Envoy', () => {
  it('LeastBusy spreads what is in flight, each request mapped and translated for the service that gets it', async () => {
    const waiting: (() => void)[] = [];
    const hold =
      (handler: LlmHandler): LlmHandler =>
      (request, response) =>
        void waiting.push(() => void handler(request, response));
    first.answer(hold((_request, response) => completion(response, 'from one')));
    second.answer(hold(claudeAnswer));
    const answers = [];
    for (let count = 1; count <= 6; count++) {
      answers.push(ask('busy'));
      await eventually('the request arrives', () => first.seen.length + second.seen.length === count);
    }
    expect([first.seen.length, second.seen.length]).toEqual([3, 3]);
    for (const answer of waiting) answer();
    expect((await Promise.all(answers)).sort()).toEqual([...Array(3).fill('from one'), ...Array(3).fill('from two')]);
    expect(shapes(first)).toEqual(new Set(['/v1/chat/completions k1 one-model']));
    expect(shapes(second)).toEqual(new Set(['/v1/messages k2 two-model']));
    expect(first.seen[0]?.headers['x-chosen']).toBe(cluster('one'));
  });

  it('counts back requests whose client goes away', async () => {
    first.answer(() => undefined);
    second.answer(() => undefined);
    const url = `${gateway.urls.http}/v1/chat/completions`;
    const open = () => openStream(url, { host: 'busy.example.com' }, { model: 'm', messages: [] });
    const streams = [open(), open(), open(), open()];
    await eventually('all have arrived', () => first.seen.length === 2 && second.seen.length === 2);
    const gone = first.seen.length;
    for (const stream of streams) stream.abort();
    await eventually('the upstreams hear of it', () => [...first.seen, ...second.seen].every(({ aborted }) => aborted));
    const [one, two] = [open(), open()];
    await eventually('both get one', () => first.seen.length === gone + 1 && second.seen.length === gone + 1);
    one.abort();
    two.abort();
  });

  it('LeastTotalLatency goes to the service that answers faster', async () => {
    first.answer(delayed(150, (_request, response) => completion(response, 'from one')));
    expect((await many(8, 'total')).filter((answer) => answer === 'from one')).toHaveLength(1);
  });

  it('LeastFirstTokenLatency goes by the first part of an answer, not by its end', async () => {
    const streaming =
      (firstMs: number, restMs: number): LlmHandler =>
      (_request, response) => {
        setTimeout(() => {
          eventStream(response);
          response.write('data: {"id":"1","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n');
          setTimeout(() => response.end('data: [DONE]\n\n'), restMs);
        }, firstMs);
      };
    first.answer(streaming(200, 0));
    second.answer((request, response) => {
      setTimeout(() => void claudeAnswer(request, response), 10);
    });
    const url = `${gateway.urls.http}/v1/chat/completions`;
    for (let n = 0; n < 6; n++) {
      const body = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };
      await openStream(url, { host: 'first.example.com' }, body).over;
    }
    expect([first.seen.length, second.seen.length]).toEqual([1, 5]);
  });

  it('keeps away from a service that fails, however fast it does', async () => {
    first.answer((_request, response) => json(response, 503, { error: { message: 'down' } }));
    second.answer(delayed(40, claudeAnswer));
    const answers = await many(6, 'failing');
    expect(answers.filter((answer) => answer !== 'from two').length).toBeLessThanOrEqual(2);
    expect(answers.slice(2)).toEqual(Array(4).fill('from two'));
  });

  it('rate_limit: passes over a service that has had its share', async () => {
    first.answer(delayed(100, (_request, response) => completion(response, 'from one')));
    await many(20, 'shared');
    expect(first.seen.length).toBeGreaterThanOrEqual(8);
    expect(second.seen.length).toBeGreaterThanOrEqual(10);
  });

  it('does not let a client choose', async () => {
    const forced = await Promise.all(
      Array.from({ length: 6 }, () => ask('beside', { 'x-higress-target-cluster': cluster('one') })),
    );
    expect(new Set(forced)).toEqual(new Set(['from three']));
  });

  it('chooses behind a plugin that has chosen the route', async () => {
    const answers = await many(12, 'routed');
    expect(new Set(answers)).toEqual(new Set(['from one', 'from two']));
    expect(shapes(first)).toEqual(new Set(['/v1/chat/completions k1 one-model']));
    expect(shapes(second)).toEqual(new Set(['/v1/messages k2 two-model']));
    expect(third.seen).toEqual([]);
  });

  it('tells of a service that is nowhere', async () => {
    await eventually('it is told', () => gateway.log.includes(`may send requests to ${cluster('nowhere')}`));
  });
});
