/** Cuts the bytes of a gRPC stream into messages: one byte of flags, four of length, the message. */
import { WireError } from './read.ts';

const HEADER_BYTES = 5;
/** A buffered body of 100 MiB and what stands around it. */
const MESSAGE_LIMIT_BYTES = 128 * 1024 * 1024;

export class FrameReader {
  #parts: Buffer[] = [];
  #held = 0;
  /** Bytes of the current message with its header; 0 while the header is not complete. */
  #need = 0;

  /** Calls `take` for every complete message, in order. Messages are views of the bytes given where they came in one piece. */
  feed(chunk: Buffer, take: (message: Buffer) => void): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#held === 0 && rest.length >= HEADER_BYTES) {
        const size = HEADER_BYTES + checked(rest);
        if (rest.length >= size) {
          take(rest.subarray(HEADER_BYTES, size));
          rest = rest.subarray(size);
          continue;
        }
        this.#need = size;
        this.#hold(rest);
        return;
      }
      rest = this.#gather(rest, take);
    }
  }

  /** Completes the message at hand; returns what is left over. */
  #gather(rest: Buffer, take: (message: Buffer) => void): Buffer {
    if (this.#need === 0) {
      const missing = HEADER_BYTES - this.#held;
      this.#hold(rest.subarray(0, missing));
      if (this.#held < HEADER_BYTES) return rest.subarray(rest.length);
      const header = Buffer.concat(this.#parts);
      this.#parts = [header];
      this.#need = HEADER_BYTES + checked(header);
      return this.#finish(rest.subarray(Math.min(missing, rest.length)), take);
    }
    return this.#finish(rest, take);
  }

  #finish(rest: Buffer, take: (message: Buffer) => void): Buffer {
    const missing = this.#need - this.#held;
    if (rest.length < missing) {
      this.#hold(rest);
      return rest.subarray(rest.length);
    }
    this.#parts.push(rest.subarray(0, missing));
    const message = Buffer.concat(this.#parts).subarray(HEADER_BYTES);
    this.#parts = [];
    this.#held = 0;
    this.#need = 0;
    take(message);
    return rest.subarray(missing);
  }

  #hold(part: Buffer): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#held += part.length;
  }
}

function checked(header: Buffer): number {
  if (header[0] !== 0) throw new WireError('the message is compressed, which was not offered');
  const size = header.readUInt32BE(1);
  if (size > MESSAGE_LIMIT_BYTES) throw new WireError(`a message of ${size} bytes is above the limit`);
  return size;
}
