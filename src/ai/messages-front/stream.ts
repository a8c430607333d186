/** OpenAI chunks to Anthropic's named events. Blocks come one after the other: pieces of a later tool call wait until the earlier one is closed. */
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { anthropicError, readVendorError } from '../errors.ts';
import { asNumber, asObject, asString, type JsonObject, objectsOf, parseObject } from '../json.ts';
import { isDone, jsonEvent } from '../openai.ts';
import type { StreamStep } from '../stream.ts';
import { anthropicUsage, reasoningOf, stopReason } from './from-openai.ts';

const BROKEN_OFF = 'the vendor ended the stream before its last event';

interface Tool {
  id: string;
  name: string;
  arguments: string;
}

type OpenBlock = { readonly kind: 'thinking' | 'text' } | { readonly kind: 'tool'; readonly tool: number };

export function messagesStream(): StreamStep {
  let started = false;
  let closed = false;
  let open: OpenBlock | undefined;
  let index = 0;
  let finish: string | null = null;
  let usage: JsonObject | undefined;
  /** Tool calls that wait for the open one, in order of arrival. */
  const waiting = new Map<number, Tool>();

  const named = (value: JsonObject): SseEvent => jsonEvent(value, asString(value.type));

  const start = (chunk: JsonObject): readonly SseEvent[] => {
    if (started) return [];
    started = true;
    const message = {
      id: asString(chunk.id) ?? '',
      type: 'message',
      role: 'assistant',
      content: [],
      model: asString(chunk.model) ?? '',
      stop_reason: null,
      stop_sequence: null,
      usage: anthropicUsage(asObject(chunk.usage)),
    };
    return [named({ type: 'message_start', message })];
  };

  const closeBlock = (): readonly SseEvent[] => {
    if (!open) return [];
    open = undefined;
    const event = named({ type: 'content_block_stop', index });
    index += 1;
    return [event];
  };

  const openBlock = (block: OpenBlock, content: JsonObject): readonly SseEvent[] => {
    const before = closeBlock();
    open = block;
    return [...before, named({ type: 'content_block_start', index, content_block: content })];
  };

  const piece = (delta: JsonObject): SseEvent => named({ type: 'content_block_delta', index, delta });

  const openTool = (number: number, tool: Tool): readonly SseEvent[] => [
    ...openBlock({ kind: 'tool', tool: number }, { type: 'tool_use', id: tool.id, name: tool.name, input: {} }),
    ...(tool.arguments === '' ? [] : [piece({ type: 'input_json_delta', partial_json: tool.arguments })]),
  ];

  const flushTools = (): readonly SseEvent[] => {
    const events = [...waiting].flatMap(([number, tool]) => openTool(number, tool));
    waiting.clear();
    return events;
  };

  const speak = (kind: 'thinking' | 'text', text: string): readonly SseEvent[] => {
    const events: SseEvent[] = [];
    if (open?.kind !== kind) {
      events.push(...flushTools());
      const content = kind === 'text' ? { type: kind, text: '' } : { type: kind, thinking: '', signature: '' };
      events.push(...openBlock({ kind }, content));
    }
    events.push(piece(kind === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text }));
    return events;
  };

  const call = (part: JsonObject): readonly SseEvent[] => {
    const number = asNumber(part.index) ?? 0;
    const called = asObject(part.function) ?? {};
    const text = asString(called.arguments) ?? '';
    if (open?.kind === 'tool' && open.tool === number) {
      return text === '' ? [] : [piece({ type: 'input_json_delta', partial_json: text })];
    }
    const tool = waiting.get(number) ?? { id: '', name: '', arguments: '' };
    tool.id ||= asString(part.id) ?? '';
    tool.name ||= asString(called.name) ?? '';
    tool.arguments += text;
    if (open?.kind === 'tool') {
      waiting.set(number, tool);
      return [];
    }
    return openTool(number, tool);
  };

  const close = (): readonly SseEvent[] => {
    if (closed) return [];
    closed = true;
    const delta = { stop_reason: finish ?? 'end_turn', stop_sequence: null };
    return [
      ...start({}),
      ...flushTools(),
      ...closeBlock(),
      named({ type: 'message_delta', delta, usage: anthropicUsage(usage) }),
      named({ type: 'message_stop' }),
    ];
  };

  const fail = (data: string): readonly SseEvent[] => {
    if (closed) return [];
    closed = true;
    return [named(anthropicError(readVendorError(data, 500)) as JsonObject)];
  };

  return {
    next(event) {
      if (closed || event.data === undefined) return [];
      if (isDone(event)) return close();
      const chunk = parseObject(event.data);
      if (!chunk) return [];
      if (chunk.error !== undefined) return fail(event.data);
      usage = asObject(chunk.usage) ?? usage;
      const choice = objectsOf(chunk.choices)[0];
      if (!choice) return [];
      const delta = asObject(choice.delta) ?? {};
      const events = [...start(chunk)];
      const thinking = reasoningOf(delta);
      if (thinking) events.push(...speak('thinking', thinking));
      const text = asString(delta.content);
      if (text) events.push(...speak('text', text));
      for (const part of objectsOf(delta.tool_calls)) events.push(...call(part));
      finish = stopReason(choice.finish_reason) ?? finish;
      return events;
    },
    end: () => (finish === null ? fail(BROKEN_OFF) : close()),
  };
}
