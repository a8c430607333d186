/** The vendor's list of models as OpenAI's. */
import { asString, type JsonObject, objectsOf } from '../../json.ts';
import { readAnswer } from './from-gemini.ts';
import { bareModel } from './to-gemini.ts';

export function fromModels(text: string): JsonObject {
  const models = objectsOf(readAnswer(text).models);
  return {
    object: 'list',
    data: models.map((model) => ({
      id: bareModel(asString(model.name) ?? ''),
      object: 'model',
      created: 0,
      owned_by: 'google',
    })),
  };
}
