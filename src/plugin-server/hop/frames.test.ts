import { describe, expect, it } from '@jest/globals';
import { FRAME, type Frame, FrameCutter, FrameError, frame } from './frames.ts';

const SENT = [
  { number: 1, kind: FRAME.open, payload: Buffer.from('chain\0route\0') },
  { number: 0, kind: FRAME.drain, payload: Buffer.alloc(0) },
  { number: 0xffff_ffff, kind: FRAME.message, payload: Buffer.alloc(300, 7) },
  { number: 2, kind: FRAME.close, payload: Buffer.from('why') },
];
const BYTES = Buffer.concat(SENT.flatMap(({ number, kind, payload }) => frame(number, kind, payload)));

function cut(parts: readonly Buffer[]): Frame[] {
  const frames: Frame[] = [];
  const cutter = new FrameCutter();
  for (const part of parts) cutter.feed(part, (one) => frames.push({ ...one, payload: Buffer.from(one.payload) }));
  return frames;
}

describe('frames of the hop', () => {
  it('are the same wherever the bytes are cut', () => {
    expect(cut([BYTES])).toEqual(SENT);
    for (let at = 1; at < BYTES.length; at++) expect(cut([BYTES.subarray(0, at), BYTES.subarray(at)])).toEqual(SENT);
    for (let size = 1; size <= 20; size++) {
      const parts = Array.from({ length: Math.ceil(BYTES.length / size) }, (_, i) =>
        BYTES.subarray(i * size, (i + 1) * size),
      );
      expect(cut(parts)).toEqual(SENT);
    }
  });

  it('leave long payloads where they are, and short ones in one piece', () => {
    const long = Buffer.alloc(100_000, 1);
    const parts = frame(9, FRAME.message, long);
    expect(parts.map(({ length }) => length)).toEqual([9, long.length]);
    expect(parts[1]!.buffer).toBe(long.buffer);
    expect(cut([...parts])).toEqual([{ number: 9, kind: FRAME.message, payload: long }]);
    expect(frame(9, FRAME.message, long.subarray(0, 100))).toHaveLength(1);
  });

  it.each([0, 4, 128 * 1024 * 1024 + 1, 0xffff_ffff])('of %i bytes are refused', (length) => {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32LE(length);
    expect(() => cut([bytes])).toThrow(FrameError);
    expect(() => cut([bytes.subarray(0, 3), bytes.subarray(3)])).toThrow(FrameError);
  });
});
