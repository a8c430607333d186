/** Anthropic event stream to OpenAI chunks. Block numbers become tool numbers, counted from 0; choices are always number 0. */
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { openaiError, readVendorError } from '../../errors.ts';
import { asNumber, asObject, asString, type JsonObject, parseObject } from '../../json.ts';
import { DONE, deltaChunk, type Envelope, jsonEvent, usageChunk } from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import { type BlockCopy, blockCopy, type DeltaKind, isDeltaKind, readDelta } from './copies.ts';
import { finishReason } from './from-claude.ts';
import { type ClaudeUsage, mergeUsage, toChatUsage } from './usage.ts';

const BROKEN_OFF = 'the vendor ended the stream before its last event';

/** `created`: seconds since 1970 for all chunks of the answer. */
export function claudeStream(created: number): StreamStep {
  let envelope: Envelope = { id: '', model: '', created };
  let usage: ClaudeUsage = {};
  let closed = false;
  /** Of the block whose deltas come. */
  let copy: BlockCopy | undefined;
  let named = false;
  const toolOfBlock = new Map<number, number>();

  const close = (events: readonly SseEvent[]): readonly SseEvent[] => {
    if (closed) return [];
    closed = true;
    return [...events, DONE];
  };
  const fail = (data: string): readonly SseEvent[] =>
    closed ? [] : close([jsonEvent(openaiError(readVendorError(data, 500)))]);

  const start = (message: JsonObject): readonly SseEvent[] => {
    const tier = asString(asObject(message.usage)?.service_tier);
    copy = undefined;
    envelope = {
      id: asString(message.id) ?? '',
      model: asString(message.model) ?? '',
      created,
      ...(tier === undefined ? {} : { serviceTier: tier }),
    };
    usage = mergeUsage(usage, message.usage);
    return [deltaChunk(envelope, { role: 'assistant', content: '' }, null)];
  };

  const copyOf = (block: { readonly index: number; readonly kind: DeltaKind }): BlockCopy => {
    if (copy?.index !== block.index || copy.kind !== block.kind) {
      copy = blockCopy(block, envelope, toolOfBlock.get(block.index), named);
    }
    return copy;
  };

  const startBlock = (index: number, block: JsonObject): readonly SseEvent[] => {
    if (block.type === 'tool_use') {
      const tool = toolOfBlock.size;
      toolOfBlock.set(index, tool);
      copy = undefined;
      copyOf({ index, kind: 'tool_use' });
      const called = { name: asString(block.name) ?? '', arguments: '' };
      const call = { index: tool, id: asString(block.id) ?? '', type: 'function' as const, function: called };
      return [deltaChunk(envelope, { tool_calls: [call] }, null)];
    }
    if (isDeltaKind(block.type)) copyOf({ index, kind: block.type });
    const text = asString(block.text) ?? '';
    return block.type === 'text' && text !== '' ? [deltaChunk(envelope, { content: text }, null)] : [];
  };

  const delta = (index: number, part: JsonObject): readonly SseEvent[] => {
    switch (part.type) {
      case 'text_delta':
        return [deltaChunk(envelope, { content: asString(part.text) ?? '' }, null)];
      case 'thinking_delta':
        return [deltaChunk(envelope, { reasoning_content: asString(part.thinking) ?? '' }, null)];
      case 'input_json_delta': {
        const tool = toolOfBlock.get(index);
        const piece = { arguments: asString(part.partial_json) ?? '' };
        return tool === undefined
          ? []
          : [deltaChunk(envelope, { tool_calls: [{ index: tool, function: piece }] }, null)];
      }
      default:
        return [];
    }
  };

  return {
    next(event) {
      if (closed || event.data === undefined) return [];
      named = event.event !== undefined;
      const copied = readDelta(event.data);
      if (copied) {
        const { frame } = copyOf(copied);
        return frame ? [{ data: frame.before + copied.string + frame.after }] : [];
      }
      const message = parseObject(event.data);
      if (!message) return [];
      switch (message.type) {
        case 'message_start':
          return start(asObject(message.message) ?? {});
        case 'content_block_start':
          return startBlock(asNumber(message.index) ?? 0, asObject(message.content_block) ?? {});
        case 'content_block_delta':
          return delta(asNumber(message.index) ?? 0, asObject(message.delta) ?? {});
        case 'message_delta': {
          usage = mergeUsage(usage, message.usage);
          const reason = finishReason(asObject(message.delta)?.stop_reason);
          return reason === null ? [] : [deltaChunk(envelope, {}, reason)];
        }
        case 'message_stop':
          return close([usageChunk(envelope, toChatUsage(usage))]);
        case 'error':
          return fail(event.data);
        default:
          return [];
      }
    },
    copiesBehind: '"content_block_start"',
    copies: () => (closed ? undefined : copy?.rules),
    // What was used so far counts, whatever became of the answer.
    end: () => {
      if (closed) return [];
      const used = Object.keys(usage).length > 0 ? [usageChunk(envelope, toChatUsage(usage))] : [];
      return close([...used, jsonEvent(openaiError(readVendorError(BROKEN_OFF, 500)))]);
    },
  };
}
