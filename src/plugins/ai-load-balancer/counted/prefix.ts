/** The prompt as keys: one for each block, each standing for all of the prompt up to there. */
import { createHash } from 'node:crypto';
import { toText } from '#lib/gjson.ts';

interface Message {
  readonly role?: unknown;
  readonly content?: unknown;
}

/** A block ends at every message of the user and at the end. Undefined when a message lacks role or content, or there is none. */
export function prefixKeys(messages: unknown): readonly string[] | undefined {
  if (!Array.isArray(messages) || messages.length === 0) return undefined;
  const keys: string[] = [];
  let text = '';
  let before = Buffer.alloc(20);
  for (const [index, message] of (messages as readonly (Message | null)[]).entries()) {
    if (message?.role === undefined || message.content === undefined) return undefined;
    const role = toText(message.role);
    text += `${role}:${toText(message.content)}`;
    if (role !== 'user' && index < messages.length - 1) continue;
    const own = createHash('sha1').update(text).digest();
    before = Buffer.from(own.map((byte, at) => byte ^ before[at]!));
    keys.push(before.toString('hex').toUpperCase());
    text = '';
  }
  return keys;
}
