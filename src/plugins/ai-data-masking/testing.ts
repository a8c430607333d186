/** Chats and their streams for the tests. */

import { writeSse } from '#lib/sse.ts';
import type { SseEvent } from '#plugin-sdk/hooks.ts';
import { testPlugin } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import plugin from './plugin.ts';

export function harness(config: object) {
  const effective = effectiveConfig(config, undefined);
  if (effective === undefined) throw new Error('no configuration');
  return testPlugin(plugin, effective);
}

export const chat = (content: unknown, more: object = {}) =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more });

export const post = (body: string, path = '/v1/chat/completions') => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json' },
  body,
});

export const answer = (body: unknown, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

export const completion = (...messages: object[]) => ({
  id: 'c',
  choices: messages.map((message, index) => ({ index, message, finish_reason: 'stop' })),
  usage: { total_tokens: 3 },
});

/** One chunk as it is written on the wire. */
export const chunk = (index: number, delta: object, more: object = {}): string =>
  data({ id: 'c', object: 'chat.completion.chunk', choices: [{ index, delta, finish_reason: null, ...more }] });

export const data = (value: object): string => writeSse({ data: JSON.stringify(value) });
export const DONE = writeSse({ data: '[DONE]' });

export const stream = (...parts: readonly (string | Uint8Array)[]) => ({
  headers: { 'content-type': 'text/event-stream' },
  chunks: parts,
});

/** The texts of a stream by choice and member: `0 content`. */
export function textsOf(events: readonly SseEvent[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const { data: text } of events) {
    if (text === undefined || text === '[DONE]') continue;
    for (const { index, delta } of JSON.parse(text).choices ?? []) {
      for (const member of ['content', 'reasoning_content']) {
        if (typeof delta?.[member] !== 'string') continue;
        const key = `${index} ${member}`;
        texts[key] = (texts[key] ?? '') + delta[member];
      }
    }
  }
  return texts;
}
