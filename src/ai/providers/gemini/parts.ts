/** Content of OpenAI messages to parts of Gemini's. */
import { typeOfPath } from '#lib/media-type.ts';
import { asObject, asString, type JsonObject, objectsOf } from '../../json.ts';
import { TranslationError } from '../provider.ts';

export interface InlineData {
  readonly mimeType: string;
  /** Base64. */
  readonly data: string;
}

/** Images that were fetched, by URL. */
export type FetchedImages = ReadonlyMap<string, InlineData>;

export const FETCH_FAILED = 'ai-proxy.gemini.fetch_image_failed';

/** Files that the vendor keeps or reads by itself, whichever member names them. */
const VENDOR_FILES =
  /^(?:gs:\/\/|https:\/\/generativelanguage\.googleapis\.com\/|https:\/\/(?:www\.)?youtube\.com\/|https:\/\/youtu\.be\/)/;

export function partsOf(content: unknown, fetched: FetchedImages): readonly JsonObject[] {
  if (typeof content === 'string') return [{ text: content }];
  return objectsOf(content)
    .map((part) => partOf(part, fetched))
    .filter((part) => part !== undefined);
}

/** Text of a message, whatever its form. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => asString(part.text) ?? '')
    .join('');
}

/** URLs of images in messages that must be fetched for Gemini to see them; each once. */
export function imagesToFetch(messages: readonly JsonObject[]): readonly string[] {
  const urls = messages
    .flatMap((message) => objectsOf(message.content))
    .filter((part) => part.type === 'image_url')
    .map((part) => urlOf(part, 'image_url'))
    .filter((url) => /^https?:/i.test(url) && !VENDOR_FILES.test(url));
  return [...new Set(urls)];
}

function partOf(part: JsonObject, fetched: FetchedImages): JsonObject | undefined {
  switch (part.type) {
    case 'text':
      return { text: asString(part.text) ?? '' };
    case 'refusal':
      return { text: asString(part.refusal) ?? '' };
    case 'image_url': {
      const url = urlOf(part, 'image_url');
      // Data URLs are long: not worth looking up.
      const image = url.startsWith('data:') ? undefined : fetched.get(url);
      return image ? { inlineData: image } : mediaPart(url, 'image/jpeg');
    }
    case 'video_url':
      return mediaPart(urlOf(part, 'video_url'), 'video/mp4');
    case 'audio_url':
      return mediaPart(urlOf(part, 'audio_url'), 'audio/mpeg');
    case 'input_audio': {
      const audio = asObject(part.input_audio);
      return {
        inlineData: { mimeType: `audio/${asString(audio?.format) ?? 'wav'}`, data: asString(audio?.data) ?? '' },
      };
    }
    case 'file':
      return filePart(asObject(part.file) ?? {});
    default:
      return undefined;
  }
}

function filePart(file: JsonObject): JsonObject | undefined {
  const id = asString(file.file_id);
  if (id !== undefined) return mediaPart(id, typeOfPath(asString(file.filename) ?? '') ?? 'application/pdf');
  const data = asString(file.file_data);
  if (data === undefined) return undefined;
  if (data.startsWith('data:')) return mediaPart(data, 'application/pdf');
  return { inlineData: { mimeType: typeOfPath(asString(file.filename) ?? '') ?? 'application/pdf', data } };
}

function urlOf(part: JsonObject, member: string): string {
  return asString(asObject(part[member])?.url) ?? asString(part[member]) ?? '';
}

/** `usual`: the type when neither the URL nor its ending tells one. */
function mediaPart(url: string, usual: string): JsonObject {
  if (url.startsWith('data:')) {
    const data = readDataUrl(url);
    if (!data) throw new TranslationError('a data URL in the messages is not of the form data:TYPE;base64,DATA');
    return { inlineData: data };
  }
  if (/^(?:https?|gs):\/\//i.test(url)) return { fileData: { mimeType: typeOfPath(url) ?? usual, fileUri: url } };
  const scheme = /^[a-z][a-z0-9+.-]{0,20}:/i.exec(url)?.[0];
  const seen = scheme ? `starts with "${scheme}"` : 'has no scheme';
  throw new TranslationError(`a URL in the messages ${seen}; use http:, https: or data:`, 500, FETCH_FAILED);
}

/** Parameters between type and `;base64` are dropped. */
export function readDataUrl(url: string): InlineData | undefined {
  const comma = url.indexOf(',');
  const head = comma < 0 ? undefined : /^data:([^;,]+)(?:;[^;,]+)*;base64$/i.exec(url.slice(0, comma));
  return head ? { mimeType: head[1] ?? '', data: url.slice(comma + 1) } : undefined;
}
