/** One HTTP/2 connection, the server's side (RFC 9113). Priorities are ignored, pushes never made, and content-length is not compared with the body. */
import type { Duplex } from 'node:stream';
import { NumberMap } from '#lib/number-map.ts';
import { FrameParser, type FrameSink, unpadded } from './frame-parser.ts';
import { HeaderDecoder } from './hpack/decoder.ts';
import { peerSettings, settingsFrame } from './peer-settings.ts';
import { ConnectionError, ERROR, FIRST_WINDOW_BYTES, FLAG, FRAME, type Limits } from './protocol.ts';
import { type ReadHead, type RequestHead, readHead } from './request-head.ts';
import { Sender } from './sender.ts';
import { ServerStream, type StreamHandler, type StreamOwner } from './stream.ts';

/** Streams that this side broke off and of which frames may still be on their way. */
const BROKEN_STREAMS = 1024;
/** CONTINUATION frames of one header block. */
const MAX_CONTINUATIONS = 64;
/** What a peer may make this side say without reading it. */
const UNREAD_LIMIT_BYTES = 4 * 1024 * 1024;
/** After a violation: how long the peer has to read of it. */
const LINGER_MS = 1_000;
const LARGEST_STREAM = 2 ** 31 - 1;
/** Eight bytes of this side's own. */
const LEAVE_PING = Buffer.from('leaving.', 'latin1');
const EMPTY = Buffer.alloc(0);

export interface ConnectionOptions extends Limits {
  /** A request has begun. Answer it by `stream`, at once or later. */
  readonly onRequest: (stream: ServerStream, head: RequestHead) => StreamHandler;
  /** What a stream's handler threw; the stream is broken off. */
  readonly onFailure: (error: unknown) => void;
  /** Once: the connection is gone; with the error if there was one. */
  readonly onClosed: (error: Error | undefined) => void;
}

export class Connection implements FrameSink, StreamOwner {
  readonly #socket: Duplex;
  readonly #options: ConnectionOptions;
  readonly #parser = new FrameParser(this);
  readonly #decoder: HeaderDecoder<ReadHead>;
  readonly sender: Sender;
  readonly streamWindowBytes: number;
  readonly #streams = new NumberMap<ServerStream>();
  #lastStream = 0;
  readonly #broken = new Int32Array(BROKEN_STREAMS);
  #brokenAt = 0;
  /** What the peer may still send on the connection, and what was taken of it since it was told. */
  #creditBytes: number;
  #takenBytes = 0;
  /** A header block whose end has not come. */
  #block: { readonly stream: number; readonly flags: number; readonly parts: Buffer[]; bytes: number } | undefined;
  /** The stream of the DATA frame at hand. */
  #receiving: ServerStream | undefined;
  #settingsSeen = false;
  #planned = false;
  #over = false;
  /** No new streams: GOAWAY has been sent, and the peer has heard of it. */
  #leaving = false;
  /** The connection ends with its last stream. */
  #ending = false;
  #peerLeaves = false;
  #linger: NodeJS.Timeout | undefined;
  #error: Error | undefined;
  #closedStreams: ServerStream[] = [];

  constructor(socket: Duplex, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.streamWindowBytes = options.streamWindowBytes;
    this.#creditBytes = options.connectionWindowBytes;
    this.#decoder = new HeaderDecoder(readHead, options.headerListBytes);
    this.sender = new Sender(socket, () => this.#plan());
    const { output } = this.sender;
    output.frame(FRAME.settings, 0, 0, settingsFrame(options));
    const more = options.connectionWindowBytes - FIRST_WINDOW_BYTES;
    if (more > 0) output.numberFrame(FRAME.windowUpdate, 0, more);
    this.#plan();
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.on('close', () => this.#gone());
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /**
   * Asks the peer to go elsewhere and ends with the last stream. Streams that it began before it heard are still served: the answer to the PING tells
   * that it has.
   */
  leave(): void {
    if (this.#ending || this.#over) return;
    this.#ending = true;
    this.#goaway(LARGEST_STREAM, ERROR.none, '');
    this.sender.output.frame(FRAME.ping, 0, 0, LEAVE_PING);
  }

  destroy(): void {
    this.#parser.stopped = true;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#parser.stopped) return;
    try {
      this.#parser.feed(chunk);
      if (this.sender.output.waitingBytes > UNREAD_LIMIT_BYTES) {
        throw new ConnectionError(ERROR.enhanceYourCalm, 'the peer does not read');
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  // --- frames ---

  dataBegins(id: number, length: number): void {
    this.#expect(FRAME.data, id);
    if (id === 0) throw broken('DATA without a stream');
    this.#creditBytes -= length;
    if (this.#creditBytes < 0) throw new ConnectionError(ERROR.flowControl, 'more data than the connection may bring');
    const stream = this.#streams.get(id);
    this.#receiving = undefined;
    if (stream === undefined || stream.ended) {
      this.taken(length);
      if (stream) stream.reset(ERROR.streamClosed);
      else this.#lateFrame(id);
    } else if (!stream.receives(length)) {
      this.taken(length);
      stream.reset(ERROR.flowControl);
    } else this.#receiving = stream;
  }

  dataPart(part: Buffer): void {
    const stream = this.#receiving;
    if (stream !== undefined && !stream.closed && part.length > 0) stream.brings(part);
  }

  dataEnds(endStream: boolean): void {
    const stream = this.#receiving;
    if (endStream && stream !== undefined && !stream.closed) stream.ends();
  }

  frame(type: number, flags: number, id: number, payload: Buffer): void {
    this.#expect(type, id);
    switch (type) {
      case FRAME.headers:
        this.#headers(flags, id, payload);
        break;
      case FRAME.continuation:
        this.#continuation(flags, payload);
        break;
      case FRAME.windowUpdate:
        this.#windowUpdate(id, payload);
        break;
      case FRAME.rstStream:
        this.#reset(id, payload);
        break;
      case FRAME.settings:
        this.#settings(flags, id, payload);
        break;
      case FRAME.ping:
        this.#ping(flags, id, payload);
        break;
      case FRAME.goaway:
        if (id !== 0) throw broken('GOAWAY on a stream');
        if (payload.length < 8) throw badSize('GOAWAY');
        this.#ending = true;
        this.#peerLeaves = true;
        this.#plan();
        break;
      case FRAME.priority:
        if (id === 0) throw broken('PRIORITY without a stream');
        if (payload.length !== 5) this.#refuse(id, ERROR.frameSize);
        break;
      case FRAME.pushPromise:
        throw broken('PUSH_PROMISE of a client');
    }
  }

  /** Whether this frame may come now. */
  #expect(type: number, id: number): void {
    if (!this.#settingsSeen && type !== FRAME.settings) throw broken('the first frame is not SETTINGS');
    if (this.#block ? type !== FRAME.continuation || id !== this.#block.stream : type === FRAME.continuation) {
      throw broken('a header block is interrupted, or goes on that has not begun');
    }
  }

  #headers(flags: number, id: number, payload: Buffer): void {
    if (id % 2 === 0) throw broken(`HEADERS on stream ${id}`);
    let block = flags & FLAG.padded ? unpadded(payload) : payload;
    if (flags & FLAG.priority) {
      if (block.length < 5) throw badSize('HEADERS');
      block = block.subarray(5);
    }
    if (flags & FLAG.endHeaders) this.#headerBlock(flags, id, block);
    else this.#block = { stream: id, flags, parts: [block], bytes: block.length };
  }

  #continuation(flags: number, payload: Buffer): void {
    const block = this.#block!;
    block.parts.push(payload);
    block.bytes += payload.length;
    if (block.bytes > this.#options.headerListBytes || block.parts.length > MAX_CONTINUATIONS) {
      throw new ConnectionError(ERROR.enhanceYourCalm, 'a header block is too large');
    }
    if (!(flags & FLAG.endHeaders)) return;
    this.#block = undefined;
    this.#headerBlock(block.flags, block.stream, Buffer.concat(block.parts));
  }

  #headerBlock(flags: number, id: number, block: Buffer): void {
    const end = (flags & FLAG.endStream) !== 0;
    const head = this.#decoder.decode(block);
    const known = this.#streams.get(id);
    if (known) {
      if (known.ended) known.reset(ERROR.streamClosed);
      else if (!end) known.reset(ERROR.protocol);
      else known.ends();
      return;
    }
    if (id <= this.#lastStream) {
      this.#lateFrame(id);
      return;
    }
    // A new stream after GOAWAY: the peer had not read it yet, and knows now that it can try elsewhere.
    if (this.#leaving) return;
    this.#lastStream = id;
    if ('tooLarge' in head) this.#refuse(id, ERROR.enhanceYourCalm);
    else if ('malformed' in head) this.#refuse(id, ERROR.protocol);
    else if (this.#streams.size >= this.#options.maxStreams) this.#refuse(id, ERROR.refusedStream);
    else this.#open(id, head, end);
  }

  #open(id: number, head: RequestHead, end: boolean): void {
    const stream = new ServerStream(id, this);
    this.#streams.set(id, stream);
    stream.ended = end;
    try {
      stream.handler = this.#options.onRequest(stream, head);
    } catch (error) {
      this.failed(error);
      stream.reset(ERROR.internal);
    }
    if (end && !stream.closed) stream.ends();
  }

  #ping(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw broken('PING on a stream');
    if (payload.length !== 8) throw badSize('PING');
    if (!(flags & FLAG.ack)) {
      this.sender.output.frame(FRAME.ping, FLAG.ack, 0, payload);
      this.#plan();
    } else if (this.#ending && !this.#leaving && payload.equals(LEAVE_PING)) {
      this.#leaving = true;
      this.#goaway(this.#lastStream, ERROR.none, '');
    }
  }

  #windowUpdate(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw badSize('WINDOW_UPDATE');
    const bytes = payload.readUInt32BE(0) & 0x7fff_ffff;
    if (id === 0) {
      if (bytes === 0) throw broken('WINDOW_UPDATE of nothing');
      this.sender.widen(bytes);
      return;
    }
    this.#mustHaveBegun('WINDOW_UPDATE', id);
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (bytes === 0) stream.reset(ERROR.protocol);
    else if (!stream.widen(bytes)) stream.reset(ERROR.flowControl);
    else this.sender.resume();
  }

  #reset(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw badSize('RST_STREAM');
    this.#mustHaveBegun('RST_STREAM', id);
    this.#streams.get(id)?.close(false);
  }

  #settings(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw broken('SETTINGS on a stream');
    if (flags & FLAG.ack) {
      if (payload.length > 0) throw badSize('SETTINGS');
      if (!this.#settingsSeen) throw broken('the first frame is an acknowledgement');
      return;
    }
    this.#settingsSeen = true;
    const { headerTableSize, initialWindowSize } = peerSettings(payload);
    if (headerTableSize !== undefined) this.sender.encoder.limit(headerTableSize);
    this.sender.output.frame(FRAME.settings, FLAG.ack, 0, EMPTY);
    this.#plan();
    if (initialWindowSize === undefined) return;
    const more = initialWindowSize - this.sender.firstWindowBytes;
    this.sender.firstWindowBytes = initialWindowSize;
    for (const stream of this.#streams.values()) {
      if (!stream.widen(more)) throw new ConnectionError(ERROR.flowControl, 'SETTINGS make a window too large');
    }
    this.sender.resume();
  }

  /** A frame of a stream that is no more: this side may have ended it without the peer knowing. */
  #lateFrame(id: number): void {
    this.#mustHaveBegun('DATA', id);
    if (this.#leaving || this.#broken.includes(id)) return;
    throw new ConnectionError(ERROR.streamClosed, `a frame on stream ${id}, which has ended`);
  }

  #mustHaveBegun(frame: string, id: number): void {
    // Streams that came after GOAWAY are not counted.
    if (id % 2 === 0 || (id > this.#lastStream && !this.#leaving)) {
      throw broken(`${frame} on stream ${id}, which has not begun`);
    }
  }

  /** Ends a stream that nobody has heard of. */
  #refuse(id: number, code: number): void {
    this.#noteBroken(id);
    this.sender.output.numberFrame(FRAME.rstStream, id, code);
    this.#plan();
  }

  #noteBroken(id: number): void {
    this.#broken[this.#brokenAt] = id;
    this.#brokenAt = (this.#brokenAt + 1) % BROKEN_STREAMS;
  }

  // --- for streams ---

  taken(bytes: number): void {
    this.#takenBytes += bytes;
    if (this.#takenBytes * 2 < this.#options.connectionWindowBytes) return;
    this.#creditBytes += this.#takenBytes;
    this.sender.output.numberFrame(FRAME.windowUpdate, 0, this.#takenBytes);
    this.#takenBytes = 0;
    this.#plan();
  }

  closed(stream: ServerStream, byUs: boolean): void {
    this.#streams.delete(stream.id);
    if (byUs) this.#noteBroken(stream.id);
    this.#closedStreams.push(stream);
    this.#plan();
  }

  failed(error: unknown): void {
    this.#options.onFailure(error);
  }

  // --- turns ---

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    // After everything that this turn of the event loop has read: many streams, one write.
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#planned = false;
    this.sender.flush();
    const closed = this.#closedStreams;
    this.#closedStreams = [];
    for (const stream of closed) stream.tell('closed');
    const idle = this.#streams.size === 0 && this.sender.output.waitingBytes === 0;
    if (this.#ending && idle && (this.#leaving || this.#peerLeaves)) this.#socket.end();
  };

  #goaway(lastStream: number, code: number, reason: string): void {
    const text = Buffer.from(reason);
    const payload = Buffer.alloc(8 + text.length);
    payload.writeUInt32BE(lastStream, 0);
    payload.writeUInt32BE(code, 4);
    text.copy(payload, 8);
    this.sender.output.frame(FRAME.goaway, 0, 0, payload);
    this.#plan();
  }

  #fail(error: unknown): void {
    this.#error ??= error as Error;
    this.#parser.stopped = true;
    this.#leaving = true;
    this.#ending = true;
    const known = error instanceof ConnectionError;
    this.#goaway(this.#lastStream, known ? error.code : ERROR.internal, known ? error.message : 'internal error');
    for (const stream of this.#streams.values()) stream.close(true);
    // What the peer sends is read and dropped until it closes: a kernel that has unread bytes would throw the GOAWAY away.
    this.#linger = setTimeout(() => this.#socket.destroy(), LINGER_MS);
  }

  #gone(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#linger);
    this.#parser.stopped = true;
    for (const stream of this.#streams.values()) stream.close(true);
    this.#turn();
    this.#options.onClosed(this.#error);
  }
}

function broken(message: string): ConnectionError {
  return new ConnectionError(ERROR.protocol, message);
}

function badSize(frame: string): ConnectionError {
  return new ConnectionError(ERROR.frameSize, `a ${frame} frame of the wrong size`);
}
