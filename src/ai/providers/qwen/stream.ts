/** Qwen's native events to OpenAI chunks. With tools every event repeats what was said before; the difference is what leaves. */
import { asObject, asString, objectsOf } from '../../json.ts';
import type { ChatMessage, Envelope, ToolCall } from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import { chatStream } from '../chat-stream.ts';
import { textOf } from '../chat-text.ts';
import { finishOf, toolCalls, usageOf } from './from-qwen.ts';
import type { ReasoningMode } from './keys.ts';

export interface QwenStreamOptions {
  readonly mode: ReasoningMode;
  readonly cumulative: boolean;
}

export function qwenStream(envelope: Envelope, { mode, cumulative }: QwenStreamOptions): StreamStep {
  const newContent = news(cumulative);
  const newReasoning = news(cumulative);
  const newCalls = callNews(cumulative);
  const place = placeReasoning(mode);
  return chatStream(envelope, (message, event) => {
    const output = asObject(message.output);
    if (!output) {
      const failed = event.event === 'error' || message.code !== undefined;
      return failed ? { error: asString(message.message) ?? 'the vendor ended the stream with an error' } : undefined;
    }
    const choice = objectsOf(output.choices)[0];
    const said = asObject(choice?.message);
    const finish = finishOf(choice?.finish_reason);
    const content = newContent(textOf(said?.content));
    const reasoning = newReasoning(asString(said?.reasoning_content) ?? '');
    const tool_calls = newCalls(toolCalls(said?.tool_calls), finish !== undefined);
    const delta: ChatMessage = {
      ...place(content, reasoning, finish !== undefined),
      ...(tool_calls.length > 0 ? { tool_calls } : {}),
    };
    return {
      id: asString(message.request_id),
      delta: Object.keys(delta).length > 0 ? delta : undefined,
      finish,
      usage: usageOf(message.usage),
    };
  });
}

function news(cumulative: boolean): (text: string) => string {
  let sent = '';
  return (text) => {
    if (!cumulative) return text;
    const fresh = text.startsWith(sent) ? text.slice(sent.length) : '';
    sent += fresh;
    return fresh;
  };
}

/** A call leaves with its name and id once it has arguments, or at the end when it has none. */
function callNews(cumulative: boolean): (calls: readonly ToolCall[], last: boolean) => readonly ToolCall[] {
  const open = new Map<number, { id: string; name: string; text: string; sent: number | undefined }>();
  const take = (call: ToolCall): void => {
    const index = call.index ?? 0;
    const known = open.get(index) ?? { id: '', name: '', text: '', sent: undefined };
    const fresh = call.function.arguments;
    const text = cumulative ? (fresh.startsWith(known.text) ? fresh : known.text) : known.text + fresh;
    open.set(index, { ...known, id: call.id || known.id, name: call.function.name || known.name, text });
  };
  return (calls, last) => {
    for (const call of calls) take(call);
    return [...open].flatMap(([index, call]): readonly ToolCall[] => {
      const rest = call.text.slice(call.sent ?? 0);
      const whole = call.sent === undefined;
      if (rest === '' && !(whole && last)) return [];
      open.set(index, { ...call, sent: call.text.length });
      return whole
        ? [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: rest } }]
        : [{ index, function: { arguments: rest } }];
    });
  };
}

/** Mode concat: tags around the reasoning, all in `content`. */
function placeReasoning(mode: ReasoningMode): (content: string, reasoning: string, last: boolean) => ChatMessage {
  let thinking = false;
  return (content, reasoning, last) => {
    if (mode !== 'concat') {
      return {
        ...(mode === 'passthrough' && reasoning !== '' ? { reasoning_content: reasoning } : {}),
        ...(content === '' ? {} : { content }),
      };
    }
    let text = '';
    if (reasoning !== '') {
      text += thinking ? reasoning : `<think>${reasoning}`;
      thinking = true;
    }
    if (thinking && (content !== '' || last)) {
      text += '</think>\n';
      thinking = false;
    }
    text += content;
    return text === '' ? {} : { content: text };
  };
}
