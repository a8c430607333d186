/** HTTP/2 frames by hand, for peers that do what no client library does. */
import { connect, type Socket } from 'node:net';
import { FrameParser } from '#plugin-server/http2/frame-parser.ts';
import { FLAG, FRAME, PREFACE, SETTING } from '#plugin-server/http2/protocol.ts';

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, stream: number, payload: Uint8Array | string = ''): Buffer {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(9);
  head.writeUIntBE(bytes.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, bytes]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function settings(...entries: readonly (readonly [number, number])[]): Buffer {
  const payload = entries.map(([name, value]) => Buffer.concat([uint32(name).subarray(2), uint32(value)]));
  return frame(FRAME.settings, 0, 0, Buffer.concat(payload));
}

/** POST, http, /, of the static table. */
export const HEAD = Buffer.from([0x83, 0x86, 0x84]);
export const HELLO = Buffer.concat([PREFACE, settings()]);
/** An answer waits until its window is opened. */
export const NO_WINDOW = Buffer.concat([PREFACE, settings([SETTING.initialWindowSize, 0])]);

export const open = (stream: number, flags: number = FLAG.endHeaders): Buffer =>
  frame(FRAME.headers, flags, stream, HEAD);

/** Cuts what a server says into frames; DATA in as many pieces as it came. */
export class FrameLog {
  readonly frames: Frame[] = [];
  #data: { stream: number; parts: Buffer[] } | undefined;
  readonly #parser = new FrameParser({
    dataBegins: (stream) => {
      this.#data = { stream, parts: [] };
    },
    dataPart: (part) => this.#data!.parts.push(Buffer.from(part)),
    dataEnds: (end) => {
      const { stream, parts } = this.#data!;
      this.frames.push({ type: FRAME.data, flags: end ? FLAG.endStream : 0, stream, payload: Buffer.concat(parts) });
    },
    frame: (type, flags, stream, payload) => {
      this.frames.push({ type, flags, stream, payload: Buffer.from(payload) });
    },
  });

  constructor() {
    // A server does not send one.
    this.#parser.feed(PREFACE);
  }

  feed(bytes: Buffer): void {
    this.#parser.feed(bytes);
  }

  find(type: number, stream: number, without = 0): Frame | undefined {
    return this.frames.find((one) => one.type === type && one.stream === stream && !(one.flags & without));
  }

  /** All DATA of a stream. */
  body(stream: number): string {
    const parts = this.frames.filter((one) => one.type === FRAME.data && one.stream === stream);
    return Buffer.concat(parts.map(({ payload }) => payload)).toString();
  }
}

/** A connection whose frames are written by hand. */
export class RawPeer extends FrameLog {
  readonly socket: Socket;
  closed = false;
  #changed: () => void = () => {};

  constructor(path: string) {
    super();
    this.socket = connect({ path });
    this.socket.on('data', (bytes) => {
      this.feed(bytes);
      this.#changed();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
      this.#changed();
    });
  }

  send(...frames: readonly Buffer[]): this {
    this.socket.write(Buffer.concat(frames));
    return this;
  }

  /** What `look` finds, as soon as it does. */
  async until<T>(look: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      if (this.closed) throw new Error(`the connection is closed; it brought ${JSON.stringify(this.frames)}`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}
