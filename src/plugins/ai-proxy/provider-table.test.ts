/** Every OpenAI-shaped provider type x every API that its row names: host, path, credentials and mapped model. */
import { describe, expect, it } from '@jest/globals';
import { API_PATHS } from '#ai/api.ts';
import { testPlugin } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import plugin from './plugin.ts';

interface Row {
  readonly type: string;
  readonly settings?: object;
  readonly host: string;
  /** The whole Authorization header; undefined = the caller's. */
  readonly auth?: string | undefined;
  /** API to upstream path; `=`: OpenAI's. */
  readonly apis: Readonly<Partial<Record<keyof typeof API_PATHS, string>>>;
}

const B = 'Bearer sk-vendor';
const chat = 'openai/v1/chatcompletions';
const completions = 'openai/v1/completions';
const embeddings = 'openai/v1/embeddings';
const models = 'openai/v1/models';
const responses = 'openai/v1/responses';
const images = 'openai/v1/imagegeneration';
const anthropic = 'anthropic/v1/messages';

const ROWS: readonly Row[] = [
  { type: 'moonshot', host: 'api.moonshot.cn', auth: B, apis: { [chat]: '=', [models]: '=' } },
  {
    type: 'qwen',
    host: 'dashscope.aliyuncs.com',
    auth: B,
    apis: {
      [chat]: '/compatible-mode/v1/chat/completions',
      [completions]: '/compatible-mode/v1/completions',
      [embeddings]: '/compatible-mode/v1/embeddings',
      [responses]: '/compatible-mode/v1/responses',
      'qwen/v1/conversations': '/compatible-mode/v1/conversations',
      'qwen/v1/rerank': '/compatible-api/v1/reranks',
      [anthropic]: '/apps/anthropic/v1/messages',
    },
  },
  {
    type: 'doubao',
    host: 'ark.cn-beijing.volces.com',
    auth: B,
    apis: {
      [chat]: '/api/v3/chat/completions',
      [embeddings]: '/api/v3/embeddings',
      [images]: '/api/v3/images/generations',
      [responses]: '/api/v3/responses',
    },
  },
  {
    type: 'deepseek',
    host: 'api.deepseek.com',
    auth: B,
    apis: { [chat]: '=', [models]: '=', [anthropic]: '/anthropic/v1/messages' },
  },
  {
    type: 'ollama',
    settings: { ollamaServerHost: 'ollama.test', ollamaServerPort: 11434 },
    host: 'ollama.test:11434',
    apis: { [chat]: '=', [embeddings]: '=', [models]: '=' },
  },
  { type: 'minimax', host: 'api.minimax.chat', auth: B, apis: { [chat]: '/v1/text/chatcompletion_v2' } },
  {
    type: 'baidu',
    host: 'qianfan.baidubce.com',
    auth: B,
    apis: { [chat]: '/v2/chat/completions', [embeddings]: '/v2/embeddings' },
  },
  { type: 'hunyuan', host: 'api.hunyuan.cloud.tencent.com', auth: B, apis: { [chat]: '=', [embeddings]: '=' } },
  { type: 'mistral', host: 'api.mistral.ai', auth: B, apis: { [chat]: '=', [embeddings]: '=' } },
  {
    type: 'groq',
    host: 'api.groq.com',
    auth: B,
    apis: { [chat]: '/openai/v1/chat/completions', [responses]: '/openai/v1/responses' },
  },
  {
    type: 'github',
    host: 'models.inference.ai.azure.com',
    auth: 'sk-vendor',
    apis: { [chat]: '/chat/completions', [embeddings]: '/embeddings' },
  },
  { type: 'ai360', host: 'api.360.cn', auth: 'sk-vendor', apis: { [chat]: '=', [embeddings]: '=' } },
  { type: 'baichuan', host: 'api.baichuan-ai.com', auth: B, apis: { [chat]: '=', [embeddings]: '=' } },
  { type: 'yi', host: 'api.lingyiwanwu.com', auth: B, apis: { [chat]: '=' } },
  { type: 'stepfun', host: 'api.stepfun.com', auth: B, apis: { [chat]: '=' } },
  {
    type: 'zhipuai',
    host: 'open.bigmodel.cn',
    auth: B,
    apis: { [chat]: '/api/paas/v4/chat/completions', [embeddings]: '/api/paas/v4/embeddings' },
  },
  {
    type: 'zhipuai',
    settings: { zhipuDomain: 'api.z.ai', zhipuCodePlanMode: true },
    host: 'api.z.ai',
    auth: B,
    apis: { [chat]: '/api/coding/paas/v4/chat/completions' },
  },
  {
    type: 'cloudflare',
    settings: { cloudflareAccountId: 'acc' },
    host: 'api.cloudflare.com',
    auth: B,
    apis: { [chat]: '/client/v4/accounts/acc/ai/v1/chat/completions' },
  },
  { type: 'together-ai', host: 'api.together.xyz', auth: B, apis: { [chat]: '=' } },
  {
    type: 'openrouter',
    host: 'openrouter.ai',
    auth: B,
    apis: { [chat]: '/api/v1/chat/completions', [completions]: '/api/v1/completions' },
  },
  { type: 'grok', host: 'api.x.ai', auth: B, apis: { [chat]: '=' } },
  { type: 'longcat', host: 'api.longcat.chat', auth: B, apis: { [chat]: '=', [embeddings]: '=', [models]: '=' } },
  { type: 'fireworks', host: 'api.fireworks.ai', auth: B, apis: { [chat]: '=', [completions]: '=', [models]: '=' } },
  {
    type: 'vllm',
    settings: { vllmServerHost: 'vllm.test:8000' },
    host: 'vllm.test',
    auth: B,
    apis: { [chat]: '=', [completions]: '=', [models]: '=', [embeddings]: '=', 'cohere/v1/rerank': '=' },
  },
];

const CASES = ROWS.flatMap(({ apis, ...row }) =>
  Object.entries(apis).flatMap(([api, path]) =>
    (api === chat ? [false, true] : [false]).map((stream) => ({
      ...row,
      api,
      asked: API_PATHS[api as keyof typeof API_PATHS],
      path: path === '=' ? API_PATHS[api as keyof typeof API_PATHS] : path,
      stream,
    })),
  ),
);

describe('provider table', () => {
  it.each(CASES)('$type: $api, stream $stream', async ({ type, settings, host, auth, api, asked, path, stream }) => {
    const provider = { type, apiTokens: ['sk-vendor'], modelMapping: { a: 'b' }, ...settings };
    const config = effectiveConfig({ provider }, undefined);
    if (!config) throw new Error('no provider is active');
    const get = api === models;
    const answer = stream ? 'data: {"choices":[]}\n\ndata: [DONE]\n\n' : '{"choices":[]}';
    const { upstream, response } = await testPlugin(plugin, config, { host: { random: () => 0 } }).request({
      method: get ? 'GET' : 'POST',
      path: asked,
      headers: { 'content-type': 'application/json', authorization: 'Bearer client' },
      ...(get ? {} : { body: JSON.stringify({ model: 'a', messages: [], ...(stream ? { stream } : {}) }) }),
      respond: () => ({
        headers: { 'content-type': stream ? 'text/event-stream' : 'application/json' },
        body: answer,
      }),
    });
    expect([upstream?.authority, upstream?.path]).toEqual([host, path]);
    expect(upstream?.headers.get('authorization')).toBe(auth ?? 'Bearer client');
    if (!get) expect(upstream?.json()).toMatchObject({ model: 'b' });
    if (stream) expect(upstream?.json()).toMatchObject({ stream_options: { include_usage: true } });
    expect(response.text).toBe(answer);
  });
});
