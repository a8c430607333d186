/** Vendors whose chat is OpenAI's: one row each. `=` stands for the OpenAI path unchanged. A vendor that needs translation has a folder instead. */
import type { ApiName } from '../api.ts';
import { asNumber, asObject, type JsonObject } from '../json.ts';
import type { AuthStyle, Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

export interface VendorRow {
  /** Undefined keeps the caller's host. */
  readonly host: string | ((settings: ProviderSettings) => string | undefined);
  readonly auth: AuthStyle;
  /** At least one of `apiTokens` must be there. */
  readonly needsToken: boolean;
  readonly capabilities: Capabilities | ((settings: ProviderSettings) => Capabilities);
  /** Keys that must not be empty. */
  readonly needs?: readonly (keyof ProviderSettings & string)[];
  readonly passesUnknownApis?: boolean;
  readonly editsBodies?: boolean;
  /** This path for every request. */
  readonly fixedPath?: (settings: ProviderSettings) => string;
  readonly adjust?: Provider['adjust'];
  /** Streams carry their usage inside the last choice. */
  readonly usageInChoice?: boolean;
}

type Capabilities = Readonly<Partial<Record<ApiName, string>>>;

const chat: ApiName = 'openai/v1/chatcompletions';
const completions: ApiName = 'openai/v1/completions';
const embeddings: ApiName = 'openai/v1/embeddings';
const models: ApiName = 'openai/v1/models';
const images: ApiName = 'openai/v1/imagegeneration';
const responses: ApiName = 'openai/v1/responses';
const rerank: ApiName = 'cohere/v1/rerank';
const messages: ApiName = 'anthropic/v1/messages';

const same = (...names: ApiName[]): Capabilities => Object.fromEntries(names.map((name) => [name, '=']));

const bearer = { auth: 'bearer', needsToken: true } as const;

export const VENDORS: Readonly<Record<string, VendorRow>> = {
  moonshot: { host: 'api.moonshot.cn', ...bearer, capabilities: same(chat, models), usageInChoice: true },
  qwen: {
    host: (settings) => settings.qwenDomain || 'dashscope.aliyuncs.com',
    ...bearer,
    capabilities: {
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
      'qwen/v1/services/aigc': '=',
      'qwen/v1/tasks': '=',
      [messages]: '/apps/anthropic/v1/messages',
    },
  },
  doubao: {
    host: (settings) => settings.doubaoDomain || 'ark.cn-beijing.volces.com',
    ...bearer,
    capabilities: {
      [chat]: '/api/v3/chat/completions',
      [embeddings]: '/api/v3/embeddings',
      [images]: '/api/v3/images/generations',
      [responses]: '/api/v3/responses',
    },
    adjust: adjustDoubao,
  },
  deepseek: {
    host: 'api.deepseek.com',
    ...bearer,
    capabilities: { ...same(chat, models), [messages]: '/anthropic/v1/messages' },
  },
  ollama: {
    host: (settings) => `${settings.ollamaServerHost}:${settings.ollamaServerPort}`,
    auth: 'none',
    needsToken: false,
    needs: ['ollamaServerHost', 'ollamaServerPort'],
    capabilities: same(chat, embeddings, models),
    passesUnknownApis: true,
  },
  minimax: { host: 'api.minimax.chat', ...bearer, capabilities: { [chat]: '/v1/text/chatcompletion_v2' } },
  baidu: {
    host: 'qianfan.baidubce.com',
    ...bearer,
    capabilities: { [chat]: '/v2/chat/completions', [embeddings]: '/v2/embeddings' },
  },
  hunyuan: { host: 'api.hunyuan.cloud.tencent.com', ...bearer, capabilities: same(chat, embeddings) },
  mistral: { host: 'api.mistral.ai', ...bearer, capabilities: same(chat, embeddings) },
  groq: {
    host: 'api.groq.com',
    ...bearer,
    capabilities: { [chat]: '/openai/v1/chat/completions', [responses]: '/openai/v1/responses' },
  },
  github: {
    host: 'models.inference.ai.azure.com',
    auth: 'raw',
    needsToken: true,
    capabilities: { [chat]: '/chat/completions', [embeddings]: '/embeddings' },
  },
  ai360: { host: 'api.360.cn', auth: 'raw', needsToken: true, capabilities: same(chat, embeddings) },
  baichuan: { host: 'api.baichuan-ai.com', ...bearer, capabilities: same(chat, embeddings) },
  yi: { host: 'api.lingyiwanwu.com', ...bearer, capabilities: same(chat) },
  stepfun: { host: 'api.stepfun.com', ...bearer, capabilities: same(chat) },
  zhipuai: {
    host: (settings) => settings.zhipuDomain || 'open.bigmodel.cn',
    ...bearer,
    capabilities: (settings) => ({
      [chat]: settings.zhipuCodePlanMode ? '/api/coding/paas/v4/chat/completions' : '/api/paas/v4/chat/completions',
      [embeddings]: '/api/paas/v4/embeddings',
    }),
    adjust: adjustZhipu,
  },
  cloudflare: {
    host: 'api.cloudflare.com',
    ...bearer,
    needs: ['cloudflareAccountId'],
    capabilities: (settings) => ({ [chat]: cloudflarePath(settings) }),
    fixedPath: cloudflarePath,
  },
  coze: { host: 'api.coze.cn', ...bearer, capabilities: {}, passesUnknownApis: true, editsBodies: false },
  'together-ai': { host: 'api.together.xyz', ...bearer, capabilities: same(chat) },
  openrouter: {
    host: 'openrouter.ai',
    ...bearer,
    capabilities: { [chat]: '/api/v1/chat/completions', [completions]: '/api/v1/completions' },
    adjust: adjustOpenrouter,
  },
  grok: { host: 'api.x.ai', ...bearer, capabilities: same(chat) },
  longcat: { host: 'api.longcat.chat', ...bearer, capabilities: same(chat, embeddings, models) },
  fireworks: { host: 'api.fireworks.ai', ...bearer, capabilities: same(chat, completions, models) },
  vllm: {
    host: (settings) => settings.vllmServerHost.replace(/:\d+$/, '') || 'vllm-service.cluster.local',
    auth: 'bearer',
    needsToken: false,
    capabilities: same(chat, completions, models, embeddings, rerank),
  },
  generic: {
    host: (settings) => settings.genericHost || undefined,
    auth: 'bearer',
    needsToken: false,
    capabilities: {},
    passesUnknownApis: true,
    editsBodies: false,
  },
};

function cloudflarePath(settings: ProviderSettings): string {
  return `/client/v4/accounts/${settings.cloudflareAccountId}/ai/v1/chat/completions`;
}

function adjustDoubao(api: ApiName, body: Readonly<JsonObject>): Readonly<Record<string, unknown>> {
  if (api === responses) return { parallel_tool_calls: undefined, tool_choice: undefined };
  if (api === images && body.watermark === undefined) return { watermark: false };
  return {};
}

function adjustZhipu(
  api: ApiName,
  body: Readonly<JsonObject>,
  asked?: Readonly<JsonObject>,
): Readonly<Record<string, unknown>> {
  if (api !== chat) return {};
  if (body.reasoning_effort !== undefined) return { reasoning_effort: undefined, thinking: { type: 'enabled' } };
  // Zhipu's models think unless told not to; Anthropic's only when told to.
  return asked ? { thinking: { type: 'disabled' } } : {};
}

function adjustOpenrouter(
  api: ApiName,
  body: Readonly<JsonObject>,
  asked?: Readonly<JsonObject>,
): Readonly<Record<string, unknown>> {
  const thinking = asObject(asked?.thinking);
  const budget = thinking?.type === 'enabled' ? asNumber(thinking.budget_tokens) : undefined;
  const max_tokens = asNumber(body.reasoning_max_tokens) ?? budget;
  if (api !== chat || max_tokens === undefined) return {};
  return { reasoning_max_tokens: undefined, reasoning_effort: undefined, reasoning: { max_tokens } };
}
