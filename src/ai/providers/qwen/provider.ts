/** Qwen's native interface (DashScope). The OpenAI-compatible one is a row of the table. */
import { API_PATHS, type ApiName, CHAT, CONTAINED_PATHS, type DetectedApi } from '../../api.ts';
import { asString } from '../../json.ts';
import { configured } from '../compatible.ts';
import type { Provider, Translation, VendorCall } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { fromQwen } from './from-qwen.ts';
import { fromQwenEmbeddings, fromQwenRerank, toQwenEmbeddings, toQwenRerank } from './other-apis.ts';
import { qwenStream } from './stream.ts';
import { isMultimodal, toQwen } from './to-qwen.ts';

const AIGC = '/api/v1/services/aigc';
const TEXT = `${AIGC}/text-generation/generation`;
const MULTIMODAL = `${AIGC}/multimodal-generation/generation`;
const EMBEDDINGS = '/api/v1/services/embeddings/text-embedding/text-embedding';
const RERANK = '/api/v1/services/rerank/text-rerank/text-rerank';

/** The vendor's own paths pass with nothing changed but host and token. */
const EDITED: ReadonlySet<ApiName> = new Set<ApiName>([
  CHAT,
  'openai/v1/embeddings',
  'cohere/v1/rerank',
  'qwen/v1/rerank',
]);

export function qwenNativeProvider(settings: ProviderSettings): Provider {
  return {
    type: 'qwen',
    host: settings.providerDomain || settings.qwenDomain || 'dashscope.aliyuncs.com',
    auth: 'bearer',
    passesUnknownApis: false,
    editsBodies: true,
    editedApis: EDITED,
    capabilities: {
      [CHAT]: TEXT,
      'openai/v1/embeddings': EMBEDDINGS,
      'cohere/v1/rerank': RERANK,
      'qwen/v1/rerank': RERANK,
      'qwen/v1/services/aigc': '=',
      'qwen/v1/tasks': '=',
      ...configured(settings),
    },
    ...(settings.protocol === 'original' ? { detect: detectQwen } : {}),
    translation: ({ name }, call) => translationOf(name, settings, call),
  };
}

function translationOf(name: ApiName, settings: ProviderSettings, { host }: VendorCall): Translation | undefined {
  switch (name) {
    case CHAT:
      return chat(settings, () => Math.floor(host.now() / 1000));
    case 'openai/v1/embeddings': {
      let model = '';
      return {
        request(body) {
          model = asString(body.model) ?? '';
          return { body: toQwenEmbeddings(body) };
        },
        response: (text) => ({ body: fromQwenEmbeddings(text, model) }),
      };
    }
    case 'cohere/v1/rerank':
    case 'qwen/v1/rerank':
      return {
        request: (body) => ({ body: toQwenRerank(body) }),
        response: (text) => ({ body: fromQwenRerank(text) }),
      };
    default:
      return undefined;
  }
}

function chat(settings: ProviderSettings, created: () => number): Translation {
  let model = '';
  let cumulative = false;
  const envelope = () => ({ id: '', model, created: created() });
  const mode = settings.reasoningContentMode;
  return {
    request(body) {
      model = asString(body.model) ?? '';
      const native = toQwen(body, settings);
      cumulative = native.cumulative;
      return {
        body: native.body,
        ...(isMultimodal(model) && settings.capabilities[CHAT] === undefined ? { path: MULTIMODAL } : {}),
        ...(body.stream === true ? { headers: { 'x-dashscope-sse': 'enable', accept: 'text/event-stream' } } : {}),
      };
    },
    response: (text) => ({ body: fromQwen(text, envelope(), mode) }),
    stream: () => qwenStream(envelope(), { mode, cumulative }),
  };
}

const NATIVE: readonly (readonly [ApiName, readonly string[]])[] = [
  [CHAT, [TEXT, MULTIMODAL, '/compatible-mode/v1/chat/completions', '/api/v1/apps']],
  ['openai/v1/embeddings', [EMBEDDINGS, '/compatible-mode/v1/embeddings']],
  ['qwen/v1/rerank', [RERANK, '/compatible-api/v1/reranks']],
  ['qwen/v1/services/aigc', [CONTAINED_PATHS['qwen/v1/services/aigc']]],
  ['qwen/v1/tasks', [CONTAINED_PATHS['qwen/v1/tasks']]],
  ['anthropic/v1/messages', [`/apps/anthropic${API_PATHS['anthropic/v1/messages']}`]],
];

/** What a path of Qwen's own means, for `protocol: original`. `path` without query. */
export function detectQwen(path: string): DetectedApi | undefined {
  const found = NATIVE.find(([, paths]) => paths.some((own) => path.includes(own)));
  return found && { name: found[0], variables: {} };
}
