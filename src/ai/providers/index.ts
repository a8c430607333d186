/** From checked settings to a provider. The one place that knows all types. */
import { re2Error } from '#lib/re2.ts';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { isApiName } from '../api.ts';
import { createModelMapper } from '../model-mapping.ts';
import { azureProblem } from './azure/keys.ts';
import { azureProvider } from './azure/provider.ts';
import { bedrockProblem } from './bedrock/keys.ts';
import { bedrockProvider } from './bedrock/provider.ts';
import { claudeProvider } from './claude/provider.ts';
import { cohereProvider } from './cohere/provider.ts';
import { compatibleProvider, missingKey, openaiProvider } from './compatible.ts';
import { deeplProvider } from './deepl/provider.ts';
import { difyProvider } from './dify/provider.ts';
import { geminiProvider } from './gemini/provider.ts';
import { hunyuanSignedProvider } from './hunyuan/signed.ts';
import { minimaxProProvider } from './minimax/pro.ts';
import type { Provider } from './provider.ts';
import { qwenNativeProvider } from './qwen/provider.ts';
import type { ProviderSettings } from './settings.ts';
import { sparkProvider } from './spark/provider.ts';
import { VENDORS } from './table.ts';
import { tritonProvider } from './triton/provider.ts';
import { vertexProblem } from './vertex/mode.ts';
import { vertexProvider } from './vertex/provider.ts';

export const PROVIDER_TYPES: readonly string[] = [
  'openai',
  'azure',
  'bedrock',
  'claude',
  'cohere',
  'deepl',
  'dify',
  'gemini',
  'spark',
  'triton',
  'vertex',
  ...Object.keys(VENDORS),
];

/** Types with a folder of their own that cannot do without `apiTokens`. */
const NEED_TOKENS = new Set(['claude', 'cohere', 'deepl', 'dify', 'gemini', 'triton']);

/** Throws PluginConfigError, its path relative to the provider, for settings that cannot work. */
export function checkSettings(settings: ProviderSettings): void {
  checkType(settings);
  try {
    createModelMapper(settings.modelMapping);
  } catch (error) {
    throw new PluginConfigError('modelMapping', (error as Error).message, 'use RE2 syntax after the leading "~"');
  }
  const { failover } = settings;
  if (failover?.enabled && failover.healthCheckModel === '') {
    throw new PluginConfigError('failover.healthCheckModel', 'must be set when failover is enabled');
  }
  checkStatuses('failover.failoverOnStatus', failover?.failoverOnStatus);
  checkStatuses('retryOnFailure.retryOnStatus', settings.retryOnFailure?.retryOnStatus);
}

function checkStatuses(path: string, patterns: readonly string[] = []): void {
  for (const pattern of patterns) {
    const reason = re2Error(pattern);
    if (reason)
      throw new PluginConfigError(path, `"${pattern}" is no regular expression: ${reason}`, 'write "429" or "5.*"');
  }
}

function checkType(settings: ProviderSettings): void {
  const { type } = settings;
  if (!PROVIDER_TYPES.includes(type)) {
    throw new PluginConfigError(
      'type',
      `"${type}" is no known provider type`,
      `use one of: ${PROVIDER_TYPES.join(', ')}`,
    );
  }
  const row = VENDORS[type];
  const missing = row
    ? signed(settings)
      ? undefined
      : missingKey(row, settings)
    : NEED_TOKENS.has(type) && settings.apiTokens.length === 0
      ? 'apiTokens'
      : undefined;
  if (missing) throw new PluginConfigError(missing, `must be set for type "${type}"`);
  const variant = unsupportedVariant(settings);
  if (variant) throw new PluginConfigError(variant[0], variant[1]);
}

function unsupportedVariant(settings: ProviderSettings): readonly [path: string, message: string] | undefined {
  if (settings.type === 'vertex') return vertexProblem(settings);
  if (settings.type === 'azure') return azureProblem(settings);
  if (settings.type === 'bedrock') return bedrockProblem(settings);
  if (settings.type === 'qwen' && settings.qwenFileIds.length > 0) {
    if (settings.context) return ['qwenFileIds', 'must not be set together with context'];
    if (settings.qwenEnableCompatible)
      return ['qwenFileIds', 'needs the native interface: set qwenEnableCompatible to false'];
  }
  if (settings.type === 'minimax' && settings.minimaxApiType === 'pro' && !settings.minimaxGroupId) {
    return ['minimaxGroupId', 'must be set for minimaxApiType "pro"'];
  }
  if (settings.type === 'hunyuan') return hunyuanProblem(settings);
  if (settings.type === 'deepl' && !settings.targetLang) return ['targetLang', 'must be set for type "deepl"'];
  if (settings.type === 'dify' && settings.botType === 'Workflow') {
    if (!settings.inputVariable) return ['inputVariable', 'must be set for botType "Workflow"'];
    if (!settings.outputVariable) return ['outputVariable', 'must be set for botType "Workflow"'];
  }
  if (settings.type === 'moonshot' && settings.moonshotFileId && settings.context) {
    return ['moonshotFileId', 'must not be set together with context'];
  }
  return undefined;
}

function signed({ type, hunyuanAuthId, hunyuanAuthKey }: ProviderSettings): boolean {
  return type === 'hunyuan' && (hunyuanAuthId !== '' || hunyuanAuthKey !== '');
}

/** Lengths of Tencent Cloud's ids and keys. */
function hunyuanProblem(settings: ProviderSettings): readonly [path: string, message: string] | undefined {
  if (!signed(settings)) return undefined;
  if (settings.hunyuanAuthId.length !== 36) return ['hunyuanAuthId', 'must have 36 characters'];
  if (settings.hunyuanAuthKey.length !== 32) return ['hunyuanAuthKey', 'must have 32 characters'];
  return undefined;
}

/** Things that the settings ask for and that do not act yet; shown to the operator, never dropped in silence. */
export function notesOf(settings: ProviderSettings): readonly string[] {
  const notes: string[] = [];
  for (const name of Object.keys(settings.capabilities)) {
    if (!isApiName(name)) notes.push(`capabilities: "${name}" is no known API name and is ignored`);
  }
  return notes;
}

export function createProvider(settings: ProviderSettings): Provider {
  if (settings.type === 'openai') return openaiProvider(settings);
  if (settings.type === 'azure') return azureProvider(settings);
  if (settings.type === 'bedrock') return bedrockProvider(settings);
  if (settings.type === 'claude') return claudeProvider(settings);
  if (settings.type === 'cohere') return cohereProvider(settings);
  if (settings.type === 'deepl') return deeplProvider(settings);
  if (settings.type === 'dify') return difyProvider(settings);
  if (settings.type === 'gemini') return geminiProvider(settings);
  if (settings.type === 'hunyuan' && signed(settings)) return hunyuanSignedProvider(settings);
  if (settings.type === 'minimax' && settings.minimaxApiType === 'pro') return minimaxProProvider(settings);
  if (settings.type === 'qwen' && !settings.qwenEnableCompatible) return qwenNativeProvider(settings);
  if (settings.type === 'spark') return sparkProvider(settings);
  if (settings.type === 'triton') return tritonProvider(settings);
  if (settings.type === 'vertex') return vertexProvider(settings);
  const provider = compatibleProvider(settings.type, settings);
  if (!provider) throw new PluginConfigError('type', `"${settings.type}" is no known provider type`);
  return provider;
}
