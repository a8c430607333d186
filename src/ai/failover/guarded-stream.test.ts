import { describe, expect, it } from '@jest/globals';
import type { HttpStream } from '#plugin-sdk/host.ts';
import { guardedStream } from './guarded-stream.ts';

const CHAT = '/v1/chat/completions';

async function through(
  parts: readonly string[],
  {
    broken = true,
    path = CHAT,
    headers = {},
  }: { broken?: boolean; path?: string; headers?: Record<string, string> } = {},
): Promise<string[]> {
  const answer: HttpStream = {
    status: 200,
    headers: { 'content-type': 'text/event-stream', ...headers },
    body: (async function* () {
      for (const part of parts) yield Buffer.from(part);
      if (broken) throw new Error('reset');
    })(),
    cancel: () => undefined,
  };
  const out: string[] = [];
  for await (const part of guardedStream(answer, path).body) out.push(part.toString());
  return out;
}

describe('a guarded stream', () => {
  it('ends with an error event and [DONE] when its source breaks off, without the event in the making', async () => {
    const out = await through(['data: {"a":1}\n\nda', 'ta: {"b":2}\n\ndata: {"c"']);
    expect(out.slice(0, 2)).toEqual(['data: {"a":1}\n\n', 'data: {"b":2}\n\n']);
    const [error, done] = (out[2] ?? '').trim().split('\n\n');
    expect(JSON.parse((error ?? '').slice('data: '.length))).toMatchObject({ error: { message: expect.any(String) } });
    expect(done).toBe('data: [DONE]');
  });

  it('speaks the language of Anthropic to its clients', async () => {
    const out = await through(['event: ping\ndata: {}\n\n'], { path: '/v1/messages?beta=true' });
    expect(out[1]).toMatch(/^event: error\ndata: \{"type":"error",/);
    expect(out[1]).not.toContain('[DONE]');
  });

  it.each(['data: [DONE]\n\n', 'event: message_stop\ndata: {"type":"message_stop"}\n\n'])(
    'adds nothing behind the last event (%j)',
    async (last) => {
      expect(await through([`data: {}\n\n${last}`])).toEqual([`data: {}\n\n${last}`]);
    },
  );

  it('passes streams that end well byte for byte, cut anywhere', async () => {
    const text = ': hi\r\n\r\ndata: é\r\n\r\ndata: 2\n\ndata: unterminated';
    for (let at = 0; at <= text.length; at++) {
      expect((await through([text.slice(0, at), text.slice(at)], { broken: false })).join('')).toBe(text);
    }
  });

  it('leaves other answers alone', async () => {
    await expect(through(['{'], { headers: { 'content-type': 'application/json' } })).rejects.toThrow('reset');
    await expect(through(['x'], { headers: { 'content-encoding': 'gzip' } })).rejects.toThrow('reset');
  });
});
