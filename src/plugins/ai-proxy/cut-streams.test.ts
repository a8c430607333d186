/** What a client gets of a vendor's stream does not depend on where the network cuts it: all streams that the tests have, cut at every byte. */
import { describe, expect, it } from '@jest/globals';
import { testPlugin } from '#plugin-sdk/testing.ts';
import { VENDOR_STREAMS, type VendorStream } from '#test/vendor-streams.ts';
import { effectiveConfig } from './config.ts';
import plugin from './plugin.ts';

const CHATS = ['/v1/chat/completions', '/v1/messages'];

function chats(asked: object | undefined) {
  const messages = [{ role: 'user', content: 'q' }];
  const body = JSON.stringify({ model: 'm', max_tokens: 9, messages, stream: true, ...asked });
  return CHATS.map((path) => ({ path, body }));
}

const CASES = VENDOR_STREAMS.flatMap((stream) =>
  (stream.request ? [stream.request] : chats(stream.asked)).map((request) => ({
    name: `${stream.name}, asked at ${request.path}`,
    stream,
    request,
  })),
);

function proxy({ provider }: VendorStream) {
  const config = effectiveConfig({ provider: { apiTokens: ['sk-vendor'], ...provider } }, undefined);
  if (!config) throw new Error('no provider is active');
  return testPlugin(plugin, config, { host: { random: () => 0, now: () => 1_700_000_000_000 } });
}

describe('a stream that is cut at any byte', () => {
  it.each(CASES)('$name', async ({ stream, request }) => {
    const harness = proxy(stream);
    const { bytes, contentType } = stream;
    const run = async (chunks: readonly Uint8Array[], copies = false) => {
      const { response } = await harness.request({
        ...request,
        copies,
        headers: { 'content-type': 'application/json' },
        respond: () => ({ headers: { 'content-type': contentType }, chunks }),
      });
      return response.text;
    };
    const whole = await run([bytes]);
    expect(whole).toContain('data:');
    const single = Array.from(bytes, (byte) => Buffer.of(byte));
    for (const copies of [false, true]) expect(await run(single, copies)).toBe(whole);
    for (let at = 1; at < bytes.length; at += 1) {
      const parts = [bytes.subarray(0, at), bytes.subarray(at)];
      for (const copies of [false, true]) {
        const text = await run(parts, copies);
        // Compared here: a matcher for each of some 100,000 would take most of the time.
        if (text !== whole) expect({ at, copies, text }).toEqual({ at, copies, text: whole });
      }
    }
  });
});
