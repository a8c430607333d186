/** OpenAI chat request to Gemini's generateContent. */
import { asArray, asObject, asString, compact, type JsonObject, objectsOf } from '../../json.ts';
import { TranslationError } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import type { Dialect } from './dialect.ts';
import { generationConfig } from './generation-config.ts';
import { contentsOf, systemText } from './messages.ts';
import { type FetchedImages, imagesToFetch } from './parts.ts';
import { toolConfig, toolsOf } from './tools.ts';

export interface ToGeminiOptions {
  readonly dialect: Dialect;
  readonly settings: Pick<ProviderSettings, 'geminiSafetySetting' | 'geminiSafetySettings' | 'geminiThinkingBudget'>;
  /** Only asked when the dialect wants images inline. */
  readonly fetchImages: (urls: readonly string[]) => Promise<FetchedImages>;
}

/** Throws TranslationError. */
export async function toGemini(body: JsonObject, options: ToGeminiOptions): Promise<JsonObject> {
  const { dialect, settings } = options;
  const written = asArray(body.messages);
  if (!written) throw new TranslationError('missing messages in request');
  const messages = objectsOf(written);
  const model = bareModel(asString(body.model) ?? '');
  const urls = dialect.remoteImages === 'inline' ? imagesToFetch(messages) : [];
  const fetched: FetchedImages = urls.length > 0 ? await options.fetchImages(urls) : new Map();
  const system = systemText(messages);
  const tools = toolsOf(body.tools, dialect);
  const google = asObject(asObject(body.extra_body)?.google);
  return compact({
    [dialect.systemInstruction]: system === '' ? undefined : { parts: [{ text: system }] },
    contents: contentsOf(messages, model, dialect, fetched),
    generationConfig: generationConfig(body, model, dialect, settings.geminiThinkingBudget),
    tools,
    toolConfig: tools && toolConfig(body.tool_choice),
    safetySettings: safetySettings(settings),
    cachedContent: asString(google?.cached_content),
  });
}

export function safetySettings(settings: ToGeminiOptions['settings']): readonly JsonObject[] | undefined {
  const thresholds = Object.entries({ ...settings.geminiSafetySettings, ...settings.geminiSafetySetting });
  return thresholds.length > 0 ? thresholds.map(([category, threshold]) => ({ category, threshold })) : undefined;
}

/** The name alone, without the `models/` that the vendor's own lists put before it. */
export function bareModel(model: string): string {
  return model.replace(/^models\//, '');
}
