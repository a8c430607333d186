/** One provider of ai-proxy: the keys as people write them, and the checked form that a chain carries (plain JSON). */
import { z } from 'zod';
import type { CustomSetting } from '../custom-settings.ts';
import type { ModelMapping } from '../model-mapping.ts';
import { azureKeys } from './azure/keys.ts';
import { bedrockKeys } from './bedrock/keys.ts';
import { deeplKeys } from './deepl/keys.ts';
import { difyKeys } from './dify/keys.ts';
import { geminiKeys } from './gemini/keys.ts';
import { minimaxKeys } from './minimax/keys.ts';
import { qwenKeys, type ReasoningMode, reasoningMode } from './qwen/keys.ts';
import { tritonKeys } from './triton/keys.ts';
import { authCluster, vertexKeys } from './vertex/keys.ts';

const text = (description: string) => z.string().default('').describe(description);
const flag = (description: string) => z.boolean().default(false).describe(description);

const customSetting = z.object({
  name: z.string().min(1),
  value: z.unknown(),
  mode: z.enum(['auto', 'raw']).default('auto'),
  overwrite: z.boolean().default(true),
});

const failover = z.object({
  enabled: z.boolean().default(false),
  failureThreshold: z.int().min(1).default(3),
  successThreshold: z.int().min(1).default(1),
  healthCheckInterval: z.int().min(1).default(5000).describe('milliseconds'),
  healthCheckTimeout: z.int().min(1).default(5000).describe('milliseconds'),
  healthCheckModel: z.string().default(''),
  failoverOnStatus: z.array(z.string()).default(['4.*', '5.*']),
});

const retryOnFailure = z.object({
  enabled: z.boolean().default(false),
  maxRetries: z.int().min(0).default(1),
  retryTimeout: z.int().min(1).default(60_000).describe('milliseconds'),
  retryOnStatus: z.array(z.string()).default(['4.*', '5.*']),
});

const contextFile = z.object({
  fileUrl: z.url(),
  serviceName: z.string().min(1),
  servicePort: z.int().min(1).max(65535),
});

const shape = {
  id: text('referenced by activeProviderId'),
  type: z.string().min(1).describe('vendor: openai, claude, qwen, moonshot, …'),
  apiTokens: z.array(z.string()).default([]).describe('one is drawn at random for each request'),
  timeout: z
    .number()
    .int()
    .min(0)
    .default(120_000)
    .describe('milliseconds that a context file, a file of Moonshot or a token of Vertex may take'),
  firstByteTimeout: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('milliseconds until the first byte of a stream; 0 = off'),
  modelMapping: z.record(z.string(), z.string()).default({}).describe('exact name, prefix `x*`, `~regex`, or `*`'),
  protocol: z.enum(['openai', 'original']).default('openai').describe('what callers speak'),
  context: contextFile.optional(),
  customSettings: z.array(customSetting).default([]),
  failover: failover.optional(),
  retryOnFailure: retryOnFailure.optional(),
  capabilities: z.record(z.string(), z.string()).default({}).describe('API name to upstream path'),
  subPath: text('prefix removed from the request path; older spelling of basePath'),
  basePath: text('prefix removed from, or put before, the path'),
  basePathHandling: z.enum(['removePrefix', 'prepend']).default('removePrefix'),
  providerDomain: text('replaces the vendor’s host'),
  providerBasePath: text('prefix put before the final path'),
  responseJsonSchema: z.record(z.string(), z.unknown()).optional().describe('response_format of chat requests'),
  contextCleanupCommands: z.array(z.string()).default([]),
  mergeConsecutiveMessages: flag('neighbouring messages of one role become one'),
  promoteThinkingOnEmpty: flag('an empty answer shows its reasoning instead'),
  hiclawMode: flag('mergeConsecutiveMessages and promoteThinkingOnEmpty'),
  authHeaderKey: text('type openai without apiTokens: header with the caller’s key'),
  openaiCustomUrl: text('type openai: [http(s)://]host[:port][/path]'),
  claudeVersion: text('type claude: anthropic-version'),
  apiVersion: text('type claude: anthropic-version'),
  claudeCodeMode: flag('type claude: tokens of Claude Code, sent as Claude Code sends them'),
  doubaoDomain: text('type doubao: host'),
  zhipuDomain: text('type zhipuai: host'),
  zhipuCodePlanMode: flag('type zhipuai: the coding plan’s path'),
  ollamaServerHost: text('type ollama'),
  ollamaServerPort: z.number().int().min(0).max(65535).default(0).describe('type ollama'),
  cloudflareAccountId: text('type cloudflare'),
  vllmCustomUrl: text('type vllm: URL as openaiCustomUrl'),
  vllmServerHost: text('type vllm: host'),
  genericHost: text('type generic: host; empty keeps the caller’s'),
  hunyuanAuthId: text('type hunyuan'),
  hunyuanAuthKey: text('type hunyuan'),
  moonshotFileId: text('type moonshot: file whose content every chat gets as a system message'),
  ...azureKeys,
  ...bedrockKeys,
  ...deeplKeys,
  ...difyKeys,
  ...geminiKeys,
  ...minimaxKeys,
  ...qwenKeys,
  ...tritonKeys,
  ...vertexKeys,
};

/** Keys of one provider. Unknown keys are allowed: they belong to types that are still to come. */
export const providerSchema = z.looseObject(shape);

type Written = z.output<z.ZodObject<typeof shape>>;

/** Checked settings of the active provider. JSON all through; `modelMapping` is a list because its order counts. */
export interface ProviderSettings extends Omit<Written, 'modelMapping' | 'customSettings' | 'reasoningContentMode'> {
  readonly modelMapping: ModelMapping;
  readonly customSettings: readonly CustomSetting[];
  readonly reasoningContentMode: ReasoningMode;
  /** Where type vertex gets its tokens. By its whole name, so that the control plane makes the cluster. */
  readonly vertexAuthCluster?: string;
}

export function normaliseSettings(written: Written): ProviderSettings {
  return {
    ...written,
    modelMapping: Object.entries(written.modelMapping),
    customSettings: written.customSettings.map(({ name, value, mode, overwrite }) => ({
      name,
      value,
      mode,
      overwrite,
    })),
    reasoningContentMode: reasoningMode(written.reasoningContentMode),
    basePath: written.basePath || written.subPath,
    mergeConsecutiveMessages: written.mergeConsecutiveMessages || written.hiclawMode,
    promoteThinkingOnEmpty: written.promoteThinkingOnEmpty || written.hiclawMode,
    ...(written.vertexAuthServiceName ? { vertexAuthCluster: authCluster(written.vertexAuthServiceName) } : {}),
  };
}
