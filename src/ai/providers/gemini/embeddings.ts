/** Embeddings: OpenAI's request and answer, for the vectors of either Google API. */
import { asArray, asNumber, asString, compact, type JsonObject, objectsOf } from '../../json.ts';
import { TranslationError } from '../provider.ts';
import { readAnswer } from './from-gemini.ts';

/** Texts to embed. Throws TranslationError for lists of tokens, which only OpenAI's own tokenizer can read. */
export function inputTexts(body: JsonObject): readonly string[] {
  const { input } = body;
  if (typeof input === 'string') return [input];
  const texts = asArray(input);
  if (!texts || texts.length === 0) throw new TranslationError('missing input in request');
  if (!texts.every((text) => typeof text === 'string')) {
    throw new TranslationError('input must be a text or a list of texts; token lists cannot be translated', 400);
  }
  return texts as readonly string[];
}

export function toBatchEmbed(body: JsonObject, model: string): JsonObject {
  const outputDimensionality = asNumber(body.dimensions);
  return {
    requests: inputTexts(body).map((text) =>
      compact({ model: `models/${model}`, content: { parts: [{ text }] }, outputDimensionality }),
    ),
  };
}

export function fromBatchEmbed(text: string, model: string, base64: boolean): JsonObject {
  const answer = readAnswer(text);
  const vectors = objectsOf(answer.embeddings).map(({ values }) => numbers(values));
  const tokens = asNumber((answer.usageMetadata as JsonObject | undefined)?.promptTokenCount) ?? 0;
  return embeddingList(vectors, model, tokens, base64);
}

/** OpenAI's own SDK asks for base64 of little-endian 32-bit floats and reads nothing else then. */
export function wantsBase64(body: JsonObject): boolean {
  return asString(body.encoding_format) === 'base64';
}

export function embeddingList(
  vectors: readonly (readonly number[])[],
  model: string,
  tokens: number,
  base64: boolean,
): JsonObject {
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: base64 ? floatsToBase64(vector) : vector,
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

export function numbers(values: unknown): readonly number[] {
  return (asArray(values) ?? []).filter((value) => typeof value === 'number');
}

function floatsToBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}
