/** OpenAI's images API to Amazon's own picture models (Titan Image Generator, Nova Canvas), which are invoked without Converse. */
import { asNumber, asString, compact, type JsonObject, parseObject } from '../../json.ts';
import { TranslationError } from '../provider.ts';

const DEFAULT_PIXELS = 1024;

/** Throws TranslationError. */
export function toTextImage(body: JsonObject): JsonObject {
  const text = asString(body.prompt);
  if (!text) throw new TranslationError('missing prompt in request', 400);
  const size = /^(\d+)x(\d+)$/.exec(asString(body.size) ?? '');
  return {
    taskType: 'TEXT_IMAGE',
    textToImageParams: { text },
    imageGenerationConfig: compact({
      numberOfImages: asNumber(body.n) ?? 1,
      width: size ? Number(size[1]) : DEFAULT_PIXELS,
      height: size ? Number(size[2]) : DEFAULT_PIXELS,
      quality: quality(asString(body.quality)),
    }),
  };
}

/** Amazon knows `standard` and `premium`. */
function quality(asked: string | undefined): string | undefined {
  if (asked === 'hd' || asked === 'high') return 'premium';
  if (asked === 'low' || asked === 'medium') return 'standard';
  return asked === '' || asked === 'auto' ? undefined : asked;
}

/** `created`: seconds since 1970. Throws TranslationError. */
export function fromTextImage(text: string, created: number): JsonObject {
  const answer = parseObject(text);
  if (!answer) throw new TranslationError('the answer of the vendor is not a JSON object');
  const images = Array.isArray(answer.images) ? answer.images.filter((image) => typeof image === 'string') : [];
  if (images.length === 0) throw new TranslationError(asString(answer.error) ?? 'the vendor made no image');
  return { created, data: images.map((b64_json) => ({ b64_json })) };
}
