/** The text of an OpenAI message, for vendors that know nothing else. */
import { asString, objectsOf } from '../json.ts';

export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => asString(part.text) ?? '')
    .join('');
}
