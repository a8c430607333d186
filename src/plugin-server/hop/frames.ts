/** Frames of the hop's connection: length of what follows it (u32, little endian), number of the exchange (u32), kind (u8), payload. */

export const FRAME = { hello: 0, open: 1, message: 2, close: 3, drain: 4, copies: 5, copied: 6 } as const;

const HEADER_BYTES = 9;
/** A buffered body of 100 MiB and what stands around it. */
export const LARGEST_BYTES = 128 * 1024 * 1024;
/** Longer payloads leave as they are, not copied behind their header. */
const COPIED_BYTES = 16 * 1024;
/** What one allocation holds: some fifty small answers. */
const PIECE_BYTES = 64 * 1024;

/** The payload stands in `bytes` from `start` up to `end`: a view of a socket read where the frame came in one piece. */
export type TakeFrame = (number: number, kind: number, bytes: Buffer, start: number, end: number) => void;

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

  feed(part: Buffer, take: TakeFrame): void {
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
      take(rest.readUInt32LE(at + 4), rest[at + 8]!, rest, at + HEADER_BYTES, end);
      at = end;
    }
    if (at === rest.length) return;
    this.#held = [rest.subarray(at)];
    this.#heldBytes = rest.length - at;
  }
}

/** Puts frames one behind the other into larger pieces, so that those of one turn leave in one write. */
export class FrameWriter {
  #piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  /** Where what has not been taken begins, and ends. */
  #start = 0;
  #end = 0;
  #before: Buffer[] = [];

  /** The payload from its byte `from` on; it must not change afterwards. */
  add(number: number, kind: number, payload: Buffer, from = 0): void {
    const length = payload.length - from;
    const copied = length <= COPIED_BYTES ? length : 0;
    if (PIECE_BYTES - this.#end < HEADER_BYTES + copied) this.#nextPiece();
    const piece = this.#piece;
    piece.writeUInt32LE(HEADER_BYTES - 4 + length, this.#end);
    piece.writeUInt32LE(number, this.#end + 4);
    piece[this.#end + 8] = kind;
    this.#end += HEADER_BYTES;
    if (copied > 0) {
      payload.copy(piece, this.#end, from);
      this.#end += copied;
    } else if (length > 0) {
      this.#cut();
      this.#before.push(payload.subarray(from));
    }
  }

  /** Everything since the last call, in order. */
  take(): readonly Buffer[] {
    this.#cut();
    const taken = this.#before;
    this.#before = [];
    return taken;
  }

  #cut(): void {
    if (this.#start === this.#end) return;
    this.#before.push(this.#piece.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }

  #nextPiece(): void {
    this.#cut();
    this.#piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    this.#start = 0;
    this.#end = 0;
  }
}
