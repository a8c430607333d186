import { asArray, type JsonObject } from '#ai/json.ts';
import { chatFormat } from './chat.ts';
import type { BodyFormat } from './format.ts';
import { messagesFormat } from './messages.ts';
import { responsesFormat } from './responses.ts';

/** By the path that the client asked for (with or without query) and what stands in the body. */
export function formatOf(path: string, { messages, input }: JsonObject): BodyFormat | undefined {
  const bare = path.split('?', 1)[0] ?? '';
  if (asArray(messages) !== undefined) {
    return /\/messages(\/count_tokens)?$/.test(bare) ? messagesFormat : chatFormat;
  }
  const asked = typeof input === 'string' || asArray(input) !== undefined;
  return asked && bare.endsWith('/responses') ? responsesFormat : undefined;
}
