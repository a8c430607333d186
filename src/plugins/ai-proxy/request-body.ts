/** Edits a request body for a provider: the operator's settings, the model's name, and the vendor's own language. */
import { CHAT } from '#ai/api.ts';
import { BodyEditor } from '#ai/body-editor.ts';
import { applyCustomSettings } from '#ai/custom-settings.ts';
import { isForm, mapFormModel, readForm } from '#ai/form-body.ts';
import { asArray, asObject, asString, type JsonObject } from '#ai/json.ts';
import { cleanUp, developerToSystem, insertContext, mergeConsecutive } from '#ai/message-edits.ts';
import { toOpenai } from '#ai/messages-front/to-openai.ts';
import type { ModelMapper } from '#ai/model-mapping.ts';
import { type Provider, type Translation, TranslationError, type VendorRequest } from '#ai/providers/provider.ts';
import type { ProviderSettings } from '#ai/providers/settings.ts';
import { type MaybePromise, whenThere } from '#lib/maybe-promise.ts';
import type { RequestPlan } from './request-plan.ts';

export interface EditedBody {
  /** Undefined = the body goes on byte for byte. */
  readonly body: Uint8Array | undefined;
  readonly stream: boolean;
  /** What the vendor's own language asks for besides the body. */
  readonly vendor?: Pick<VendorRequest, 'path' | 'authority' | 'headers'>;
}

/** Throws TranslationError. Bodies that are not one JSON object pass when nothing must be translated: the vendor's own message is the best one. */
export function editRequestBody(
  bytes: Buffer,
  provider: Provider,
  settings: ProviderSettings,
  mapper: ModelMapper,
  plan: RequestPlan,
  translation: Translation | undefined,
  contextText: string | undefined,
  contentType?: string,
): MaybePromise<EditedBody> {
  const form = translation && contentType !== undefined ? readForm(bytes, contentType) : undefined;
  const parsed = form ? BodyEditor.of(form) : BodyEditor.parse(bytes);
  if (!parsed) {
    if (!translation && contentType !== undefined && isForm(contentType)) {
      const placed = placeOfForm(provider, plan, mapper, bytes, contentType);
      const body = provider.pathForModel ? undefined : mapFormModel(bytes, contentType, mapper.map);
      return { body, stream: false, ...(placed ? { vendor: placed } : {}) };
    }
    if (translation || plan.front) throw new TranslationError('the request body is not a JSON object');
    return { body: undefined, stream: false };
  }
  applyCustomSettings(parsed, settings.customSettings, protocolOf(settings, plan));
  const stream = parsed.value.stream === true;
  const api = plan.api?.name;
  if (settings.protocol === 'original' || api === undefined || !provider.editsBodies) {
    return { body: parsed.result(), stream };
  }
  if (provider.editedApis && !provider.editedApis.has(api)) return { body: parsed.result(), stream };
  const body = plan.front ? BodyEditor.of(toOpenai(parsed.value)) : parsed;
  mapModel(body, mapper, translation !== undefined);
  if (api === CHAT) editChat(body, settings, stream, translation !== undefined, contextText);
  for (const [name, value] of Object.entries(
    provider.adjust?.(api, body.value, plan.front ? parsed.value : undefined) ?? {},
  )) {
    if (value === undefined) body.delete(name);
    else body.set(name, value);
  }
  if (!translation) {
    const placed = placeOf(provider, plan, asString(body.value.model) ?? '');
    return { body: body.result(), stream, ...(placed ? { vendor: placed } : {}) };
  }
  return whenThere(translation.request(body.value as JsonObject), (vendor) => ({
    body: bytesOf(vendor.body),
    stream,
    vendor,
  }));
}

/** Where a request goes whose model stands in the path. */
function placeOf(provider: Provider, { api, asked }: RequestPlan, model: string): { path: string } | undefined {
  const path = api && provider.pathForModel?.(api, model, asked);
  return path === undefined ? undefined : { path };
}

function placeOfForm(
  provider: Provider,
  plan: RequestPlan,
  mapper: ModelMapper,
  bytes: Buffer,
  contentType: string,
): { path: string } | undefined {
  if (!provider.pathForModel) return undefined;
  const model = asString(readForm(bytes, contentType)?.model) ?? '';
  return placeOf(provider, plan, mapper.map(model));
}

/** Paths of a vendor's own protocol are spoken to in it, whatever the route speaks otherwise. */
function protocolOf(settings: ProviderSettings, { api }: RequestPlan): string {
  if (settings.protocol === 'original') return settings.type;
  return api?.name.startsWith('gemini/') ? 'gemini' : 'openai';
}

function bytesOf(body: JsonObject | Uint8Array): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
}

function editChat(
  body: BodyEditor,
  settings: ProviderSettings,
  stream: boolean,
  translated: boolean,
  contextText: string | undefined,
): void {
  if (stream && !translated) includeUsage(body);
  const before = asArray(body.value.messages);
  if (before) {
    let messages = before;
    if (settings.contextCleanupCommands.length > 0) messages = cleanUp(messages, settings.contextCleanupCommands);
    if (settings.mergeConsecutiveMessages) messages = mergeConsecutive(messages);
    if (settings.type !== 'azure') messages = developerToSystem(messages);
    if (contextText !== undefined) messages = insertContext(messages, contextText);
    if (messages !== before) body.set('messages', messages);
  }
  const schema = settings.responseJsonSchema;
  if (schema && Object.keys(schema).length > 0 && (settings.type === 'openai' || settings.type === 'longcat')) {
    body.set('response_format', { type: 'json_schema', json_schema: schema });
  }
}

/** A gateway that counts tokens needs the usage that vendors leave out of streams unless asked (#2524). */
function includeUsage(body: BodyEditor): void {
  const options = asObject(body.value.stream_options);
  if (options?.include_usage === undefined) body.set('stream_options', { ...options, include_usage: true });
}

function mapModel(body: BodyEditor, mapper: ModelMapper, required: boolean): void {
  const model = asString(body.value.model) ?? '';
  if (required && model === '') throw new TranslationError('missing model in request');
  const mapped = mapper.map(model);
  if (mapped !== '' && mapped !== model) body.set('model', mapped);
}
