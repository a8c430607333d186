/** Gemini's generateContent answer to OpenAI chat completion: one choice per candidate. */
import { asNumber, asString, type JsonObject, objectsOf, parseObject } from '../../json.ts';
import { type ChatMessage, choicesCompletion, type Envelope, type MessageChoice } from '../../openai.ts';
import { TranslationError } from '../provider.ts';
import {
  blockReason,
  contentOf,
  finishReason,
  imageMembers,
  logprobsOf,
  readCandidate,
  type Said,
} from './candidate.ts';
import type { Dialect } from './dialect.ts';
import { errorOf } from './errors.ts';
import { toChatUsage } from './usage.ts';

export interface FromGeminiOptions {
  readonly dialect: Dialect;
  /** Model that was asked. */
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** A new UUID. */
  readonly newId: () => string;
}

/** The answer as JSON. Throws TranslationError for one that is none, or an error. */
export function readAnswer(text: string): JsonObject {
  const answer = parseObject(text);
  if (!answer) throw new TranslationError('the answer of the vendor is not a JSON object');
  if (answer.error !== undefined) {
    throw new TranslationError(errorOf(answer)?.message ?? 'the vendor reported an error without a message');
  }
  return answer;
}

export function fromGemini(text: string, options: FromGeminiOptions): JsonObject {
  const answer = readAnswer(text);
  const choices = objectsOf(answer.candidates).map((candidate, position) => choiceOf(candidate, position, options));
  const blocked = choices.length === 0 ? blockReason(answer) : undefined;
  const all = blocked === undefined ? choices : [refused(blocked)];
  return choicesCompletion(envelopeOf(answer, options), all, toChatUsage(answer.usageMetadata)) as JsonObject;
}

export function envelopeOf(answer: JsonObject, { dialect, model, created, newId }: FromGeminiOptions): Envelope {
  const named = dialect.keepsIds ? asString(answer.responseId) : undefined;
  return { id: named ?? `chatcmpl-${newId()}`, model, created };
}

function choiceOf(candidate: JsonObject, position: number, { dialect, newId }: FromGeminiOptions): MessageChoice {
  const said = readCandidate(candidate, 0, newId);
  return {
    index: asNumber(candidate.index) ?? position,
    message: messageOf(said, dialect),
    finish_reason: finishReason(candidate.finishReason ?? 'STOP', said.calls.length > 0),
    logprobs: logprobsOf(candidate),
  };
}

function messageOf(said: Said, dialect: Dialect): ChatMessage {
  const { thoughts, calls, images } = said;
  const tags = dialect.thoughts === 'tags' && thoughts !== '';
  const content = (tags ? `<think>${thoughts}</think>` : '') + contentOf(said);
  return {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    ...(thoughts === '' || tags ? {} : { reasoning_content: thoughts }),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...imageMembers(images),
  };
}

function refused(reason: string): MessageChoice {
  const message: ChatMessage = { role: 'assistant', content: null, refusal: reason };
  return { index: 0, message, finish_reason: 'content_filter', logprobs: null };
}
