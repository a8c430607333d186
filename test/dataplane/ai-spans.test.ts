/** What plugins write for spans, as a collector sees it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startZipkin, type ZipkinSpan } from '#test/collectors.ts';
import { serviceYaml } from '#test/echo.ts';
import { eventually, fetchRaw, type Gateway, startGateway } from '#test/gateway.ts';
import { CONFIG_FILE, configMapYaml } from '#test/higress-config.ts';
import { type Llm, startLlm } from '#test/llm.ts';
import { events, give, whole } from '#test/vendor-answers.ts';

/** More digits than Envoy gives a number. */
const usage = { prompt_tokens: 1_234_567, completion_tokens: 3, total_tokens: 1_234_570 };
const completion = { id: 'c-1', object: 'chat.completion', model: 'vendor-model', usage };
const ANSWERS = {
  'a whole answer': whole({ ...completion, choices: [{ message: { role: 'assistant', content: 'hello' } }] }),
  'a stream': events(
    { ...completion, usage: null, choices: [{ delta: { content: 'hel' } }], seed: 7 },
    { ...completion, usage: null, choices: [{ delta: { content: 'lo' } }], seed: 7 },
    { ...completion, choices: [] },
    '[DONE]',
  ),
};

const onSpan = (key: string, value_source: string, value: string, more: object = {}) => ({
  key,
  value_source,
  value,
  apply_to_span: true,
  ...more,
});
const ATTRIBUTES = [
  onSpan('kind', 'fixed_value', 'k', { trace_span_key: 'my.kind' }),
  onSpan('user', 'request_header', 'x-user'),
  onSpan('nobody', 'request_header', 'x-nobody'),
  onSpan('answered', 'response_body', 'id', { trace_span_key: 'answer.id' }),
  onSpan('seed', 'response_streaming_body', 'seed', { rule: 'replace', trace_span_key: 'answer.seed' }),
  { key: 'logged', value_source: 'fixed_value', value: 'l', apply_to_log: true },
];
/** Chunks are joined in the plugin server only. */
const JOINED = onSpan('said', 'response_streaming_body', 'choices.0.delta.content', { rule: 'append' });

const ingress = (name: string, host: string, annotations: Readonly<Record<string, string>> = {}) => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, namespace: higress-system, annotations: ${JSON.stringify(annotations)} }
spec:
  ingressClassName: higress
  rules:
  - host: ${host}.example.com
    http:
      paths:
      - { path: /, pathType: Prefix, backend: { service: { name: llm, port: { number: 80 } } } }
`;

const plugin = (name: string, phase: string, priority: number, rules: Readonly<Record<string, object>>) => `---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ${name}, namespace: higress-system }
spec:
  url: oci://higress/plugins/${name}:2.0.1
  phase: ${phase}
  priority: ${priority}
  defaultConfigDisable: true
  matchRules: ${JSON.stringify(Object.entries(rules).map(([ingress, config]) => ({ ingress: [ingress], config })))}
`;

const provider = { provider: { type: 'openai', apiTokens: ['k'] } };
const ROUTES = [
  ingress('lowered', 'lowered'),
  ingress('hooks', 'hooks'),
  ingress('plain', 'plain'),
  ingress('entry', 'routed'),
  ingress('chosen', 'routed', { 'higress.io/exact-match-header-x-model': 'asked' }),
  plugin('model-router', 'AUTHN', 900, { entry: { modelToHeader: 'x-model' } }),
  plugin('ai-statistics', 'UNSPECIFIED_PHASE', 900, {
    lowered: { attributes: ATTRIBUTES },
    hooks: { attributes: [...ATTRIBUTES, JOINED] },
    chosen: { attributes: ATTRIBUTES },
  }),
  plugin('ai-proxy', 'UNSPECIFIED_PHASE', 100, { lowered: provider, hooks: provider, chosen: provider }),
].join('');

let gateway: Gateway;
let llm: Llm;
let zipkin: Awaited<ReturnType<typeof startZipkin>>;

function configure(sampling: number | undefined): void {
  const collector = { service: 'zipkin.higress-system.svc.cluster.local', port: 80 };
  const tracing = sampling === undefined ? { enable: false } : { enable: true, sampling, zipkin: collector };
  const customTags = { color: { header: { name: 'x-color', defaultValue: 'none' } } };
  const mesh = { defaultConfig: { tracing: { customTags } } };
  gateway.write(CONFIG_FILE, configMapYaml({ higress: { tracing }, mesh }));
}

async function ask(host: string, agent: string): Promise<string> {
  const answer = await fetchRaw(`${gateway.urls.http}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      host: `${host}.example.com`,
      'content-type': 'application/json',
      'user-agent': agent,
      'x-user': 'ann',
      'x-color': 'red',
    },
    body: JSON.stringify({ model: 'asked', messages: [{ role: 'user', content: 'hi' }] }),
  });
  expect(answer.status).toBe(200);
  return answer.body;
}

/** Of the first request of `agent` whose span arrives. Envoy sends spans when it has five of them, so there must be requests. */
const spanOf = (host: string, agent: string): Promise<ZipkinSpan> =>
  eventually(`a span of ${agent}`, async () => {
    await ask(host, agent);
    return zipkin.spans.find(({ kind, tags }) => kind === 'SERVER' && tags.user_agent === agent);
  });

const sampled = () => llm.seen.at(-1)?.headers['x-b3-sampled'];

/** A host as Envoy has it, as JSON: names of its filters, and what its routes say of spans. */
async function hostInEnvoy(name: string): Promise<string> {
  const found: object[] = [];
  JSON.stringify(await gateway.debug('envoy'), (_, value) => {
    if (Array.isArray(value?.domains) && value.domains.includes(`${name}.example.com`)) found.push(value as object);
    return value as unknown;
  });
  return JSON.stringify(found);
}

beforeAll(async () => {
  [llm, zipkin] = await Promise.all([startLlm(), startZipkin()]);
  gateway = await startGateway({
    files: {
      'llm.yaml': serviceYaml('llm', llm.port, 'higress-system'),
      'zipkin.yaml': serviceYaml('zipkin', zipkin.port, 'higress-system'),
      'routes.yaml': ROUTES,
    },
  });
  configure(100);
  // Listeners and routes learn of it one after the other.
  await eventually('a span with attributes', async () => {
    await ask('lowered', 'warm');
    return zipkin.spans.some(({ kind, tags }) => kind === 'SERVER' && tags['gen_ai.span.kind'] === 'LLM');
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await Promise.all([llm?.stop(), zipkin?.stop()]);
});

const BUILT_IN = {
  'gen_ai.span.kind': 'LLM',
  'gen_ai.request.model': 'asked',
  'gen_ai.model_name': 'vendor-model',
  'gen_ai.usage.input_tokens': '1234567',
  'gen_ai.usage.output_tokens': '3',
  'gen_ai.usage.total_tokens': '1234570',
};

describe('attributes of spans', () => {
  const ways = ['lowered', 'hooks', 'routed'].flatMap((host) =>
    (Object.keys(ANSWERS) as (keyof typeof ANSWERS)[]).map((answer) => [host, answer] as const),
  );

  it.each(ways)(
    '%s: of %s',
    async (host, kind) => {
      llm.answer((_request, response) => give(response, ANSWERS[kind]));
      const { tags } = await spanOf(host, `${host} ${kind}`);
      const own = kind === 'a stream' ? { 'answer.seed': '7' } : { 'answer.id': 'c-1' };
      expect(tags).toMatchObject({ ...BUILT_IN, ...own, 'my.kind': 'k', user: 'ann', color: 'red' });
      for (const name of ['kind', 'nobody', 'logged', 'answered', 'seed']) expect(tags).not.toHaveProperty([name]);
      expect(tags.said).toBe(host === 'hooks' && kind === 'a stream' ? 'hello' : undefined);
    },
    30_000,
  );

  it('come from the module in Envoy and from the plugin server', async () => {
    const [lowered, hooks] = await Promise.all(['lowered', 'hooks'].map(hostInEnvoy));
    expect(lowered).toMatch(/"dynamic_module\/higress-system\/ai-statistics/);
    expect(lowered).not.toMatch(/"hop\/higress-system\/ai-statistics/);
    expect(hooks).toMatch(/"hop\/higress-system\/ai-statistics/);
  });

  it('stand on spans of routes with the plugin only', async () => {
    const { tags } = await spanOf('plain', 'none');
    expect(tags).toMatchObject({ color: 'red' });
    expect(Object.keys(tags).filter((name) => name.startsWith('gen_ai.') || name === 'user')).toEqual([]);
  }, 30_000);

  it('leave the sampling as it is for all routes', async () => {
    configure(0);
    for (const host of ['lowered', 'hooks']) {
      await eventually(`${host} is sampled no more`, async () => {
        await ask(host, 'sampling');
        return sampled() === '0';
      });
    }
    for (let count = 0; count < 20; count += 1) {
      await ask(count % 2 === 0 ? 'lowered' : 'hooks', 'sampling');
      expect(sampled()).toBe('0');
    }
    configure(100);
    await eventually('sampled again', async () => {
      await ask('lowered', 'sampling');
      return sampled() === '1';
    });
  }, 30_000);

  it('are in no route while the gateway makes no spans', async () => {
    expect(await hostInEnvoy('lowered')).toContain('"custom_tags"');
    configure(undefined);
    await eventually('gone', async () => !(await hostInEnvoy('lowered')).includes('"custom_tags"'));
    expect(await hostInEnvoy('hooks')).not.toContain('"custom_tags"');
  }, 30_000);
});
