/** Chat completions. */
import { asArray, asObject, type JsonObject } from '#ai/json.ts';
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { messagePlaces, type Place } from '../places.ts';
import { ChatStream, deniedChunk } from './chat-stream.ts';
import type { BodyFormat } from './format.ts';

export const chatFormat: BodyFormat = {
  requestPlaces: ({ messages }) =>
    (asArray(messages) ?? []).flatMap((message, index) => messagePlaces(message, ['messages', String(index)])),
  answerPlaces,
  stream: (deny, masks) => new ChatStream(deny, masks),
  denial: (message) => ({ choices: [{ index: 0, message: { role: 'assistant', content: message } }], usage: {} }),
  streamedDenial: (message): readonly SseEvent[] => [deniedChunk(message, 0)],
};

function answerPlaces({ choices }: JsonObject): readonly Place[] {
  return (asArray(choices) ?? []).flatMap((choice, index) =>
    messagePlaces(asObject(choice)?.message, ['choices', String(index), 'message']),
  );
}
