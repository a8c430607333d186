import { describe, expect, it } from '@jest/globals';
import { eventFrame, exceptionFrame, frame, STREAM, streamBytes } from '#test/bedrock.ts';
import { EXCEPTION, eventStreamReader } from './event-stream.ts';

const read = (...parts: readonly Uint8Array[]) => {
  const reader = eventStreamReader();
  return parts.flatMap((part) => reader.feed(part));
};

describe('AWS event streams', () => {
  const expected = STREAM.map(([event, payload]) => ({ event, data: JSON.stringify(payload) }));

  it('are read as AWS writes them, cut at any byte', () => {
    const bytes = streamBytes();
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(read(bytes.subarray(0, at), bytes.subarray(at))).toEqual(expected);
    }
    expect(read(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it('do not keep the bytes that they were given', () => {
    const bytes = eventFrame('a', { text: 'b' });
    const [first, second] = [Buffer.from(bytes.subarray(0, 20)), bytes.subarray(20)];
    const reader = eventStreamReader();
    expect(reader.feed(first)).toEqual([]);
    first.fill(0);
    expect(reader.feed(second)).toEqual([{ event: 'a', data: '{"text":"b"}' }]);
  });

  it('may have large frames in many parts', () => {
    const text = 'Zürich 🌧'.repeat(50_000);
    const bytes = Buffer.concat([eventFrame('a', { text }), eventFrame('b', {})]);
    const parts = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, at) =>
      bytes.subarray(at * 1000, (at + 1) * 1000),
    );
    expect(read(...parts).map(({ event, data }) => [event, data?.length])).toEqual([
      ['a', text.length + 11],
      ['b', 2],
    ]);
  });

  it('tell exceptions and errors', () => {
    const error = { ':message-type': 'error', ':error-code': 'Internal', ':error-message': 'boom' };
    expect(read(exceptionFrame('throttlingException', 'slow down'), frame(error, ''))).toEqual([
      { event: EXCEPTION, data: '{"message":"slow down","type":"throttlingException"}' },
      { event: EXCEPTION, data: '{"message":"boom","type":"Internal"}' },
    ]);
  });

  it('are refused from the first wrong byte on', () => {
    const bytes = eventFrame('a', { text: 'b' });
    for (let at = 0; at < bytes.length; at += 1) {
      const wrong = Buffer.from(bytes);
      wrong[at] = wrong[at]! ^ 0x41;
      const events = read(wrong, bytes);
      expect(events).toEqual([{ event: EXCEPTION, data: expect.stringContaining('event stream is broken') }]);
    }
    expect(read(Buffer.from('data: {"not":"frames"}\n\n'))).toHaveLength(1);
  });
});
