import { describe, expect, it } from '@jest/globals';
import { FRAME, FrameCutter, FrameError, FrameWriter } from './frames.ts';

interface Frame {
  readonly number: number;
  readonly kind: number;
  readonly payload: Buffer;
}

const SENT = [
  { number: 1, kind: FRAME.open, payload: Buffer.from('chain\0route\0') },
  { number: 0, kind: FRAME.drain, payload: Buffer.alloc(0) },
  { number: 0xffff_ffff, kind: FRAME.message, payload: Buffer.alloc(300, 7) },
  { number: 2, kind: FRAME.close, payload: Buffer.from('why') },
];
const BYTES = Buffer.concat(written(SENT));

function written(sent: readonly Frame[]): readonly Buffer[] {
  const writer = new FrameWriter();
  for (const { number, kind, payload } of sent) writer.add(number, kind, payload);
  return writer.take();
}

function cut(parts: readonly Buffer[]): Frame[] {
  const frames: Frame[] = [];
  const cutter = new FrameCutter();
  for (const part of parts) {
    cutter.feed(part, (number, kind, bytes, start, end) => {
      frames.push({ number, kind, payload: Buffer.from(bytes.subarray(start, end)) });
    });
  }
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

  it('leave together, but for long payloads, which stay where they are', () => {
    const long = Buffer.alloc(100_000, 1);
    const sent = [...SENT, { number: 9, kind: FRAME.message, payload: long }, ...SENT];
    const parts = written(sent);
    expect(parts).toHaveLength(3);
    expect(parts[1]!.buffer).toBe(long.buffer);
    expect(cut(parts)).toEqual(sent);
  });

  it('are whole however many there are, and each is taken once', () => {
    const writer = new FrameWriter();
    const sent: Frame[] = [];
    const parts: Buffer[] = [];
    for (let number = 0; number < 60; number++) {
      const payload = Buffer.alloc((number * 997) % 17_000, number);
      sent.push({ number, kind: FRAME.message, payload });
      writer.add(number, FRAME.message, Buffer.concat([Buffer.from('before'), payload]), 'before'.length);
      if (number % 7 === 0) parts.push(...writer.take());
    }
    parts.push(...writer.take());
    const text = (frames: readonly Frame[]) =>
      frames.map(({ payload, ...rest }) => ({ ...rest, payload: payload.toString('latin1') }));
    expect(text(cut(parts))).toEqual(text(sent));
    expect(writer.take()).toEqual([]);
  });

  it.each([0, 4, 128 * 1024 * 1024 + 1, 0xffff_ffff])('of %i bytes are refused', (length) => {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32LE(length);
    expect(() => cut([bytes])).toThrow(FrameError);
    expect(() => cut([bytes.subarray(0, 3), bytes.subarray(3)])).toThrow(FrameError);
  });
});
