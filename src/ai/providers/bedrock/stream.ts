/** ConverseStream events to OpenAI chunks. What an event is shows in its members. Block numbers become tool numbers, counted from 0. */
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { openaiError, readVendorError } from '../../errors.ts';
import { asNumber, asObject, asString, type JsonObject, parseObject } from '../../json.ts';
import {
  type ContentFrame,
  contentFrame,
  DONE,
  deltaChunk,
  type Envelope,
  jsonEvent,
  usageChunk,
} from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import { EXCEPTION } from './event-stream.ts';
import { finishReason } from './from-converse.ts';
import { toChatUsage } from './usage.ts';

/** The shape of nearly all events, as Bedrock writes it (`p` is padding); the group is the JSON text of a string. */
const TEXT_DELTA = /^\{"contentBlockIndex":\d+,"delta":\{"text":("(?:[^"\\\p{Cc}]|\\.)*")\}(?:,"p":"\w*")?\}$/u;

const BROKEN_OFF = 'the vendor ended the stream before its last event';

export function converseStream(envelope: Envelope): StreamStep {
  let stopped = false;
  let closed = false;
  let frame: ContentFrame | undefined;
  const toolOfBlock = new Map<number, number>();

  const close = (events: readonly SseEvent[]): readonly SseEvent[] => {
    if (closed) return [];
    closed = true;
    return [...events, DONE];
  };
  const fail = (data: string) => close([jsonEvent(openaiError(readVendorError(data, 500)))]);

  const startTool = (index: number, use: JsonObject): readonly SseEvent[] => {
    const tool = toolOfBlock.size;
    toolOfBlock.set(index, tool);
    const called = { name: asString(use.name) ?? '', arguments: '' };
    const call = { index: tool, id: asString(use.toolUseId) ?? '', type: 'function' as const, function: called };
    return [deltaChunk(envelope, { tool_calls: [call] }, null)];
  };

  const delta = (index: number, part: JsonObject): readonly SseEvent[] => {
    const content = asString(part.text);
    if (content !== undefined) return [deltaChunk(envelope, { content }, null)];
    const thinking = asString(asObject(part.reasoningContent)?.text);
    if (thinking !== undefined) return [deltaChunk(envelope, { reasoning_content: thinking }, null)];
    const input = asString(asObject(part.toolUse)?.input);
    const tool = toolOfBlock.get(index);
    if (input === undefined || tool === undefined) return [];
    return [deltaChunk(envelope, { tool_calls: [{ index: tool, function: { arguments: input } }] }, null)];
  };

  const read = (message: JsonObject): readonly SseEvent[] => {
    const index = asNumber(message.contentBlockIndex) ?? 0;
    const part = asObject(message.delta);
    if (part) return delta(index, part);
    const use = asObject(asObject(message.start)?.toolUse);
    if (use) return startTool(index, use);
    if (typeof message.role === 'string') return [deltaChunk(envelope, { role: message.role, content: '' }, null)];
    if (message.stopReason !== undefined) {
      stopped = true;
      return [deltaChunk(envelope, {}, finishReason(message.stopReason))];
    }
    return asObject(message.usage) ? [usageChunk(envelope, toChatUsage(message.usage))] : [];
  };

  return {
    next(event) {
      if (closed || event.data === undefined) return [];
      if (event.event === EXCEPTION) return fail(event.data);
      const text = TEXT_DELTA.exec(event.data)?.[1];
      if (text !== undefined) {
        frame ??= contentFrame(envelope);
        return [{ data: frame.before + text + frame.after }];
      }
      const message = parseObject(event.data);
      return message ? read(message) : [];
    },
    end: () => (stopped ? close([]) : fail(BROKEN_OFF)),
  };
}
