/** Embeddings and rerank of Qwen's native interface. */
import { asNumber, asObject, asString, compact, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { TranslationError } from '../provider.ts';

export function toQwenEmbeddings({ model, input, dimensions }: JsonObject): JsonObject {
  return compact({
    model,
    input: { texts: Array.isArray(input) ? input : [input] },
    parameters: dimensions == null ? undefined : { dimension: dimensions },
  });
}

/** Throws TranslationError. */
export function fromQwenEmbeddings(text: string, model: string): JsonObject {
  const { output, usage } = read(text);
  const tokens = asNumber(usage?.total_tokens) ?? 0;
  return {
    object: 'list',
    data: objectsOf(output.embeddings).map(({ text_index, embedding }, at) => ({
      object: 'embedding',
      index: asNumber(text_index) ?? at,
      embedding,
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

export function toQwenRerank({ model, query, documents, top_n, return_documents }: JsonObject): JsonObject {
  const parameters = compact({ top_n: top_n ?? undefined, return_documents: return_documents ?? undefined });
  return { model, input: { query, documents }, parameters };
}

/** Throws TranslationError. */
export function fromQwenRerank(text: string): JsonObject {
  const { id, output, usage } = read(text);
  return compact({ id, results: objectsOf(output.results), usage });
}

function read(text: string) {
  const answer = parseObject(text);
  const output = asObject(answer?.output);
  if (!output) throw new TranslationError(asString(answer?.message) ?? 'the answer of the vendor has no "output"');
  return { id: asString(answer?.request_id) ?? '', output, usage: asObject(answer?.usage) };
}
