/** Provider types of ai-proxy: settings, host, credentials, and the upstream path of each API that a type has. */
import { API_PATHS, type ApiName } from '#ai/api.ts';
import { AWS_KEYS } from './bedrock.ts';
import type { Language } from './vendor-answers.ts';

export interface ProviderRow {
  readonly type: string;
  /** Tells rows of one type apart. */
  readonly variant?: string;
  readonly settings?: object;
  readonly host: string;
  /** Headers with credentials; undefined = the caller's Authorization. */
  readonly auth?: Readonly<Record<string, string>> | undefined;
  /** What the vendor speaks for chats; OpenAI's language when absent. */
  readonly language?: Language;
  /** API to upstream path, `=`: OpenAI's, with the same placeholders. Two paths: for whole answers and for streams. */
  readonly apis: Readonly<Partial<Record<ApiName, string | readonly [whole: string, stream: string]>>>;
}

const B = { authorization: 'Bearer sk-vendor' };
const RAW = { authorization: 'sk-vendor' };

export const CHAT: ApiName = 'openai/v1/chatcompletions';
export const MESSAGES: ApiName = 'anthropic/v1/messages';
const chat = 'openai/v1/chatcompletions';
const completions = 'openai/v1/completions';
const embeddings = 'openai/v1/embeddings';
const models = 'openai/v1/models';
const responses = 'openai/v1/responses';
const images = 'openai/v1/imagegeneration';
const anthropic = 'anthropic/v1/messages';

/** Types whose chats are OpenAI's. */
export const COMPATIBLE_ROWS: readonly ProviderRow[] = [
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
      'openai/v1/files': '/compatible-mode/v1/files',
      'openai/v1/retrievefile': '/compatible-mode/v1/files/{file_id}',
      'openai/v1/retrievefilecontent': '/compatible-mode/v1/files/{file_id}/content',
      'openai/v1/batches': '/compatible-mode/v1/batches',
      'openai/v1/retrievebatch': '/compatible-mode/v1/batches/{batch_id}',
      'openai/v1/cancelbatch': '/compatible-mode/v1/batches/{batch_id}/cancel',
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
    auth: RAW,
    apis: { [chat]: '/chat/completions', [embeddings]: '/embeddings' },
  },
  { type: 'ai360', host: 'api.360.cn', auth: RAW, apis: { [chat]: '=', [embeddings]: '=' } },
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
    variant: 'coding plan',
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

const openaiApis = Object.entries(API_PATHS).filter(([name]) => name.startsWith('openai/'));

const AZURE_VERSION = 'api-version=2025-03-01';
const AZURE_RESOURCE = /\/v1\/(models|responses|batches|files|fine_tuning)/;

/** Requests without a body name no deployment; Azure has none of these APIs. */
const AZURE_BODILESS = /\/v1\/(realtime|videos\/\{video_id\}(\/content)?)$/;

function azurePath(path: string): string {
  const model = AZURE_BODILESS.test(path) ? 'placeholder' : 'mapped';
  const deployment = AZURE_RESOURCE.test(path) ? '' : `/deployments/${model}`;
  return `/openai${deployment}${path.slice('/v1'.length)}?${AZURE_VERSION}`;
}

const GOOGLE = '/v1beta/models/mapped';
const VERTEX = '/v1/publishers/google/models/mapped';
const KEY = 'key=sk-vendor';

/** Types with all of OpenAI's APIs, and types that are translated to. */
export const OTHER_ROWS: readonly ProviderRow[] = [
  {
    type: 'openai',
    host: 'api.openai.com',
    auth: B,
    apis: Object.fromEntries(openaiApis.map(([name]) => [name, '='])),
  },
  {
    type: 'azure',
    settings: { azureServiceUrl: `https://res.openai.azure.com?${AZURE_VERSION}` },
    host: 'res.openai.azure.com',
    auth: { 'api-key': 'sk-vendor' },
    apis: Object.fromEntries(openaiApis.map(([name, path]) => [name, azurePath(path)])),
  },
  {
    type: 'claude',
    language: 'claude',
    host: 'api.anthropic.com',
    auth: { 'x-api-key': 'sk-vendor' },
    apis: {
      [chat]: '/v1/messages',
      [completions]: '/v1/complete',
      [embeddings]: '=',
      [models]: '=',
      [anthropic]: '=',
      'anthropic/v1/complete': '=',
    },
  },
  {
    type: 'gemini',
    language: 'gemini',
    host: 'generativelanguage.googleapis.com',
    auth: { 'x-goog-api-key': 'sk-vendor' },
    apis: { [chat]: [`${GOOGLE}:generateContent`, `${GOOGLE}:streamGenerateContent?alt=sse`] },
  },
  {
    type: 'vertex',
    variant: 'express mode',
    language: 'gemini',
    host: 'aiplatform.googleapis.com',
    auth: {},
    apis: { [chat]: [`${VERTEX}:generateContent?${KEY}`, `${VERTEX}:streamGenerateContent?alt=sse&${KEY}`] },
  },
  {
    type: 'qwen',
    variant: 'native interface',
    settings: { qwenEnableCompatible: false },
    language: 'qwen',
    host: 'dashscope.aliyuncs.com',
    auth: B,
    apis: { [chat]: '/api/v1/services/aigc/text-generation/generation' },
  },
  {
    type: 'bedrock',
    settings: { apiTokens: [], ...AWS_KEYS },
    language: 'bedrock',
    host: 'bedrock-runtime.us-east-1.amazonaws.com',
    auth: {},
    apis: { [chat]: ['/model/mapped/converse', '/model/mapped/converse-stream'] },
  },
  { type: 'cohere', language: 'cohere', host: 'api.cohere.com', auth: B, apis: { [chat]: '/v1/chat' } },
  {
    type: 'deepl',
    settings: { targetLang: 'ZH', modelMapping: { asked: 'Pro' } },
    language: 'deepl',
    host: 'api.deepl.com',
    auth: { authorization: 'DeepL-Auth-Key sk-vendor' },
    apis: { [chat]: '/v2/translate' },
  },
  { type: 'dify', language: 'dify', host: 'api.dify.ai', auth: B, apis: { [chat]: '/v1/chat-messages' } },
  { type: 'spark', language: 'spark', host: 'spark-api-open.xf-yun.com', auth: B, apis: { [chat]: '=' } },
  {
    type: 'minimax',
    variant: 'pro',
    settings: { minimaxApiType: 'pro', minimaxGroupId: 'g' },
    language: 'minimax',
    host: 'api.minimax.chat',
    auth: B,
    apis: { [chat]: '/v1/text/chatcompletion_pro?GroupId=g' },
  },
  {
    type: 'hunyuan',
    variant: 'signed interface',
    settings: { hunyuanAuthId: 'i'.repeat(36), hunyuanAuthKey: 'k'.repeat(32) },
    language: 'hunyuan',
    host: 'hunyuan.tencentcloudapi.com',
    auth: {},
    apis: { [chat]: '/' },
  },
  {
    type: 'triton',
    settings: { tritonDomain: 'triton.test' },
    language: 'triton',
    host: 'triton.test',
    auth: {},
    apis: { [chat]: ['/v2/models/mapped/generate', '/v2/models/mapped/generate_stream'] },
  },
];

/** Types that pass what they get: any path, any body, only host and token are set. */
export const PASSING_ROWS: readonly ProviderRow[] = [
  { type: 'coze', host: 'api.coze.cn', auth: B, apis: {} },
  { type: 'generic', settings: { genericHost: 'generic.test' }, host: 'generic.test', auth: B, apis: {} },
];

export function nameOf({ type, variant }: ProviderRow): string {
  return variant === undefined ? type : `${type}, ${variant}`;
}

/** A path with its placeholders filled, as a client and a vendor see it. */
export function filled(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, 'id-1');
}
