/** Items of Higress's release notes that concern the AI plugins, each as it must be seen on the wire: a real Envoy between a client and a fake vendor. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { API_PATHS, type ApiName } from '#ai/api.ts';
import { AWS_KEYS, isSigned } from '../support/bedrock.ts';
import { serviceYaml } from '../support/echo.ts';
import { eventually, fetchRaw } from '../support/gateway.ts';
import { completion, type Llm, type LlmRequest, startLlm } from '../support/llm.ts';
import { ANSWERS, events, type LanguageAnswers, SAID, USAGE, whole } from '../support/vendor-answers.ts';
import { logsOfRows, rowsOnTheWire } from '../support/wire-rows.ts';
import type { Chunk, Row, Step } from '../support/wire-table.ts';

const CHAT = '/v1/chat/completions';
const ask = { model: 'gpt-4', messages: [{ role: 'user', content: 'q' }] };
const asking = (more: object): Step => ({ path: CHAT, body: { ...ask, ...more } });
const proxy = (provider: object) => ({
  'ai-proxy': { provider: { apiTokens: ['sk-vendor'], modelMapping: { 'gpt-4': 'mapped' }, ...provider } },
});

const WANX = '/api/v1/services/aigc/text2image/image-synthesis';
const task = whole({ output: { task_id: 't-1', task_status: 'PENDING' }, request_id: 'r-1' });

const BEDROCK_MODELS = [
  'arn:aws:bedrock:us-east-1:123456789012:inference-profile/x:0',
  'anthropic.claude-3-5-sonnet-20241022-v2:0',
];

async function signed({ path, headers, body }: LlmRequest): Promise<void> {
  const { host = '', authorization, 'x-amz-date': date } = headers;
  expect(await isSigned({ method: 'POST', host, path, date: String(date), authorization, body })).toBe(true);
}

const bedrock = (more: object = {}) =>
  proxy({ type: 'bedrock', apiTokens: [], ...AWS_KEYS, modelMapping: { 'gpt-4': BEDROCK_MODELS[0] }, ...more });

/** Vendors whose streams are made anew, with the settings that they need. */
const CONVERTED: readonly (readonly [name: keyof typeof ANSWERS, provider: object])[] = [
  ['claude', { type: 'claude' }],
  ['gemini', { type: 'gemini' }],
  ['qwen', { type: 'qwen', qwenEnableCompatible: false }],
  ['bedrock', { type: 'bedrock', apiTokens: [], ...AWS_KEYS }],
  ['cohere', { type: 'cohere' }],
  ['dify', { type: 'dify' }],
  ['spark', { type: 'spark' }],
  ['minimax', { type: 'minimax', minimaxApiType: 'pro', minimaxGroupId: 'g' }],
  ['hunyuan', { type: 'hunyuan', hunyuanAuthId: 'i'.repeat(36), hunyuanAuthKey: 'k'.repeat(32) }],
  ['triton', { type: 'triton', tritonDomain: 'triton.test' }],
];

function nullsWhileNothingIsToSay(chunks: readonly Chunk[], uncounted: boolean): void {
  for (const chunk of chunks) {
    expect(chunk).toMatchObject({ object: 'chat.completion.chunk' });
    expect(chunk).toHaveProperty('usage');
    for (const choice of chunk.choices) {
      expect(choice).toHaveProperty('finish_reason');
      expect(choice.logprobs).toBeNull();
    }
  }
  const choices = chunks.flatMap((chunk) => chunk.choices);
  expect(choices.map(({ delta }) => delta.content ?? '').join('')).toBe(SAID);
  expect(choices.flatMap(({ finish_reason }) => finish_reason ?? [])).toEqual(['stop']);
  expect(choices.at(-1)?.finish_reason).toBe('stop');
  expect(chunks.flatMap(({ usage }) => usage ?? [])).toEqual(uncounted ? [] : [USAGE]);
  if (!uncounted) expect(chunks.at(-1)?.choices).toEqual([]);
}

const JOBS = '/v1/fine_tuning/jobs';
const CHECKPOINTS = '/v1/fine_tuning/checkpoints/ft:gpt:org::x:ckpt-1/permissions';
const AZURE_VERSION = 'api-version=2025-03-01';
const BEARER = { authorization: 'Bearer sk-vendor' };
const FINE_TUNING: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['POST', JOBS, { model: 'mine', training_file: 'f-1' }],
  ['GET', JOBS],
  ['GET', `${JOBS}/ftjob-1`],
  ['GET', `${JOBS}/ftjob-1/events?limit=2`],
  ['GET', `${JOBS}/ftjob-1/checkpoints`],
  ['POST', `${JOBS}/ftjob-1/cancel`],
  ['POST', `${JOBS}/ftjob-1/pause`],
  ['POST', `${JOBS}/ftjob-1/resume`],
  ['GET', CHECKPOINTS],
  ['POST', CHECKPOINTS, { project_ids: ['p-1'] }],
  ['DELETE', `${CHECKPOINTS}/perm-1`],
];
const fineTuning = (host: string, headers: Readonly<Record<string, string>>, place = (path: string) => path): Step[] =>
  FINE_TUNING.map(([method, path, body]) => ({
    method,
    path,
    ...(body ? { body } : {}),
    upstream: { method, path: place(path), host, headers, ...(body ? { json: body } : { text: '' }) },
  }));

const SUFFIXES = [
  '/completions',
  '/embeddings',
  '/images/generations',
  '/audio/speech',
  '/fine_tuning/jobs',
  '/moderations',
  '/image-synthesis',
  '/video-synthesis',
  '/rerank',
  '/messages',
  '/responses',
];

/** Every API that a path tells, with a path of the operator's own that has the same placeholders. */
const OWN_PATHS = Object.entries(API_PATHS) as [ApiName, string][];
const filled = (path: string) => path.replaceAll(/\{(\w+)\}/g, 'id-1');

const response = { id: 'resp_1', object: 'response', model: 'vendor-model' };
const responseUsage = { input_tokens: 5, output_tokens: 3, total_tokens: 8 };
const responseEvents = events(
  { type: 'response.created', response: { ...response, status: 'in_progress', usage: null } },
  { type: 'response.output_text.delta', item_id: 'i', output_index: 0, content_index: 0, delta: 'Zürich ' },
  { type: 'response.output_text.delta', item_id: 'i', output_index: 0, content_index: 0, delta: '🌧' },
  { type: 'response.completed', response: { ...response, status: 'completed', usage: responseUsage } },
);
const RESPONSES: readonly (readonly [provider: object, path: string])[] = [
  [{ type: 'doubao' }, '/api/v3/responses'],
  [{ type: 'openai' }, '/v1/responses'],
  [{ type: 'qwen' }, '/compatible-mode/v1/responses'],
  [{ type: 'groq' }, '/openai/v1/responses'],
  [
    { type: 'azure', azureServiceUrl: `https://res.openai.azure.com?${AZURE_VERSION}` },
    `/openai/responses?${AZURE_VERSION}`,
  ],
];

const NO_USAGE = ['model', 'input_token', 'output_token', 'total_token', 'chat_id'].map((key) => `ai_log.${key}`);
const TOKENS = { input_token: 5, output_token: 3, total_token: 8 };

const ROWS: readonly Row[] = [
  {
    item: '#2378',
    says: 'Wanxiang: a task is made and asked for, with nothing changed but host, token and model',
    plugins: proxy({ type: 'qwen', modelMapping: { wanx: 'wanx-v1' } }),
    steps: [
      {
        path: WANX,
        headers: { 'x-dashscope-async': 'enable' },
        body: '{ "model":"wanx", "input":{"prompt":"a cat"} }',
        answer: task,
        upstream: {
          method: 'POST',
          path: WANX,
          host: 'dashscope.aliyuncs.com',
          token: 'sk-vendor',
          headers: { 'x-dashscope-async': 'enable' },
          text: '{ "model":"wanx-v1", "input":{"prompt":"a cat"} }',
        },
        client: { text: String(task.parts[0]) },
      },
      {
        path: '/api/v1/tasks/t-1',
        answer: task,
        upstream: { method: 'GET', path: '/api/v1/tasks/t-1', token: 'sk-vendor', text: '' },
        client: { text: String(task.parts[0]) },
      },
    ],
  },
  {
    item: '#2378',
    says: 'disable_openai_usage: nothing built in of models and tokens is logged, attributes are',
    plugins: {
      ...proxy({ type: 'qwen' }),
      'ai-statistics': {
        disable_openai_usage: true,
        attributes: [{ key: 'task', value_source: 'response_body', value: 'output.task_id', apply_to_log: true }],
      },
    },
    steps: [
      { path: WANX, body: { model: 'wanx' }, answer: task },
      { path: CHAT, body: ask },
    ],
    log: [
      { has: { ai_log: { task: 't-1' } }, absent: NO_USAGE },
      { has: { ai_log: { response_type: 'normal' } }, absent: NO_USAGE },
    ],
  },
  {
    item: '#2378',
    says: 'without disable_openai_usage model and tokens are logged',
    plugins: { ...proxy({ type: 'openai' }), 'ai-statistics': {} },
    steps: [{ path: CHAT, body: ask }],
    log: [{ has: { ai_log: { ...TOKENS, model: 'vendor-model' } } }],
  },
  ...CONVERTED.map(([name, provider]): Row => {
    const { stream, uncounted }: LanguageAnswers = ANSWERS[name];
    return {
      item: '#2391',
      says: `${name}: streams tell null while there is nothing to tell`,
      plugins: proxy(provider),
      steps: [
        {
          ...asking({ stream: true }),
          ...(stream ? { answer: stream } : {}),
          chunks: (chunks) => nullsWhileNothingIsToSay(chunks, uncounted === true),
        },
      ],
    };
  }),
  {
    item: '#2391',
    says: 'chunks of an upstream that carry nulls pass as they are',
    plugins: proxy({ type: 'openai' }),
    steps: [
      {
        ...asking({ stream: true }),
        answer: ANSWERS.openai.stream,
        client: { text: ANSWERS.openai.stream.parts.join('') },
      },
    ],
  },
  ...BEDROCK_MODELS.map(
    (model): Row => ({
      item: '#2402',
      says: `the model stands encoded once in the path and the signature holds: ${model}`,
      plugins: bedrock({ modelMapping: { 'gpt-4': model } }),
      steps: [
        {
          ...asking({}),
          answer: ANSWERS.bedrock.whole,
          upstream: { path: `/model/${encodeURIComponent(model)}/converse` },
          client: { json: { model, choices: [{ message: { content: SAID } }] } },
          check: signed,
        },
        {
          ...asking({ stream: true }),
          answer: ANSWERS.bedrock.stream,
          upstream: { path: `/model/${encodeURIComponent(model)}/converse-stream` },
          check: signed,
        },
      ],
    }),
  ),
  {
    item: '#2408',
    says: 'the finish reason of Gemini is OpenAI’s, and the last text comes with it',
    plugins: proxy({ type: 'gemini' }),
    steps: [
      { ...asking({}), answer: ANSWERS.gemini.whole, client: { json: { choices: [{ finish_reason: 'stop' }] } } },
      {
        ...asking({ stream: true }),
        answer: ANSWERS.gemini.stream,
        chunks: (chunks) => {
          const said = chunks.flatMap(({ choices }) => choices).filter(({ delta }) => delta.content);
          expect(said.map(({ delta, finish_reason }) => [delta.content, finish_reason])).toEqual([
            ['Zürich ', null],
            ['🌧', 'stop'],
          ]);
        },
      },
      {
        ...asking({}),
        answer: whole({ candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'MAX_TOKENS' }] }),
        client: { json: { choices: [{ finish_reason: 'length' }] } },
      },
    ],
  },
  {
    item: '#2424',
    says: 'fine-tuning: real ids in the path, the method and an empty body kept',
    plugins: proxy({ type: 'openai' }),
    steps: fineTuning('api.openai.com', BEARER),
  },
  {
    item: '#2424',
    says: 'fine-tuning at a vendor that is compatible with OpenAI',
    plugins: proxy({ type: 'openai', openaiCustomUrl: 'https://vendor.test/api/v1' }),
    steps: fineTuning('vendor.test', BEARER, (path) => `/api${path}`),
  },
  {
    item: '#2424',
    says: 'fine-tuning at Azure',
    plugins: proxy({ type: 'azure', azureServiceUrl: `https://res.openai.azure.com?${AZURE_VERSION}` }),
    steps: fineTuning('res.openai.azure.com', { 'api-key': 'sk-vendor' }, (path) => {
      const own = path.replace('/v1', '/openai');
      return `${own}${own.includes('?') ? '&' : '?'}${AZURE_VERSION}`;
    }),
  },
  {
    item: '#2431',
    says: 'model-mapper acts on each of the default suffixes and on no other',
    plugins: { 'model-mapper': { modelMapping: { '*': 'mapped' } } },
    steps: [
      ...SUFFIXES.map((suffix) => ({
        path: `/x${suffix}?a=b`,
        body: '{ "model":"m" , "n":1.0 }',
        upstream: { path: `/x${suffix}?a=b`, text: '{ "model":"mapped" , "n":1.0 }' },
      })),
      { path: '/x/other', body: '{ "model":"m" }', upstream: { text: '{ "model":"m" }' } },
    ],
  },
  {
    item: '#2431',
    says: 'model-router acts on each of the default suffixes and on no other',
    plugins: { 'model-router': { modelToHeader: 'x-model', addProviderHeader: 'x-provider' } },
    steps: [
      ...SUFFIXES.map((suffix) => ({
        path: `/x${suffix}`,
        body: '{ "model":"p/m" }',
        upstream: { text: '{ "model":"m" }', headers: { 'x-model': 'p/m', 'x-provider': 'p' } },
      })),
      {
        path: '/x/other',
        body: '{ "model":"p/m" }',
        upstream: { text: '{ "model":"p/m" }' },
        check: ({ headers }) => expect(headers['x-model']).toBeUndefined(),
      },
    ],
  },
  {
    item: '#2441',
    says: 'type openai has every API of OpenAI at its own path',
    plugins: proxy({ type: 'openai' }),
    steps: OWN_PATHS.filter(([name]) => name.startsWith('openai/')).map(([, path]) => ({
      path: filled(path),
      upstream: { path: filled(path), host: 'api.openai.com' },
    })),
  },
  {
    item: '#2441',
    says: 'capabilities name a path for every API',
    plugins: proxy({
      type: 'yi',
      capabilities: Object.fromEntries(OWN_PATHS.map(([name, path], index) => [name, `/own-${index}${path}`])),
    }),
    steps: OWN_PATHS.map(([, path], index) => ({
      path: filled(path),
      upstream: { path: `/own-${index}${filled(path)}`, host: 'api.lingyiwanwu.com', token: 'sk-vendor' },
    })),
  },
  {
    item: '#2475',
    says: 'openaiCustomUrl with a base: the API below it',
    plugins: proxy({ type: 'openai', openaiCustomUrl: 'http://vendor.test/compatible-mode/v1' }),
    steps: [
      {
        ...asking({}),
        upstream: {
          path: '/compatible-mode/v1/chat/completions',
          host: 'vendor.test',
          token: 'sk-vendor',
          json: { model: 'mapped' },
        },
      },
      { path: '/v1/models', upstream: { path: '/compatible-mode/v1/models' } },
    ],
  },
  {
    item: '#2475',
    says: 'openaiCustomUrl with one interface: exactly that path, whatever was asked',
    plugins: proxy({ type: 'openai', openaiCustomUrl: 'http://vendor.test/x/v1/chat/completions' }),
    steps: [CHAT, '/v1/embeddings', '/anything'].map((path) => ({
      path,
      body: ask,
      upstream: { path: '/x/v1/chat/completions', host: 'vendor.test', token: 'sk-vendor' },
    })),
  },
  {
    item: '#2480',
    says: 'bedrockAdditionalFields stand in additionalModelRequestFields',
    plugins: bedrock({ bedrockAdditionalFields: { top_k: 200 } }),
    steps: [
      {
        ...asking({}),
        answer: ANSWERS.bedrock.whole,
        upstream: { json: { additionalModelRequestFields: { top_k: 200 } } },
        check: signed,
      },
    ],
  },
  ...[{}, { bedrockAdditionalFields: {} }].map(
    (more): Row => ({
      item: '#2480',
      says: `without additional fields (${JSON.stringify(more)}) the request goes through`,
      plugins: bedrock(more),
      steps: [{ ...asking({}), answer: ANSWERS.bedrock.whole, upstream: { absent: ['additionalModelRequestFields'] } }],
    }),
  ),
  {
    item: '#2516',
    says: 'system messages go where Bedrock reads them',
    plugins: bedrock(),
    steps: [
      {
        ...asking({ messages: [{ role: 'system', content: 'be kind' }, ...ask.messages] }),
        answer: ANSWERS.bedrock.whole,
        upstream: { json: { system: [{ text: 'be kind' }], messages: [{ role: 'user', content: [{ text: 'q' }] }] } },
      },
    ],
  },
  {
    item: '#2488',
    says: 'trace_span_key names the span attribute, a separate field stands beside ai_log',
    plugins: {
      ...proxy({ type: 'openai' }),
      'ai-statistics': {
        attributes: [
          { key: 'kind', value_source: 'fixed_value', value: 'k', apply_to_span: true, trace_span_key: 'my.kind' },
          { key: 'apart', value_source: 'fixed_value', value: 'a', apply_to_log: true, as_separate_log_field: true },
          { key: 'aside', value_source: 'fixed_value', value: 'b', apply_to_log: true, as_seperate_log_field: true },
        ],
      },
    },
    steps: [{ path: CHAT, body: ask }],
    log: [
      {
        has: { apart: 'a', aside: 'b', ai_log: { model: 'vendor-model' }, span: { 'my.kind': 'k' } },
        absent: ['ai_log.apart', 'ai_log.aside', 'span.kind'],
      },
    ],
  },
  ...[
    ['ai-proxy in Envoy', proxy({ type: 'openai' })],
    ['ai-proxy in the plugin server', proxy({ type: 'claude' })],
    ['ai-statistics', { 'ai-statistics': {} }],
    ['model-mapper', { 'model-mapper': { modelMapping: { '*': 'm' } } }],
    ['model-router', { 'model-router': { modelToHeader: 'x-model' } }],
  ].map(([name, plugins]): Row => {
    const path = '/a%2Fb/c%20d/%E4%BD%A0?x=%2F%20y';
    return {
      item: '#2497',
      says: `the bytes of a path stay: ${name}`,
      plugins: plugins as Row['plugins'],
      steps: [
        { path, upstream: { path } },
        { path, body: ask, upstream: { path } },
      ],
    };
  }),
  ...RESPONSES.map(
    ([provider, path]): Row => ({
      item: '#2509',
      says: `responses of type ${(provider as { type: string }).type}: mapped model, events untouched, tokens counted`,
      plugins: { ...proxy(provider), 'ai-statistics': {} },
      steps: [
        {
          path: '/v1/responses',
          body: { model: 'gpt-4', input: 'q' },
          answer: whole({ ...response, usage: responseUsage }),
          upstream: { path, json: { model: 'mapped', input: 'q' } },
          client: { text: JSON.stringify({ ...response, usage: responseUsage }) },
        },
        {
          path: '/v1/responses',
          body: { model: 'gpt-4', input: 'q', stream: true },
          answer: responseEvents,
          upstream: { path, json: { model: 'mapped', stream: true }, absent: ['stream_options'] },
          client: { text: responseEvents.parts.join('') },
        },
      ],
      log: ['normal', 'stream'].map((response_type) => ({ has: { ai_log: { ...TOKENS, response_type } } })),
    }),
  ),
  {
    item: '#2509',
    says: 'doubao gets no tool_choice and no parallel_tool_calls in responses',
    plugins: proxy({ type: 'doubao' }),
    steps: [
      {
        path: '/v1/responses',
        body: { model: 'gpt-4', input: 'q', tool_choice: 'auto', parallel_tool_calls: true },
        upstream: { json: { model: 'mapped', input: 'q' }, absent: ['tool_choice', 'parallel_tool_calls'] },
      },
    ],
  },
  {
    item: '#2524',
    says: 'only streams of chat completions ask for usage',
    plugins: proxy({ type: 'openai' }),
    steps: [
      {
        ...asking({ stream: true }),
        answer: ANSWERS.openai.stream,
        upstream: { json: { stream_options: { include_usage: true } } },
      },
      { ...asking({}), upstream: { absent: ['stream_options'] } },
      ...['/v1/completions', '/v1/responses', '/v1/images/generations'].map((path) => ({
        path,
        body: { model: 'gpt-4', prompt: 'q', stream: true },
        upstream: { path, absent: ['stream_options'] },
      })),
      {
        path: '/v1/completions',
        body: { model: 'gpt-4', prompt: 'q', stream: true, stream_options: { include_usage: false } },
        upstream: { json: { stream_options: { include_usage: false } } },
      },
    ],
  },
  ...[{ subPath: '/proxy' }, { basePath: '/proxy' }].map(
    (more): Row => ({
      item: '#2533',
      says: `${Object.keys(more)[0]} is taken off the path, and only there where it stands`,
      plugins: proxy({ type: 'doubao', ...more }),
      steps: ['/proxy/v1/chat/completions', CHAT].map((path) => ({
        path: `${path}?a=b`,
        body: ask,
        upstream: { path: '/api/v3/chat/completions?a=b' },
      })),
    }),
  ),
];

/** Fields of their own for what a log line of the default format does not show. */
const LOG_FORMAT = `apiVersion: v1
kind: ConfigMap
metadata: { name: higress-config, namespace: higress-system }
data:
  mesh: |
    accessLogFile: /dev/stdout
    accessLogEncoding: JSON
    accessLogFormat: '${JSON.stringify({
      user_agent: '%REQ(USER-AGENT)%',
      ai_log: '%FILTER_STATE(wasm.ai_log:PLAIN)%',
      apart: '%FILTER_STATE(wasm.apart:PLAIN)%',
      aside: '%FILTER_STATE(wasm.aside:PLAIN)%',
      span: '%DYNAMIC_METADATA(higress.span)%',
    })}'
`;

/** An AI route over two providers, each with mapping rules of its own, as the console writes it. */
const twoUpstreams = (one: number, two: number) => `${serviceYaml('one', one, 'higress-system')}---
${serviceYaml('two', two, 'higress-system')}---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: two-upstreams
  namespace: higress-system
  annotations:
    higress.io/destination: |
      50% one.higress-system.svc.cluster.local:80
      50% two.higress-system.svc.cluster.local:80
spec:
  ingressClassName: higress
  rules:
  - host: two.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          resource: { apiGroup: networking.higress.io, kind: McpBridge, name: default }
---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: two-mapper, namespace: higress-system }
spec:
  url: oci://higress/plugins/model-mapper:2.0.1
  phase: AUTHN
  priority: 800
  defaultConfigDisable: true
  matchRules:
  - service: [one.higress-system.svc.cluster.local]
    ingress: [two-upstreams]
    config: { modelMapping: { exact: one-exact, 'pre-*': one-prefix, '*': one-rest } }
  - service: [two.higress-system.svc.cluster.local]
    ingress: [two-upstreams]
    config: { modelMapping: { exact: two-exact, 'pre-*': two-prefix, '*': two-rest } }
`;

describe('on the wire', () => {
  let other: Llm;
  const wire = rowsOnTheWire(ROWS, {
    files: async (llm) => {
      other = await startLlm();
      return { 'two.yaml': twoUpstreams(llm.port, other.port), 'config.yaml': LOG_FORMAT };
    },
  });

  afterAll(() => other?.stop());

  it('console #529 every upstream of a route gets the model that its own rules name', async () => {
    wire.llm.answer((_request, response) => completion(response));
    for (const upstream of [wire.llm, other]) upstream.seen.length = 0;
    for (const [model, kind] of [
      ['exact', 'exact'],
      ['pre-x', 'prefix'],
      ['else', 'rest'],
    ]) {
      await eventually(`both upstreams get ${model}`, async () => {
        const { status } = await wire.gateway.post(CHAT, { ...ask, model }, { host: 'two.example.com' });
        expect(status).toBe(200);
        return [wire.llm, other].every(({ seen }) => seen.some(({ json }) => String(json?.model).endsWith(`-${kind}`)));
      });
    }
    const models = ({ seen }: Llm) => [...new Set(seen.map(({ json }) => json?.model))].sort();
    expect(models(wire.llm)).toEqual(['one-exact', 'one-prefix', 'one-rest']);
    expect(models(other)).toEqual(['two-exact', 'two-prefix', 'two-rest']);
  });

  // Envoy writes its log every ten seconds; one wait is enough for all rows.
  logsOfRows(ROWS, wire);

  it('#2378 disable_openai_usage: nothing is counted', async () => {
    const { body } = await fetchRaw(`${wire.gateway.urls.admin}/metrics`);
    const route = (says: string) =>
      `ai_route="row-${ROWS.findIndex((row) => row.item === '#2378' && row.says.startsWith(says))}`;
    expect(body).toContain(route('without'));
    expect(body).not.toContain(route('disable'));
  });
});
