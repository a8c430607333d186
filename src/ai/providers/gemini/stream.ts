/**
 * Gemini's event stream to OpenAI chunks: each event becomes one chunk, the finish reason leaves with the text of its event. The vendor counts
 * tokens in every event and sends no end mark: the last figures leave at the end, before `[DONE]`.
 */
import { JSON_STRING } from '#lib/json-text.ts';
import { ANY_DIGITS, type CopyRule, type SseEvent } from '#plugin-sdk/hooks.ts';
import { openaiError } from '../../errors.ts';
import { asNumber, asObject, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import {
  type ChatMessage,
  type ContentFrame,
  choicesChunk,
  contentFrame,
  type DeltaChoice,
  DONE,
  type Envelope,
  jsonEvent,
  usageChunk,
} from '../../openai.ts';
import type { StreamStep } from '../../stream.ts';
import {
  blockReason,
  contentOf,
  finishReason,
  imageMembers,
  logprobsOf,
  readCandidate,
  type Said,
} from './candidate.ts';
import { errorOf } from './errors.ts';
import { envelopeOf, type FromGeminiOptions } from './from-gemini.ts';
import { toChatUsage } from './usage.ts';

/** The shape of nearly all events: one text of the only candidate, which goes on. The groups are what is before the JSON text of the string, that, and what is behind it. */
const TEXT_EVENT = new RegExp(
  String.raw`^(\{\s*"candidates":\s*\[\s*\{\s*"content":\s*\{\s*"parts":\s*\[\s*\{\s*"text":\s*)(?!"")(${JSON_STRING})(\s*\}\s*\],\s*"role":\s*"model"\s*\}(?:,\s*"index":\s*0)?\s*\}\s*\],\s*"usageMetadata":)`,
);
/** The vendor counts on in every event. */
const COUNTS = /(?<=": ?)\d+(?=[,}])/g;

const BROKEN_OFF = 'the vendor ended the stream before its last event';

/** What is known of one candidate so far. */
interface Progress {
  started: boolean;
  calls: number;
  /** Inside `<think>`. */
  thinking: boolean;
  text: boolean;
}

export function geminiStream(options: FromGeminiOptions): StreamStep {
  const tags = options.dialect.thoughts === 'tags';
  const progress = new Map<number, Progress>();
  let envelope: Envelope | undefined;
  let usage: unknown;
  /** An event whose usage was not read yet. */
  let unread: string | undefined;
  /** The last event that was one text, or might have been. */
  let last: string | undefined;
  let frame: ContentFrame | undefined;
  let finished = false;
  let closed = false;

  const close = (events: readonly SseEvent[]): readonly SseEvent[] => {
    if (closed) return [];
    closed = true;
    if (unread !== undefined) usage = parseObject(unread)?.usageMetadata ?? usage;
    const counted = toChatUsage(usage);
    const told = counted && envelope ? [usageChunk(envelope, counted)] : [];
    return [...told, ...events, DONE];
  };
  const fail = (message: string, type = 'api_error', code: string | null = null): readonly SseEvent[] =>
    close([jsonEvent(openaiError({ message, type, code }))]);

  const choice = (candidate: JsonObject, position: number): DeltaChoice => {
    const index = asNumber(candidate.index) ?? position;
    const known = progress.get(index) ?? { started: false, calls: 0, thinking: false, text: false };
    progress.set(index, known);
    const said = readCandidate(candidate, known.calls, options.newId);
    known.calls += said.calls.length;
    const reason = finishReason(candidate.finishReason, known.calls > 0);
    if (reason !== null) finished = true;
    const delta = deltaOf(said, known, tags, reason !== null);
    return { index, delta, finish_reason: reason, logprobs: logprobsOf(candidate) };
  };

  /** Where the texts of the only candidate go, as long as they stand alone in their chunks. */
  const frameOf = (): ContentFrame | undefined => {
    const known = progress.get(0);
    if (!envelope || !known?.text || known.thinking) return undefined;
    frame ??= contentFrame(envelope);
    return frame;
  };

  return {
    copiesBehind: '"candidates"',
    copies: () => {
      const becomes = closed ? undefined : frameOf();
      return becomes && copyRules(last, becomes);
    },
    copied(event) {
      unread = event.data;
    },
    next(event) {
      if (closed || event.data === undefined) return [];
      last = event.data;
      const around = frameOf();
      const text = around && TEXT_EVENT.exec(event.data)?.[2];
      if (text !== undefined) {
        unread = event.data;
        return [{ data: around!.before + text + around!.after }];
      }
      const answer = parseObject(event.data);
      if (!answer) return [];
      if (answer.error !== undefined) {
        const error = errorOf(answer);
        return fail(error?.message ?? event.data, error?.type, error?.code);
      }
      envelope ??= envelopeOf(answer, options);
      if (asObject(answer.usageMetadata)) {
        usage = answer.usageMetadata;
        unread = undefined;
      }
      const choices = objectsOf(answer.candidates).map(choice);
      if (choices.length > 0) return [choicesChunk(envelope, choices)];
      const blocked = blockReason(answer);
      if (blocked === undefined || finished) return [];
      finished = true;
      const delta: ChatMessage = { role: 'assistant', refusal: blocked };
      return [choicesChunk(envelope, [{ index: 0, delta, finish_reason: 'content_filter', logprobs: null }])];
    },
    end: () => (finished ? close([]) : fail(BROKEN_OFF)),
  };
}

/** Events that are like the one that came last, but for the text and the counts. */
function copyRules(data: string | undefined, becomes: ContentFrame): readonly CopyRule[] | undefined {
  const [whole = '', before, string, behind] = TEXT_EVENT.exec(data ?? '') ?? [];
  if (data === undefined || before === undefined || string === undefined || behind === undefined) return undefined;
  const after = behind + data.slice(whole.length).replace(COUNTS, ANY_DIGITS);
  return [{ before, after, becomes, notEmpty: true, remember: true }];
}

function deltaOf(said: Said, known: Progress, tags: boolean, last: boolean): ChatMessage {
  const content = known.text ? said.text : contentOf(said);
  if (said.text !== '') known.text = true;
  const written = tags ? tagged(said.thoughts, content, known, said.calls.length > 0 || last) : content;
  const first = known.started ? {} : { role: 'assistant' };
  known.started = true;
  return {
    ...first,
    ...(written === '' ? {} : { content: written }),
    ...(said.thoughts === '' || tags ? {} : { reasoning_content: said.thoughts }),
    ...(said.calls.length > 0 ? { tool_calls: said.calls } : {}),
    ...imageMembers(said.images),
  };
}

/** Thoughts stand between tags, which may lie in different chunks. `over`: nothing more is thought. */
function tagged(thoughts: string, content: string, known: Progress, over: boolean): string {
  let out = '';
  if (thoughts !== '') {
    if (!known.thinking) out += '<think>';
    known.thinking = true;
    out += thoughts;
  }
  if (known.thinking && (content !== '' || over)) {
    known.thinking = false;
    out += '</think>';
  }
  return out + content;
}
