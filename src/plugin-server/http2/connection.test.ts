/** Frames that no client library sends, each written by hand; and the bytes of a connection cut at every place. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '#test/envoy.ts';
import {
  type Frame,
  FrameLog,
  frame,
  HEAD,
  HELLO,
  NO_WINDOW,
  open,
  RawPeer,
  settings,
  uint32,
} from '#test/http2-wire.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { keptHeader } from './hpack/encoder.ts';
import { ERROR, FLAG, FRAME, PREFACE, SETTING } from './protocol.ts';
import { type Http2Server, startHttp2Server } from './server.ts';
import type { ServerStream } from './stream.ts';

const OK = [keptHeader(':status', '200')] as const;
const TRAILERS = [keptHeader('grpc-status', '0')] as const;
const ANSWER = Buffer.from('answer of 20 bytes, ');
const END = FLAG.endHeaders | FLAG.endStream;
const LIMITS = { maxStreams: 10, streamWindowBytes: 40_000, connectionWindowBytes: 70_000, headerListBytes: 2_000 };

/** `ends`: requests are answered when they are whole; `waits`: never. */
function options(waits: boolean, seen: string[] = []): Omit<ConnectionOptions, 'onClosed'> {
  return {
    ...LIMITS,
    onFailure: (error) => void seen.push(`failed ${error}`),
    onRequest: (stream: ServerStream, head) => {
      let size = 0;
      seen.push(`${stream.id} begins ${[...head.headers].join()}`);
      return {
        data: (part) => {
          size += part.length;
          if (waits) stream.pause();
        },
        end: () => {
          seen.push(`${stream.id} ends with ${size}`);
          if (waits) return;
          stream.respond(OK);
          stream.write(ANSWER);
          stream.end(TRAILERS);
        },
        drained: () => {},
        closed: () => void seen.push(`${stream.id} closed`),
      };
    },
  };
}

describe('a peer that breaks the protocol', () => {
  let dir: string;
  let server: Http2Server;
  let peer: RawPeer;
  const errors: string[] = [];

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'h2-'));
    errors.length = 0;
    server = await startHttp2Server({
      ...options(true),
      address: { path: join(dir, 's') },
      onError: (error) => void errors.push(error.message),
    });
    peer = new RawPeer(join(dir, 's'));
  });

  afterEach(async () => {
    peer.socket.destroy();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const windows = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => data(1, 16_384)));
  const data = (stream: number, size: number, flags = 0): Buffer =>
    frame(FRAME.data, flags, stream, Buffer.alloc(size));

  it.each<[string, Buffer[], number]>([
    ['another protocol', [Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n')], ERROR.protocol],
    ['no SETTINGS at first', [PREFACE, open(1)], ERROR.protocol],
    ['SETTINGS on a stream', [HELLO, frame(FRAME.settings, 0, 1)], ERROR.protocol],
    ['SETTINGS cut short', [HELLO, frame(FRAME.settings, 0, 0, 'abcd')], ERROR.frameSize],
    ['an acknowledgement with content', [HELLO, frame(FRAME.settings, FLAG.ack, 0, 'abcdef')], ERROR.frameSize],
    ['a window beyond 2^31-1', [HELLO, settings([SETTING.initialWindowSize, 2 ** 31])], ERROR.flowControl],
    ['frames that are too small', [HELLO, settings([SETTING.maxFrameSize, 100])], ERROR.protocol],
    ['push that is neither on nor off', [HELLO, settings([SETTING.enablePush, 2])], ERROR.protocol],
    ['a frame that is too large', [HELLO, Buffer.from([0, 0x40, 1, FRAME.ping, 0, 0, 0, 0, 0])], ERROR.frameSize],
    ['a PING of seven bytes', [HELLO, frame(FRAME.ping, 0, 0, '1234567')], ERROR.frameSize],
    ['a PING on a stream', [HELLO, frame(FRAME.ping, 0, 1, '12345678')], ERROR.protocol],
    ['a GOAWAY on a stream', [HELLO, frame(FRAME.goaway, 0, 1, '12345678')], ERROR.protocol],
    ['a GOAWAY of four bytes', [HELLO, frame(FRAME.goaway, 0, 0, '1234')], ERROR.frameSize],
    ['DATA on stream 0', [HELLO, data(0, 1)], ERROR.protocol],
    ['DATA before HEADERS', [HELLO, data(1, 1)], ERROR.protocol],
    ['DATA after the end', [HELLO, open(1), frame(FRAME.rstStream, 0, 1, uint32(8)), data(1, 1)], ERROR.streamClosed],
    ['padding larger than its frame', [HELLO, open(1), frame(FRAME.data, FLAG.padded, 1, '\x05abc')], ERROR.protocol],
    ['padding without a length', [HELLO, open(1), frame(FRAME.data, FLAG.padded, 1)], ERROR.frameSize],
    ['HEADERS on stream 0', [HELLO, open(0)], ERROR.protocol],
    ['HEADERS on an even stream', [HELLO, open(2)], ERROR.protocol],
    ['HEADERS on an older stream', [HELLO, open(5), open(3)], ERROR.streamClosed],
    [
      'HEADERS too short for their priority',
      [HELLO, frame(FRAME.headers, END | FLAG.priority, 1, 'ab')],
      ERROR.frameSize,
    ],
    [
      'headers that do not decode',
      [HELLO, frame(FRAME.headers, END, 1, '\xff\xff\xff\xff\xff\xff')],
      ERROR.compression,
    ],
    ['CONTINUATION without HEADERS', [HELLO, frame(FRAME.continuation, FLAG.endHeaders, 1, HEAD)], ERROR.protocol],
    ['another frame within a header block', [HELLO, open(1, 0), frame(FRAME.ping, 0, 0, '12345678')], ERROR.protocol],
    ['another stream within a header block', [HELLO, open(1, 0), frame(FRAME.continuation, 4, 3)], ERROR.protocol],
    ['DATA within a header block', [HELLO, open(1, 0), data(1, 1)], ERROR.protocol],
    [
      'CONTINUATION without end',
      [HELLO, open(1, 0), ...Array.from({ length: 70 }, () => frame(FRAME.continuation, 0, 1))],
      ERROR.enhanceYourCalm,
    ],
    [
      'a header block without end',
      [HELLO, open(1, 0), frame(FRAME.continuation, 0, 1, Buffer.alloc(3_000))],
      ERROR.enhanceYourCalm,
    ],
    ['a promise', [HELLO, frame(FRAME.pushPromise, FLAG.endHeaders, 1, uint32(2))], ERROR.protocol],
    ['PRIORITY of stream 0', [HELLO, frame(FRAME.priority, 0, 0, 'abcde')], ERROR.protocol],
    ['RST_STREAM of stream 0', [HELLO, frame(FRAME.rstStream, 0, 0, uint32(0))], ERROR.protocol],
    ['RST_STREAM before HEADERS', [HELLO, frame(FRAME.rstStream, 0, 1, uint32(0))], ERROR.protocol],
    ['RST_STREAM of three bytes', [HELLO, open(1), frame(FRAME.rstStream, 0, 1, 'abc')], ERROR.frameSize],
    ['a window of nothing', [HELLO, frame(FRAME.windowUpdate, 0, 0, uint32(0))], ERROR.protocol],
    ['a window beyond its limit', [HELLO, frame(FRAME.windowUpdate, 0, 0, uint32(2 ** 31 - 1))], ERROR.flowControl],
    ['a WINDOW_UPDATE before HEADERS', [HELLO, frame(FRAME.windowUpdate, 0, 1, uint32(1))], ERROR.protocol],
    ['a WINDOW_UPDATE of three bytes', [HELLO, frame(FRAME.windowUpdate, 0, 0, 'abc')], ERROR.frameSize],
    [
      'more than the connection may bring',
      [HELLO, open(1), open(3), windows(2), data(3, 16_384), data(3, 16_384), data(3, 7_000)],
      ERROR.flowControl,
    ],
    [
      'settings that make the window of a stream too large',
      [
        HELLO,
        open(1),
        frame(FRAME.windowUpdate, 0, 1, uint32(2 ** 31 - 65_536)),
        settings([SETTING.initialWindowSize, 70_000]),
      ],
      ERROR.flowControl,
    ],
  ])('is told so and cut off: %s', async (_name, frames, code) => {
    peer.send(...frames);
    const goodbye = await peer.until(() => peer.find(FRAME.goaway, 0));
    expect(goodbye.payload.readUInt32BE(4)).toBe(code);
    await waitFor(() => peer.closed && errors.length > 0);
    expect(errors).toEqual([goodbye.payload.subarray(8).toString()]);
  });

  const reset = (stream: number): Frame | undefined => peer.find(FRAME.rstStream, stream);
  const block = (...headers: [string, string][]): Buffer =>
    Buffer.concat([
      HEAD,
      ...headers.map(([name, value]) =>
        Buffer.concat([
          Buffer.from([0, name.length]),
          Buffer.from(name),
          Buffer.from([value.length]),
          Buffer.from(value),
        ]),
      ),
    ]);

  it.each<[string, Buffer[], number]>([
    ['DATA after its end', [open(1, END), data(1, 1)], ERROR.streamClosed],
    ['HEADERS after its end', [open(1, END), open(1, END)], ERROR.streamClosed],
    ['trailers that are not its end', [open(1), open(1)], ERROR.protocol],
    ['more than it may bring', [open(1), windows(3)], ERROR.flowControl],
    ['a window of nothing', [open(1), frame(FRAME.windowUpdate, 0, 1, uint32(0))], ERROR.protocol],
    ['a window beyond its limit', [open(1), frame(FRAME.windowUpdate, 0, 1, uint32(2 ** 31 - 1))], ERROR.flowControl],
    ['PRIORITY of four bytes', [open(1), frame(FRAME.priority, 0, 1, 'abcd')], ERROR.frameSize],
    ['no path', [frame(FRAME.headers, END, 1, HEAD.subarray(0, 2))], ERROR.protocol],
    ['a method twice', [frame(FRAME.headers, END, 1, Buffer.concat([HEAD, HEAD]))], ERROR.protocol],
    ['an unknown pseudo header', [frame(FRAME.headers, END, 1, block([':a', 'b']))], ERROR.protocol],
    [
      'a pseudo header behind others',
      [frame(FRAME.headers, END, 1, block(['a', 'b'], [':authority', 'c']))],
      ERROR.protocol,
    ],
    ['a name with capitals', [frame(FRAME.headers, END, 1, block(['Aa', 'b']))], ERROR.protocol],
    ['a value with a line break', [frame(FRAME.headers, END, 1, block(['a', 'b\nc']))], ERROR.protocol],
    ['a header of HTTP/1.1', [frame(FRAME.headers, END, 1, block(['connection', 'close']))], ERROR.protocol],
    ['te that asks for more', [frame(FRAME.headers, END, 1, block(['te', 'gzip']))], ERROR.protocol],
    [
      'headers above the limit',
      [frame(FRAME.headers, END, 1, block(...Array.from({ length: 60 }, (): [string, string] => ['a', 'b'])))],
      ERROR.enhanceYourCalm,
    ],
  ])('loses only the stream with %s', async (_name, frames, code) => {
    peer.send(HELLO, ...frames);
    const broken = await peer.until(() => reset(1));
    expect(broken.payload.readUInt32BE(0)).toBe(code);
    // What is still on its way for that stream is dropped.
    peer.send(data(1, 5), frame(FRAME.ping, 0, 0, 'go on...'), open(7, END));
    const back = await peer.until(() => peer.find(FRAME.ping, 0));
    expect([back.flags, back.payload.toString(), peer.find(FRAME.goaway, 0)]).toEqual([
      FLAG.ack,
      'go on...',
      undefined,
    ]);
  });

  it('is cut off when it makes the server talk and does not listen', async () => {
    peer.send(HELLO);
    await peer.until(() => peer.find(FRAME.settings, 0));
    peer.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 20_000 }, () => frame(FRAME.ping, 0, 0, '12345678')));
    for (let n = 0; n < 400 && !peer.socket.destroyed && errors.length === 0; n++) {
      if (!peer.socket.write(pings)) await new Promise((resolve) => setImmediate(resolve));
    }
    await waitFor(() => errors.length > 0);
    expect(errors).toEqual(['the peer does not read']);
  });

  it('may do what is merely odd', async () => {
    const padded = Buffer.concat([Buffer.from([3]), uint32(0), Buffer.from([9]), HEAD, Buffer.alloc(3)]);
    peer.send(
      HELLO,
      frame(0x77, 0xff, 9, 'a frame of a later time'),
      settings([0x99, 1], [SETTING.maxConcurrentStreams, 0]),
      frame(FRAME.priority, 0, 11, 'abcde'),
      frame(FRAME.headers, END | FLAG.padded | FLAG.priority, 1, padded),
      frame(FRAME.windowUpdate, 0, 1, uint32(1)),
      frame(FRAME.rstStream, 0, 1, uint32(ERROR.cancel)),
      frame(FRAME.rstStream, 0, 1, uint32(ERROR.cancel)),
      frame(FRAME.windowUpdate, 0, 1, uint32(1)),
      frame(FRAME.ping, FLAG.ack, 0, 'who asks'),
      frame(FRAME.ping, 0, 0, 'all well'),
    );
    const back = await peer.until(() => peer.find(FRAME.ping, 0));
    expect([back.payload.toString(), peer.find(FRAME.goaway, 0)]).toEqual(['all well', undefined]);
  });
});

describe('an answer', () => {
  let dir: string;
  let server: Http2Server;
  let peer: RawPeer;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'h2-'));
    server = await startHttp2Server({ ...options(false), address: { path: join(dir, 's') }, onError: () => {} });
    peer = new RawPeer(join(dir, 's'));
  });

  afterEach(async () => {
    peer.socket.destroy();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('goes byte by byte where the window is opened byte by byte, and ends with its trailers', async () => {
    peer.send(NO_WINDOW, open(1, END));
    await peer.until(() => peer.find(FRAME.headers, 1));
    for (let n = 1; n <= ANSWER.length; n++) {
      expect(peer.find(FRAME.headers, 1, 0)?.flags).toBe(FLAG.endHeaders);
      peer.send(frame(FRAME.windowUpdate, 0, 1, uint32(1)));
      await peer.until(() => peer.body(1).length === n);
    }
    expect(peer.body(1)).toBe(ANSWER.toString());
    const last = await peer.until(() => peer.frames.find(({ type, flags }) => type === FRAME.headers && flags === END));
    expect(last.stream).toBe(1);
  });

  it('follows windows that settings make smaller, below zero, and larger', async () => {
    peer.send(PREFACE, settings([SETTING.initialWindowSize, 5]), open(1, END));
    await peer.until(() => peer.body(1).length === 5);
    peer.send(settings([SETTING.initialWindowSize, 1]));
    // Four below zero: this brings it to zero.
    peer.send(frame(FRAME.windowUpdate, 0, 1, uint32(4)), frame(FRAME.ping, 0, 0, 'settled?'));
    await peer.until(() => peer.find(FRAME.ping, 0));
    expect(peer.body(1).length).toBe(5);
    peer.send(settings([SETTING.initialWindowSize, 4]));
    await peer.until(() => peer.body(1).length === 8);
    peer.send(settings([SETTING.initialWindowSize, 100]));
    await peer.until(() => peer.body(1) === ANSWER.toString());
  });
});

describe('a connection cut at every place', () => {
  /** Reads what it is given, and gathers what it says. */
  class Wire extends Duplex {
    readonly log = new FrameLog();
    override _read(): void {}
    override _write(bytes: Buffer, _encoding: string, done: () => void): void {
      this.log.feed(bytes);
      done();
    }
  }

  const literal = Buffer.from([0x40, 1, 0x61, 3, 0x62, 0x63, 0x64]);
  const padding = (bytes: string): string => `\x04${bytes}\0\0\0\0`;
  const CONVERSATION = Buffer.concat([
    HELLO,
    frame(FRAME.headers, 0, 1, HEAD),
    frame(FRAME.continuation, 0, 1, literal.subarray(0, 4)),
    frame(FRAME.continuation, FLAG.endHeaders, 1, literal.subarray(4)),
    frame(FRAME.data, 0, 1, 'abc'),
    frame(FRAME.headers, END, 3, Buffer.concat([HEAD, Buffer.from([0xbe])])),
    frame(FRAME.data, FLAG.padded, 1, padding('defg')),
    frame(FRAME.data, 0, 1),
    frame(FRAME.ping, 0, 0, 'in turn.'),
    frame(FRAME.data, FLAG.endStream | FLAG.padded, 1, padding('h')),
    frame(FRAME.headers, FLAG.endHeaders, 5, HEAD),
    frame(FRAME.data, 0, 5, 'xyz'),
    frame(FRAME.headers, END, 5, Buffer.from([0xbe])),
    frame(FRAME.headers, FLAG.endHeaders, 7, HEAD),
    frame(FRAME.data, FLAG.endStream, 7),
  ]);
  const EVENTS = [
    ...[
      '1 begins a,bcd',
      '3 begins a,bcd',
      '3 ends with 0',
      '1 ends with 8',
      '5 begins ',
      '5 ends with 3',
      '7 begins ',
    ],
    ...['7 ends with 0', '3 closed', '1 closed', '5 closed', '7 closed'],
  ];

  async function talk(pieces: readonly Buffer[]): Promise<{ events: string[]; answers: string[] }> {
    const events: string[] = [];
    const wire = new Wire();
    const connection = new Connection(wire, { ...options(false, events), onClosed: () => {} });
    for (const piece of pieces) {
      wire.push(piece);
      // The reader runs in between.
      await new Promise<void>((resolve) => process.nextTick(resolve));
    }
    await waitFor(() => connection.openStreams === 0 && events.length === EVENTS.length);
    const answers = [1, 3, 5, 7].map((stream) => wire.log.body(stream));
    connection.destroy();
    return { events: [...events].sort(), answers };
  }

  const EXPECTED = { events: [...EVENTS].sort(), answers: [1, 3, 5, 7].map(() => ANSWER.toString()) };

  it('brings the same in two pieces, whichever', async () => {
    for (let cut = 0; cut <= CONVERSATION.length; cut++) {
      expect(
        await talk([CONVERSATION.subarray(0, cut), CONVERSATION.subarray(cut)].filter((one) => one.length > 0)),
      ).toEqual(EXPECTED);
    }
  });

  it('brings the same in pieces of one size, whichever', async () => {
    for (let size = 1; size <= 40; size++) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < CONVERSATION.length; at += size) pieces.push(CONVERSATION.subarray(at, at + size));
      expect(await talk(pieces)).toEqual(EXPECTED);
    }
  });
});
