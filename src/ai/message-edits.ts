/** Edits of the `messages` of an OpenAI chat body. Each returns the same array when it has nothing to do. */
import { asObject, asString, type JsonObject } from './json.ts';

type Messages = readonly unknown[];

/** The last user message whose text is one of the commands removes itself and everything before it except system messages. */
export function cleanUp(messages: Messages, commands: readonly string[]): Messages {
  const at = messages.findLastIndex((entry) => {
    const message = asObject(entry);
    return message?.role === 'user' && commands.includes(asString(message.content) ?? '\0');
  });
  if (at < 0) return messages;
  return messages.filter((entry, index) => index > at || asObject(entry)?.role === 'system');
}

/** Neighbouring user or assistant messages become one. Messages with tool calls stay apart: their answers must follow them. */
export function mergeConsecutive(messages: Messages): Messages {
  const out: unknown[] = [];
  for (const entry of messages) {
    const last = asObject(out.at(-1));
    const message = asObject(entry);
    if (last && message && mergeable(last, message))
      out[out.length - 1] = { ...last, content: join(last.content, message.content) };
    else out.push(entry);
  }
  return out.length === messages.length ? messages : out;
}

function mergeable(left: JsonObject, right: JsonObject): boolean {
  return (
    left.role === right.role &&
    (left.role === 'user' || left.role === 'assistant') &&
    left.tool_calls === undefined &&
    right.tool_calls === undefined
  );
}

function join(left: unknown, right: unknown): unknown {
  if (typeof left === 'string' && typeof right === 'string') return `${left}\n\n${right}`;
  return [...parts(left), ...parts(right)];
}

function parts(content: unknown): readonly unknown[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content : [];
}

/** Vendors other than OpenAI know no `developer` role. */
export function developerToSystem(messages: Messages): Messages {
  if (!messages.some((entry) => asObject(entry)?.role === 'developer')) return messages;
  return messages.map((entry) => {
    const message = asObject(entry);
    return message?.role === 'developer' ? { ...message, role: 'system' } : entry;
  });
}

/** Inserts a system message behind the leading system messages. */
export function insertContext(messages: Messages, text: string): Messages {
  const at = messages.findIndex((entry) => asObject(entry)?.role !== 'system');
  const index = at < 0 ? messages.length : at;
  return [...messages.slice(0, index), { role: 'system', content: text }, ...messages.slice(index)];
}
