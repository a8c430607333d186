/** Files that qwen-long reads are named in a system message of their own, behind the one that says what the model is. */
import { asString, type JsonObject } from '../../json.ts';
import { textOf } from '../chat-text.ts';

const NEUTRAL = 'You are a helpful assistant.';

export function addFileIds(
  messages: readonly JsonObject[],
  model: string | undefined,
  fileIds: readonly string[],
): readonly JsonObject[] {
  if (fileIds.length === 0 || asString(model) !== 'qwen-long') return messages;
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => textOf(content));
  return [
    { role: 'system', content: system.length > 0 ? system.join('\n') : NEUTRAL },
    { role: 'system', content: fileIds.map((id) => `fileid://${id}`).join(',') },
    ...messages.filter(({ role }) => role !== 'system'),
  ];
}
