/** Frames of the hop's connection: length of what follows it (u32, little endian), number of the exchange (u32), kind (u8), payload. */

export const FRAME = { hello: 0, open: 1, message: 2, close: 3, drain: 4, copies: 5 } as const;

const HEADER_BYTES = 9;
/** A buffered body of 100 MiB and what stands around it. */
export const LARGEST_BYTES = 128 * 1024 * 1024;
/** Longer payloads leave as they are, not copied behind their header. */
const COPIED_BYTES = 16 * 1024;

export interface Frame {
  readonly number: number;
  readonly kind: number;
  /** A view of a socket read where the frame came in one piece. */
  readonly payload: Buffer;
}

/** The other side speaks something else. */
export class FrameError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FrameError';
  }
}

/** Cuts bytes into frames, however they come. */
export class FrameCutter {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #needBytes = 4;

  feed(part: Buffer, take: (frame: Frame) => void): void {
    let rest = part;
    if (this.#heldBytes > 0) {
      this.#held.push(part);
      this.#heldBytes += part.length;
      if (this.#heldBytes < this.#needBytes) return;
      rest = Buffer.concat(this.#held);
      this.#held = [];
      this.#heldBytes = 0;
      this.#needBytes = 4;
    }
    let at = 0;
    while (rest.length - at >= 4) {
      const length = rest.readUInt32LE(at);
      if (length < HEADER_BYTES - 4 || length > LARGEST_BYTES) throw new FrameError(`a frame of ${length} bytes`);
      const end = at + 4 + length;
      if (rest.length < end) {
        this.#needBytes = 4 + length;
        break;
      }
      take({ number: rest.readUInt32LE(at + 4), kind: rest[at + 8]!, payload: rest.subarray(at + HEADER_BYTES, end) });
      at = end;
    }
    if (at === rest.length) return;
    this.#held = [rest.subarray(at)];
    this.#heldBytes = rest.length - at;
  }
}

/** One or two buffers, to be written one behind the other. */
export function frame(number: number, kind: number, payload: Uint8Array): readonly Buffer[] {
  const whole = payload.length <= COPIED_BYTES;
  const head = Buffer.allocUnsafe(HEADER_BYTES + (whole ? payload.length : 0));
  head.writeUInt32LE(HEADER_BYTES - 4 + payload.length, 0);
  head.writeUInt32LE(number, 4);
  head[8] = kind;
  if (!whole) return [head, Buffer.from(payload.buffer, payload.byteOffset, payload.length)];
  head.set(payload, HEADER_BYTES);
  return [head];
}
