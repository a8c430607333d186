/** What the client gets in place of a blocked question or answer. */

import { writeSse } from '#lib/sse.ts';
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import type { DataMaskingConfig } from './config.ts';

export interface Denial {
  readonly contentType: string;
  readonly body: string;
}

export function chatDenial({ message }: DataMaskingConfig): Denial {
  const choice = { index: 0, message: { role: 'assistant', content: message } };
  return { contentType: 'application/json', body: JSON.stringify({ choices: [choice], usage: {} }) };
}

export function streamDenial(config: DataMaskingConfig): Denial {
  return { contentType: 'text/event-stream;charset=UTF-8', body: writeSse(denialEvent(config, 0)) };
}

export function denialEvent({ message }: DataMaskingConfig, index: number): SseEvent {
  const choice = { index, delta: { role: 'assistant', content: message } };
  return { data: JSON.stringify({ choices: [choice], usage: {} }) };
}

export function rawDenial({ contentType, rawMessage }: DataMaskingConfig): Denial {
  return { contentType, body: rawMessage };
}
