/** Brings a vendor's answer into the caller's language. Made for one request. */
import { anthropicError, openaiError, readVendorError } from '#ai/errors.ts';
import { type JsonObject, parseObject } from '#ai/json.ts';
import { fromOpenai } from '#ai/messages-front/from-openai.ts';
import { messagesStream } from '#ai/messages-front/stream.ts';
import { promoteThinking, promoteThinkingStep } from '#ai/promote-thinking.ts';
import { type Provider, type Translation, TranslationError } from '#ai/providers/provider.ts';
import type { ProviderSettings } from '#ai/providers/settings.ts';
import { chainSteps, type StreamStep } from '#ai/stream.ts';

export interface AnswerPlan {
  readonly translation: Translation | undefined;
  readonly mendStream: (() => StreamStep) | undefined;
  readonly promote: boolean;
  readonly front: boolean;
}

/** Undefined: the answer passes untouched and need not be read. */
export function planAnswer(
  provider: Provider,
  settings: ProviderSettings,
  translation: Translation | undefined,
  chat: boolean,
  front: boolean,
): AnswerPlan | undefined {
  const promote = chat && settings.promoteThinkingOnEmpty;
  const mendStream = chat ? provider.mendStream : undefined;
  return translation || mendStream || promote || front ? { translation, mendStream, promote, front } : undefined;
}

export function answerSteps(plan: AnswerPlan): StreamStep {
  const steps: StreamStep[] = [];
  if (plan.translation) steps.push(plan.translation.stream());
  if (plan.mendStream) steps.push(plan.mendStream());
  if (plan.promote) steps.push(promoteThinkingStep());
  if (plan.front) steps.push(messagesStream());
  return chainSteps(steps);
}

/** A whole answer with status 200. Undefined = unchanged. Throws TranslationError. */
export function convertAnswer(plan: AnswerPlan, body: Buffer): string | undefined {
  if (!plan.translation && !plan.promote && !plan.front) return undefined;
  const text = body.toString('utf8');
  let answer = plan.translation ? plan.translation.response(text) : parseObject(text);
  if (!answer) throw new TranslationError('the answer of the vendor is not a JSON object');
  if (plan.promote) answer = promoteThinking(answer);
  if (plan.front) answer = fromOpenai(answer);
  return JSON.stringify(answer);
}

/** An answer with another status: the caller's error shape around the vendor's text. Undefined = it has that shape already. */
export function convertError(plan: AnswerPlan, body: Buffer, status: number): string | undefined {
  if (!plan.translation && !plan.front) return undefined;
  const error = readVendorError(body.toString('utf8'), status);
  return JSON.stringify(shapedError(plan, error));
}

export function shapedError(plan: AnswerPlan, error: Parameters<typeof openaiError>[0]): JsonObject {
  return (plan.front ? anthropicError(error) : openaiError(error)) as JsonObject;
}
