/** Embeddings of Vertex AI: `predict` with one instance per text. */
import { asNumber, asObject, type JsonObject, objectsOf } from '../../json.ts';
import { embeddingList, inputTexts, numbers } from '../gemini/embeddings.ts';
import { readAnswer } from '../gemini/from-gemini.ts';

export function toInstances(body: JsonObject): JsonObject {
  const dimensions = asNumber(body.dimensions);
  return {
    instances: inputTexts(body).map((content) => ({ content })),
    ...(dimensions === undefined ? {} : { parameters: { outputDimensionality: dimensions } }),
  };
}

export function fromPredictions(text: string, model: string, base64: boolean): JsonObject {
  const found = objectsOf(readAnswer(text).predictions).map(({ embeddings }) => asObject(embeddings));
  const tokens = found.reduce((sum, one) => sum + (asNumber(asObject(one?.statistics)?.token_count) ?? 0), 0);
  return embeddingList(
    found.map((one) => numbers(one?.values)),
    model,
    tokens,
    base64,
  );
}
