/** Cuts the bytes of a connection into frames, wherever they are cut. The payload of a DATA frame without padding is passed on as it comes. */
import { ConnectionError, ERROR, FLAG, FRAME, FRAME_HEADER_BYTES, FRAME_SIZE, PREFACE } from './protocol.ts';

export interface FrameSink {
  /** A DATA frame of `length` bytes (with its padding) begins. */
  dataBegins(stream: number, length: number): void;
  /** A part of the DATA frame at hand, a view of the bytes given. */
  dataPart(part: Buffer): void;
  dataEnds(endStream: boolean): void;
  /** Any other frame; `payload` may be a view of the bytes given. */
  frame(type: number, flags: number, stream: number, payload: Buffer): void;
}

export class FrameParser {
  readonly #sink: FrameSink;
  #prefaceAt = 0;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerAt = 0;
  /** The frame at hand, when its header is complete. */
  #type = 0;
  #flags = 0;
  #stream = 0;
  #length = 0;
  /** Bytes of a passed-on DATA frame that have not come. */
  #dataLeft = 0;
  #within: 'header' | 'data' | 'payload' = 'header';
  #parts: Buffer[] = [];
  #partsBytes = 0;
  /** Set when nothing more is to be read, within a call as well. */
  stopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** @throws ConnectionError, also whatever the sink throws */
  feed(chunk: Buffer): void {
    let at = this.#prefaceAt < PREFACE.length ? this.#preface(chunk) : 0;
    while (at < chunk.length && !this.stopped) {
      if (this.#within === 'header') at = this.#readHeader(chunk, at);
      else if (this.#within === 'data') at = this.#readData(chunk, at);
      else at = this.#readPayload(chunk, at);
    }
  }

  #preface(chunk: Buffer): number {
    const size = Math.min(PREFACE.length - this.#prefaceAt, chunk.length);
    if (PREFACE.compare(chunk, 0, size, this.#prefaceAt, this.#prefaceAt + size) !== 0) {
      throw new ConnectionError(ERROR.protocol, 'the connection does not begin as HTTP/2 does');
    }
    this.#prefaceAt += size;
    return size;
  }

  #readHeader(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#headerAt === 0 && chunk.length - at >= FRAME_HEADER_BYTES) {
      this.#begin(chunk, at);
      return at + FRAME_HEADER_BYTES;
    }
    while (at < chunk.length && this.#headerAt < FRAME_HEADER_BYTES) this.#header[this.#headerAt++] = chunk[at++]!;
    if (this.#headerAt === FRAME_HEADER_BYTES) {
      this.#headerAt = 0;
      this.#begin(this.#header, 0);
    }
    return at;
  }

  #begin(bytes: Buffer, at: number): void {
    const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    this.#type = bytes[at + 3]!;
    this.#flags = bytes[at + 4]!;
    this.#stream = bytes.readUInt32BE(at + 5) & 0x7fff_ffff;
    this.#length = length;
    if (length > FRAME_SIZE) throw new ConnectionError(ERROR.frameSize, `a frame of ${length} bytes is too large`);
    if (this.#type !== FRAME.data) {
      if (length === 0) this.#sink.frame(this.#type, this.#flags, this.#stream, EMPTY);
      else this.#within = 'payload';
      return;
    }
    this.#sink.dataBegins(this.#stream, length);
    if (this.#flags & FLAG.padded) {
      if (length === 0) throw new ConnectionError(ERROR.frameSize, 'a padded frame has no length of its padding');
      this.#within = 'payload';
    } else if (length === 0) this.#sink.dataEnds((this.#flags & FLAG.endStream) !== 0);
    else {
      this.#dataLeft = length;
      this.#within = 'data';
    }
  }

  #readData(chunk: Buffer, from: number): number {
    const to = Math.min(chunk.length, from + this.#dataLeft);
    this.#dataLeft -= to - from;
    const ends = this.#dataLeft === 0;
    if (ends) this.#within = 'header';
    this.#sink.dataPart(chunk.subarray(from, to));
    if (ends) this.#sink.dataEnds((this.#flags & FLAG.endStream) !== 0);
    return to;
  }

  #readPayload(chunk: Buffer, from: number): number {
    const to = Math.min(chunk.length, from + this.#length - this.#partsBytes);
    const part = chunk.subarray(from, to);
    this.#partsBytes += part.length;
    if (this.#partsBytes < this.#length) {
      this.#parts.push(part);
      return to;
    }
    const payload = this.#parts.length === 0 ? part : Buffer.concat([...this.#parts, part]);
    this.#parts = [];
    this.#partsBytes = 0;
    this.#within = 'header';
    if (this.#type === FRAME.data) {
      this.#sink.dataPart(unpadded(payload));
      this.#sink.dataEnds((this.#flags & FLAG.endStream) !== 0);
    } else this.#sink.frame(this.#type, this.#flags, this.#stream, payload);
    return to;
  }
}

const EMPTY = Buffer.alloc(0);

/** What stands between the length of the padding and the padding. @throws ConnectionError */
export function unpadded(payload: Buffer): Buffer {
  const padding = payload[0];
  if (padding === undefined) throw new ConnectionError(ERROR.frameSize, 'a padded frame has no length of its padding');
  if (padding >= payload.length) throw new ConnectionError(ERROR.protocol, 'a frame has more padding than bytes');
  return payload.subarray(1, payload.length - padding);
}
