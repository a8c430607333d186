/** The lowered forms of ai-proxy and ai-statistics in a real Envoy must do what their hooks do: the same requests go through both. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aiMetricsAccessLogs } from '#plugin-sdk/ai-metrics-log.ts';
import type { LowerContext, NativeStep } from '#plugin-sdk/lower.ts';
import { testPlugin } from '#plugin-sdk/testing.ts';
import { effectiveConfig as proxyConfig } from '#plugins/ai-proxy/config.ts';
import aiProxy from '#plugins/ai-proxy/plugin.ts';
import { effectiveConfig as statisticsConfig } from '#plugins/ai-statistics/config.ts';
import aiStatistics from '#plugins/ai-statistics/plugin.ts';
import { eventually } from '#test/gateway.ts';
import { LOWER_CONTEXT } from '#test/lower-context.ts';
import { NativeSteps, type ScriptedAnswer } from '#test/native-steps.ts';

const context: LowerContext = { ...LOWER_CONTEXT, routeName: 'ai', hostName: 'example.com' };

const PROVIDERS: Readonly<Record<string, object>> = {
  openai: {
    type: 'openai',
    modelMapping: { 'gpt-4o': 'exact', 'gpt-*': 'prefix', 'gpt-4-*': 'longer "quoted" ü', keep: '' },
  },
  everything: { type: 'openai', modelMapping: { '*': 'rest' }, firstByteTimeout: 500 },
  base: { type: 'openai', openaiCustomUrl: 'http://vendor.test/compatible-mode/v1', subPath: '/proxy' },
  direct: { type: 'openai', openaiCustomUrl: 'http://vendor.test/x/v1/chat/completions' },
  keyless: { type: 'openai', apiTokens: [], authHeaderKey: 'X-Mine' },
  tokens: { type: 'openai', apiTokens: ['sk-0', 'sk-1', 'sk-2'] },
  qwen: { type: 'qwen', modelMapping: { a: 'b' } },
  yi: { type: 'yi', providerBasePath: '/pre/', basePath: '/based', basePathHandling: 'prepend' },
  github: { type: 'github' },
  generic: { type: 'generic', firstByteTimeout: 7 },
  original: { type: 'deepseek', protocol: 'original', basePath: '/strip' },
  claude: { type: 'claude', protocol: 'original', apiVersion: '2024-01-01' },
};

const settings = (name: string) => {
  const config = proxyConfig({ provider: { apiTokens: ['sk-vendor'], ...PROVIDERS[name] } }, undefined);
  if (!config) throw new Error(`no provider ${name}`);
  return config;
};

const STATISTICS: Readonly<Record<string, object>> = {
  statistics: {},
  'statistics-attributes': {
    session_id_header: 'x-session',
    attributes: [
      { key: 'fixed', value_source: 'fixed_value', value: 'f', apply_to_log: true },
      { key: 'agent', value_source: 'request_header', value: 'X-Agent', default_value: 'nobody', apply_to_log: true },
      { key: 'user', value_source: 'request_body', value: 'metadata.user', as_seperate_log_field: true },
      { key: 'seed', value_source: 'request_body', value: 'seed', apply_to_log: true },
      {
        key: 'kind',
        value_source: 'response_header',
        value: 'content-type',
        apply_to_span: true,
        trace_span_key: 'ct',
      },
      { key: 'prompt', value_source: 'response_body', value: 'usage.prompt_tokens', apply_to_log: true },
      { key: 'first', value_source: 'response_streaming_body', value: 'n', rule: 'first', apply_to_log: true },
      { key: 'last', value_source: 'response_streaming_body', value: 'n', rule: 'replace', apply_to_log: true },
    ],
  },
  'statistics-off': { disable_openai_usage: true },
  'statistics-suffix': { enable_path_suffixes: ['/embeddings'] },
};
const statistics = (name: string) => {
  const config = statisticsConfig(STATISTICS[name], undefined);
  if (!config) throw new Error(`no configuration ${name}`);
  return config;
};

function stepsOf(result: ReturnType<NonNullable<typeof aiProxy.lower>>): readonly NativeStep[] {
  if (!result.lowered) throw new Error(result.reason);
  return result.steps;
}

let native: NativeSteps;
beforeAll(async () => {
  const sets: Record<string, readonly NativeStep[]> = {};
  for (const name of Object.keys(PROVIDERS)) sets[name] = stepsOf(aiProxy.lower?.(settings(name), context) as never);
  for (const name of Object.keys(STATISTICS))
    sets[name] = stepsOf(aiStatistics.lower?.(statistics(name), context) as never);
  sets.both = [...(sets.statistics ?? []), ...(sets.openai ?? [])];
  native = await NativeSteps.start(sets, aiMetricsAccessLogs());
}, 30_000);
afterAll(() => native?.stop());

it('no credential of a vendor stands in what Envoy tells of its configuration', async () => {
  const { body } = await native.envoy.admin('/config_dump');
  expect(body).toContain('dynamic_modules.v3.DynamicModuleFilter');
  expect(body).toContain('[redacted]');
  for (const secret of ['sk-vendor', 'sk-0']) expect([secret, body.includes(secret)]).toEqual([secret, false]);
});

/** Headers that Envoy and Node add on their own. */
const TRANSPORT =
  /^(:.*|x-forwarded-proto|x-request-id|x-steps|x-envoy-expected-rq-timeout-ms|x-envoy-upstream-rq-per-try-timeout-ms|connection|transfer-encoding|host)$/;

function compared(headers: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.fromEntries(
    [...headers].filter(([name]) => !TRANSPORT.test(name)).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const json = { 'content-type': 'application/json', authorization: 'Bearer client', 'accept-encoding': 'gzip, br' };
const chat = '/v1/chat/completions';

const FORM = { 'content-type': 'multipart/form-data; boundary=x' };
const pictureForm = (model: string | undefined) =>
  [
    ...(model === undefined ? [] : [`--x\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}`]),
    '--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n\u0000\r\n--y',
    '--x--\r\n',
  ].join('\r\n');

describe('ai-proxy, lowered', () => {
  const cases: readonly (readonly [route: string, path: string, body?: string, headers?: Record<string, string>])[] = [
    ['openai', chat, '{"model":"gpt-4o","messages":[]}'],
    ['openai', chat, '{ "messages" : [], "seed": 12345678901234567890,\n"model" :"gpt-4-x", "x":1.10 }'],
    ['openai', chat, '{"model":"gpt-9","a":"\\"model\\":\\"no\\"","b":{"model":"in"}}'],
    ['openai', chat, '{"model":"keep"}'],
    ['openai', chat, '{"model":"other"}'],
    ['openai', chat, '{"model":"gpt-1","model":"gpt-4o"}'],
    ['openai', chat, '{"m\\u006fdel":"gpt-4o"}'],
    ['openai', chat, '{"model":7}'],
    ['openai', chat, '{broken'],
    ['openai', chat, '[]'],
    ['openai', chat, '{"model":"gpt-4o","stream":true}'],
    ['openai', chat, '{"model":"m","stream":true,"stream_options":{"a":1}}'],
    ['openai', chat, '{"model":"m","stream":true,"stream_options":{"include_usage":false}}'],
    ['openai', chat, '{"model":"m","stream":true,"stream_options":null}'],
    ['openai', chat, '{"model":"m","stream":false}'],
    [
      'openai',
      chat,
      '{"messages":[{"role":"developer","content":"\\"role\\":\\"developer\\""},{"role":"user","content":"developer"}]}',
    ],
    ['openai', '/v1/responses', '{"model":"gpt-4o","stream":true}'],
    ['openai', '/v1/batches', '{"model":"gpt-4o"}'],
    ['openai', '/v1/unknown', '{"model":"gpt-4o"}'],
    ['openai', '/v1/files', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['openai', '/v1/images/edits', pictureForm('gpt-4o'), FORM],
    ['openai', '/v1/images/variations', pictureForm('keep'), FORM],
    ['openai', '/v1/images/edits', `${pictureForm('gpt-4o')}broken`.replace('--x--', ''), FORM],
    ['everything', '/v1/images/variations', pictureForm(undefined), FORM],
    ['yi', '/v1/images/edits', pictureForm('gpt-4o'), FORM],
    ['openai', '/v1/models?a=b'],
    ['openai', '/prefix/v1/fine_tuning/jobs/ft-1/events?after=x&limit=2'],
    ['openai', '/v1/fine_tuning/checkpoints/ck%2F1/permissions/p'],
    ['openai', '/a%2Fb/c%20d?x=%20'],
    ['everything', chat, '{}'],
    ['everything', chat, '{"stream":true}'],
    ['everything', chat, '{ "a":1 }'],
    ['base', `/proxy${chat}`, '{"model":"m"}'],
    ['base', '/proxy'],
    ['base', '/v1/files/f-1/content?x'],
    ['direct', '/v1/embeddings', '{"model":"m"}'],
    ['keyless', chat, '{"model":"m"}'],
    ['keyless', chat, '{"model":"m"}', { ...json, 'x-api-key': 'k' }],
    ['keyless', chat, '{"model":"m"}', { ...json, 'x-api-key': 'k', 'x-mine': 'Bearer m' }],
    ['tokens', '/v1/files', undefined, { 'x-mse-consumer': 'ann' }],
    ['tokens', '/v1/files', undefined, { 'x-mse-consumer': 'bob' }],
    ['tokens', '/v1/batches/b-1/cancel', undefined, { 'x-mse-consumer': 'a-consumer-with-a-long-name' }],
    ['qwen', chat, '{"model":"a"}'],
    [
      'qwen',
      '/api/v1/services/aigc/text2image/image-synthesis',
      '{"model":"a"}',
      { ...json, 'x-dashscope-async': 'enable' },
    ],
    ['qwen', '/api/v1/tasks/t-1'],
    ['qwen', '/v1/messages', '{"model":"a","max_tokens":1,"messages":[]}'],
    ['yi', chat, '{"model":"m"}'],
    ['yi', '/v1/audio/speech', '{"model":"m"}'],
    ['yi', '/v1/audio/speech'],
    ['github', chat, '{"model":"m"}'],
    ['generic', chat, '{"model":"m","stream":true}'],
    ['original', `/strip${chat}`, '{"model":"m","stream":true}'],
    ['claude', '/v1/messages', '{"model":"m"}', { ...json, 'anthropic-version': 'old' }],
  ];

  it.each(cases.map((one) => [one]))('%p', async ([route, path, body, headers = body === undefined ? {} : json]) => {
    const hooks = await testPlugin(aiProxy, settings(route)).request({
      path,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const lowered = await native.send({ route, path, headers, ...(body === undefined ? {} : { body }) });
    if (hooks.reply) {
      expect([lowered.status, lowered.body.toString()]).toEqual([hooks.reply.status, hooks.reply.body]);
      expect(lowered.log.fields).toEqual({ response_code_details: hooks.reply.details });
      expect(lowered.upstream).toBeUndefined();
      return;
    }
    expect(lowered.upstream?.path).toBe(hooks.upstream?.path);
    expect(lowered.upstream?.headers.host).toBe(hooks.upstream?.authority);
    expect(lowered.upstream?.body.toString()).toBe(hooks.upstream?.text);
    expect(compared(Object.entries(lowered.upstream?.headers ?? {}))).toEqual(
      compared(hooks.upstream?.headers.entries() ?? []),
    );
  });

  it('keeps bytes that are no UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('{"model":"gpt-4o","x":"'), Buffer.from([0xff, 0xc3]), Buffer.from('"}')]);
    const { upstream } = await native.send({ route: 'openai', path: chat, headers: json, body });
    expect(upstream?.body.toString('latin1')).toBe(body.toString('latin1').replace('gpt-4o', 'exact'));
  });

  it('edits a body of a megabyte', async () => {
    const filler = 'x"\\ü'.repeat(200_000);
    const body = JSON.stringify({ messages: [{ role: 'user', content: filler }], model: 'gpt-4o' });
    const { upstream } = await native.send({ route: 'openai', path: chat, headers: json, body });
    expect(upstream?.body.toString() === body.replace('"gpt-4o"', '"exact"')).toBe(true);
  });

  it('draws tokens at random', async () => {
    const seen = new Set<unknown>();
    for (let round = 0; round < 40; round += 1) {
      seen.add((await native.send({ route: 'tokens', path: chat })).upstream?.headers.authorization);
    }
    expect([...seen].sort()).toEqual(['Bearer sk-0', 'Bearer sk-1', 'Bearer sk-2']);
  });

  it('says that the Messages API needs the plugin server', async () => {
    const { status, body, upstream } = await native.send({
      route: 'openai',
      path: '/v1/messages',
      headers: json,
      body: '{}',
    });
    expect([status, JSON.parse(body.toString()).error.type, upstream]).toEqual([501, 'api_error', undefined]);
  });

  it.each([
    [{ type: 'claude' }, /translates/],
    [{ type: 'moonshot' }, /streams/],
    [{ type: 'zhipuai' }, /adjusts/],
    [{ type: 'openai', modelMapping: { '~a': 'b' } }, /regular expression/],
    [{ type: 'openai', promoteThinkingOnEmpty: true }, /reads answers/],
    [{ type: 'openai', customSettings: [{ name: 'a', value: 1 }] }, /customSettings/],
  ])('leaves %p to the hooks', (provider, reason) => {
    const config = proxyConfig({ provider: { apiTokens: ['t'], ...provider } }, undefined);
    expect(aiProxy.lower?.(config as never, context)).toEqual({
      lowered: false,
      reason: expect.stringMatching(reason),
    });
  });
});

describe('ai-statistics, lowered', () => {
  const question =
    '{"model":"asked","metadata":{"user":"ann"},"seed":42,"messages":[{"role":"system"},{"role":"user","content":"\\"role\\":\\"user\\""},{"role":"user"}]}';
  const usage = {
    prompt_tokens: 9,
    completion_tokens: 3,
    total_tokens: 12,
    prompt_tokens_details: { cached_tokens: 2 },
  };
  const whole = { id: 'c-1', model: 'real', choices: [{ message: { content: 'the "usage" {' } }], usage };
  const chunk = (value: object | string) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
  const stream = [
    chunk({ id: 'c-2', model: 'real', choices: [{ delta: { content: 'a "usage":{' } }], usage: null, n: 1 }),
    ': keep-alive\n\n',
    chunk({ id: 'c-2', model: 'real', choices: [{ delta: { content: 'b' } }], usage: null, n: 2 }),
    chunk({ id: 'c-2', model: 'real', choices: [], usage }),
    chunk('[DONE]'),
  ];
  const answers: Readonly<Record<string, ScriptedAnswer>> = {
    whole: { headers: { 'content-type': 'application/json' }, chunks: [JSON.stringify(whole)] },
    'whole without a model': { headers: { 'content-type': 'application/json' }, chunks: [JSON.stringify({ usage })] },
    'whole in pieces': {
      headers: { 'content-type': 'application/json' },
      chunks: JSON.stringify(whole, null, 2).match(/[\s\S]{1,17}/g) ?? [],
    },
    stream: { headers: { 'content-type': 'text/event-stream; charset=utf-8' }, chunks: stream },
    'stream in pieces': {
      headers: { 'content-type': 'text/event-stream' },
      chunks: stream.join('').match(/[\s\S]{1,7}/g) ?? [],
    },
    'stream with CRLF': {
      headers: { 'content-type': 'text/event-stream' },
      chunks: [stream.join('').replaceAll('\n', '\r\n')],
    },
    'anthropic stream': {
      headers: { 'content-type': 'text/event-stream' },
      chunks: [
        chunk({
          type: 'message_start',
          message: {
            id: 'm',
            model: 'claude',
            usage: { input_tokens: 5, output_tokens: 1, cache_read_input_tokens: 4 },
          },
        }),
        chunk({ type: 'content_block_delta', delta: { text: 'x' } }),
        chunk({ type: 'message_delta', usage: { output_tokens: 8 } }),
      ],
    },
    responses: {
      headers: { 'content-type': 'text/event-stream' },
      chunks: [
        chunk({ type: 'response.created', response: { id: 'r', model: 'gpt', usage: null } }),
        chunk({
          type: 'response.completed',
          response: { id: 'r', model: 'gpt', usage: { input_tokens: 2, output_tokens: 3, total_tokens: 5 } },
        }),
      ],
    },
    gemini: {
      headers: { 'content-type': 'application/json' },
      chunks: [
        JSON.stringify({
          modelVersion: 'g',
          responseId: 'i',
          usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 6, totalTokenCount: 10 },
        }),
      ],
    },
    'no usage': { headers: { 'content-type': 'application/json' }, chunks: ['{"output":{"task_id":"t"}}'] },
    'no JSON': { headers: { 'content-type': 'text/html' }, chunks: ['<html>'] },
    error: { status: 429, headers: { 'content-type': 'application/json' }, chunks: ['{"error":{"message":"slow"}}'] },
  };

  const DURATIONS = ['llm_first_token_duration', 'llm_service_duration'];
  const timeless = (log: Readonly<Record<string, unknown>> | null | undefined) =>
    Object.fromEntries(
      Object.entries(log ?? {}).map(([key, value]) => [key, DURATIONS.includes(key) ? typeof value : value]),
    );

  for (const name of Object.keys(STATISTICS)) {
    it.each(Object.entries(answers))(`${name}: %s`, async (_, answer) => {
      const headers = { 'content-type': 'application/json', 'x-session': 's-1', 'x-agent-session': 's-2' };
      const asked = { path: chat, headers, body: question };
      const bytes = Buffer.concat(answer.chunks.map((part) => Buffer.from(part)));
      const hooks = await testPlugin(aiStatistics, statistics(name)).request({
        ...asked,
        routeName: 'ai',
        respond: () => ({ ...answer, chunks: [...answer.chunks] }),
      });
      const lowered = await native.send({ ...asked, route: name }, answer);
      expect([lowered.status, lowered.body.equals(bytes)]).toEqual([answer.status ?? 200, true]);
      expect(timeless(lowered.log.aiLog)).toEqual(timeless(hooks.effects.aiLog));
      expect(lowered.log.fields ?? {}).toEqual(hooks.effects.logFields ?? {});
      expect(lowered.log.span ?? {}).toEqual(hooks.effects.metadata?.['higress.span'] ?? {});
    });
  }

  it('asks for uncompressed answers and leaves those alone that come compressed all the same', async () => {
    const body = gzipSync(JSON.stringify(whole));
    const answer = { headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' }, chunks: [body] };
    const headers = { 'content-type': 'application/json', 'accept-encoding': 'gzip' };
    const result = await native.send({ route: 'statistics', path: chat, headers, body: question }, answer);
    expect(result.upstream?.headers['accept-encoding']).toBeUndefined();
    expect(result.body.equals(body)).toBe(true);
  });

  it('reads an answer of megabytes without holding it back', async () => {
    const large = { ...whole, choices: [{ message: { content: 'y"\\ü'.repeat(500_000) } }] };
    const text = JSON.stringify(large);
    const answer = {
      headers: { 'content-type': 'application/json' },
      chunks: [text.slice(0, 1_000_000), text.slice(1_000_000)],
    };
    const result = await native.send({ route: 'statistics', path: chat, headers: json, body: question }, answer);
    expect(result.body.toString() === text).toBe(true);
    expect(result.log.aiLog).toMatchObject({ input_token: 9, model: 'real' });
  });

  it('works together with the lowered ai-proxy', async () => {
    const body = '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"q"}]}';
    const result = await native.send({ route: 'both', path: chat, headers: json, body }, answers.stream);
    expect(JSON.parse(result.upstream?.body.toString() ?? '')).toMatchObject({
      model: 'exact',
      stream_options: { include_usage: true },
    });
    expect(result.log.aiLog).toMatchObject({ chat_round: 1, model: 'real', total_token: 12, response_type: 'stream' });
    expect(result.log.span).toMatchObject({ 'gen_ai.request.model': 'gpt-4o' });
  });

  it('counts in Envoy’s own metrics', async () => {
    const headers = { 'content-type': 'application/json', 'x-mse-consumer': 'metrics-test' };
    const asked = { route: 'statistics', path: chat, headers, body: question };
    await native.send(asked, answers.whole);
    await native.send(asked, answers.stream);
    await native.send(asked, answers['no usage']);
    const lines = await eventually('the counters', async () => {
      const { body } = await native.envoy.admin('/stats/prometheus?filter=route_upstream');
      const found = body.split('\n').filter((line) => line.includes('ai_consumer="metrics-test"'));
      return found.some((line) => line.includes('_llm_duration_count{') && line.endsWith(' 2')) && found;
    });
    const values = Object.fromEntries(
      lines.map((line) => [/metric_(\w+)\{/.exec(line)?.[1] ?? line, Number(line.split(' ').at(-1))]),
    );
    expect(values).toEqual({
      input_token: 18,
      output_token: 6,
      total_token: 24,
      llm_service_duration: expect.any(Number),
      llm_duration_count: 2,
      llm_first_token_duration: expect.any(Number),
      llm_stream_duration_count: 1,
    });
    for (const label of ['ai_route="statistics"', 'ai_cluster="upstream"', 'ai_model="real"'])
      expect(lines[0]).toContain(label);
  });
});
