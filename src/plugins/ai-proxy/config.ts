/** From what people write to the one provider that is active on a route. */
import { z } from 'zod';
import { asArray, asObject } from '#ai/json.ts';
import { checkSettings } from '#ai/providers/index.ts';
import { normaliseSettings, type ProviderSettings, providerSchema } from '#ai/providers/settings.ts';
import { PluginConfigError } from '#plugin-sdk/definition.ts';

export const schema = z.looseObject({
  provider: providerSchema.optional().describe('the only provider; when present the two keys below are ignored'),
  providers: z.array(providerSchema).optional().describe('named providers'),
  activeProviderId: z.string().optional().describe('id of the provider to use; usually set by a rule'),
});

export interface AiProxyConfig {
  readonly provider: ProviderSettings;
}

/** Rule keys come on top of the global ones. Undefined: no provider is active, requests pass untouched. Only the active provider is checked. */
export function effectiveConfig(global: unknown, rule: unknown): AiProxyConfig | undefined {
  const merged = { ...asObject(global), ...asObject(rule) };
  if (merged.provider !== undefined) return { provider: readProvider(merged.provider, 'provider') };
  if (merged.providers !== undefined && !Array.isArray(merged.providers)) {
    throw new PluginConfigError('providers', 'must be a list of providers');
  }
  const id = merged.activeProviderId;
  if (id !== undefined && typeof id !== 'string') throw new PluginConfigError('activeProviderId', 'must be a string');
  if (!id) return undefined;
  const providers = asArray(merged.providers) ?? [];
  const index = providers.findIndex((provider) => asObject(provider)?.id === id);
  return index < 0 ? undefined : { provider: readProvider(providers[index], `providers[${index}]`) };
}

function readProvider(value: unknown, path: string): ProviderSettings {
  const parsed = providerSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new PluginConfigError([path, ...(issue?.path ?? [])].join('.'), issue?.message ?? 'is not valid');
  }
  const settings = normaliseSettings(parsed.data);
  try {
    checkSettings(settings);
  } catch (error) {
    if (!(error instanceof PluginConfigError)) throw error;
    throw new PluginConfigError(`${path}.${error.path}`, error.message, error.hint);
  }
  return settings;
}
