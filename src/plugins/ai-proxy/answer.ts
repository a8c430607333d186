/** Brings a vendor's answer into the caller's language. Made for one request. */
import { anthropicError, openaiError, readVendorError } from '#ai/errors.ts';
import { type JsonObject, parseObject } from '#ai/json.ts';
import { fromOpenai } from '#ai/messages-front/from-openai.ts';
import { messagesStream } from '#ai/messages-front/stream.ts';
import { promoteThinking, promoteThinkingStep } from '#ai/promote-thinking.ts';
import {
  type FrameReader,
  type Provider,
  type Translation,
  TranslationError,
  type VendorAnswer,
} from '#ai/providers/provider.ts';
import type { ProviderSettings } from '#ai/providers/settings.ts';
import { chainSteps, type StreamStep } from '#ai/stream.ts';

export interface AnswerPlan {
  readonly provider: Provider;
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
  const reads = translation?.response !== undefined || translation?.stream !== undefined;
  return reads || mendStream || promote || front ? { provider, translation, mendStream, promote, front } : undefined;
}

export function framesOf(plan: AnswerPlan, answer: VendorAnswer): FrameReader | undefined {
  return answer.status === 200 ? plan.translation?.frames?.(answer) : undefined;
}

export function answerSteps(plan: AnswerPlan, answer: VendorAnswer): StreamStep {
  const steps: StreamStep[] = [];
  const translated = plan.translation?.stream?.(answer);
  if (translated) steps.push(translated);
  if (plan.mendStream) steps.push(plan.mendStream());
  if (plan.promote) steps.push(promoteThinkingStep());
  if (plan.front) steps.push(messagesStream());
  return chainSteps(steps);
}

export interface ConvertedAnswer {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A whole answer with status 200. Undefined = unchanged. Throws TranslationError. */
export function convertAnswer(plan: AnswerPlan, body: Buffer, answer: VendorAnswer): ConvertedAnswer | undefined {
  if (!plan.translation?.response && !plan.promote && !plan.front) return undefined;
  const text = body.toString('utf8');
  const translated = plan.translation?.response?.(text, answer);
  let document = translated ? translated.body : parseObject(text);
  if (!document) throw new TranslationError('the answer of the vendor is not a JSON object');
  if (plan.promote) document = promoteThinking(document);
  if (plan.front) document = fromOpenai(document);
  return { body: JSON.stringify(document), headers: { ...translated?.headers, ...JSON_TYPE } };
}

export const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** An answer with another status: the caller's error shape around the vendor's text. Undefined = it has that shape already. */
export function convertError(plan: AnswerPlan, body: Buffer, status: number): string | undefined {
  if (!plan.translation && !plan.front) return undefined;
  const text = body.toString('utf8');
  const error = plan.provider.readError?.(text, status) ?? readVendorError(text, status);
  return JSON.stringify(shapedError(plan, error));
}

export function shapedError(plan: AnswerPlan, error: Parameters<typeof openaiError>[0]): JsonObject {
  return (plan.front ? anthropicError(error) : openaiError(error)) as JsonObject;
}
