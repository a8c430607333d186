/** OpenAI's images API. Imagen models speak `predict`; Gemini's own draw with generateContent. */
import { sniffImage } from '#lib/media-type.ts';
import { asArray, asNumber, asObject, asString, compact, type JsonObject, objectsOf } from '../../json.ts';
import { TranslationError } from '../provider.ts';
import { readCandidate } from './candidate.ts';
import { readAnswer } from './from-gemini.ts';
import { type InlineData, readDataUrl } from './parts.ts';
import { safetySettings, type ToGeminiOptions } from './to-gemini.ts';

/** Ratios that the vendor draws. */
const RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'] as const;
const IMAGEN_RATIOS = ['1:1', '3:4', '4:3', '9:16', '16:9'] as const;

const VARY = 'Make a variation of this image.';

export type ImageTask = 'generate' | 'edit' | 'vary';

/** `predict` of an Imagen model. Throws TranslationError. */
export function toPredict(body: JsonObject): JsonObject {
  return {
    instances: [{ prompt: promptOf(body) }],
    parameters: compact({ sampleCount: count(body.n) ?? 1, aspectRatio: shapeOf(body.size, IMAGEN_RATIOS)?.ratio }),
  };
}

export function fromPredict(text: string, created: number): JsonObject {
  const data = objectsOf(readAnswer(text).predictions).flatMap((prediction) => {
    const image = asString(prediction.bytesBase64Encoded);
    return image === undefined ? [] : [compact({ b64_json: image, revised_prompt: asString(prediction.prompt) })];
  });
  if (data.length === 0) throw new TranslationError('the vendor made no image');
  return { created, data };
}

/** generateContent of a model that draws. Throws TranslationError. */
export function toDrawing(body: JsonObject, task: ImageTask, settings: ToGeminiOptions['settings']): JsonObject {
  if (body.mask !== undefined)
    throw new TranslationError('mask is not supported by this vendor; describe the place', 400);
  const images = task === 'generate' ? [] : imagesOf(body);
  if (task !== 'generate' && images.length === 0) throw new TranslationError('missing image in request', 400);
  const prompt = task === 'vary' ? (asString(body.prompt) ?? VARY) : promptOf(body);
  const shape = shapeOf(body.size, RATIOS);
  const amount = count(body.n);
  return compact({
    contents: [{ role: 'user', parts: [...images.map((inlineData) => ({ inlineData })), { text: prompt }] }],
    generationConfig: compact({
      responseModalities: ['TEXT', 'IMAGE'],
      candidateCount: amount !== undefined && amount > 1 ? amount : undefined,
      imageConfig: shape && compact({ aspectRatio: shape.ratio, imageSize: shape.size }),
    }),
    safetySettings: safetySettings(settings),
  });
}

export function fromDrawing(text: string, created: number): JsonObject {
  const answer = readAnswer(text);
  const candidates = objectsOf(answer.candidates);
  const said = candidates.map((candidate) => readCandidate(candidate, 0, () => ''));
  const data = said.flatMap(({ images }) => images.map((image) => ({ b64_json: image.data })));
  if (data.length === 0) {
    const reason = asString(candidates[0]?.finishReason) ?? asString(asObject(answer.promptFeedback)?.blockReason);
    const words = said
      .map((one) => one.text)
      .join(' ')
      .trim()
      .slice(0, 500);
    throw new TranslationError(['the vendor made no image', reason, words].filter(Boolean).join(': '));
  }
  const usage = asObject(answer.usageMetadata);
  const input = asNumber(usage?.promptTokenCount) ?? 0;
  const output = asNumber(usage?.candidatesTokenCount) ?? 0;
  const total = asNumber(usage?.totalTokenCount) ?? input + output;
  return {
    created,
    data,
    ...(usage ? { usage: { input_tokens: input, output_tokens: output, total_tokens: total } } : {}),
  };
}

function promptOf(body: JsonObject): string {
  const prompt = asString(body.prompt);
  if (!prompt) throw new TranslationError('missing prompt in request', 400);
  return prompt;
}

/** Forms know texts only. */
function count(n: unknown): number | undefined {
  const number = typeof n === 'string' ? Number(n) : n;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : undefined;
}

/** Files of a form, data URLs, or objects with `image_url` as the JSON form of edits has them. */
function imagesOf(body: JsonObject): readonly InlineData[] {
  const given = [body.image, body['image[]'], body.images].flatMap((value) => asArray(value) ?? [value]);
  return given.flatMap((value) => {
    if (value === undefined) return [];
    const image = imageOf(value);
    if (!image) throw new TranslationError('image must be a file of a form or a data URL', 400);
    return [image];
  });
}

function imageOf(value: unknown): InlineData | undefined {
  const object = asObject(value);
  const file = asString(object?.base64);
  if (file !== undefined) {
    return { mimeType: sniffImage(Buffer.from(file.slice(0, 64), 'base64')) ?? 'image/png', data: file };
  }
  const url = asString(value) ?? asString(object?.image_url) ?? asString(asObject(object?.image_url)?.url);
  return url === undefined ? undefined : readDataUrl(url);
}

/** The nearest ratio, and the size class when it is more than the vendor's usual one. */
function shapeOf<T extends string>(
  size: unknown,
  ratios: readonly T[],
): { ratio: T; size: string | undefined } | undefined {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(asString(size) ?? '') ?? [];
  if (!Number(width) || !Number(height)) return undefined;
  const wanted = Math.log(Number(width) / Number(height));
  const far = (ratio: string): number => {
    const [across = 1, down = 1] = ratio.split(':').map(Number);
    return Math.abs(Math.log(across / down) - wanted);
  };
  const ratio = [...ratios].sort((left, right) => far(left) - far(right))[0] ?? ratios[0]!;
  const longest = Math.max(Number(width), Number(height));
  return { ratio, size: longest > 2816 ? '4K' : longest > 1792 ? '2K' : undefined };
}
