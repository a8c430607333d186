/** Numbers of RFC 9113 (HTTP/2), and the errors that end a stream or a connection. */

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

export const SETTING = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

export const ERROR = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refusedStream: 7,
  cancel: 8,
  compression: 9,
  enhanceYourCalm: 11,
} as const;

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
export const FRAME_HEADER_BYTES = 9;
/** Both sides' limit until SETTINGS say otherwise; this server never asks for more. */
export const FRAME_SIZE = 16_384;
export const LARGEST_FRAME_SIZE = 2 ** 24 - 1;
export const FIRST_WINDOW_BYTES = 65_535;
export const LARGEST_WINDOW_BYTES = 2 ** 31 - 1;

/** The peer broke the protocol: the connection ends with a GOAWAY of this code. */
export class ConnectionError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'ConnectionError';
    this.code = code;
  }
}

export interface Limits {
  readonly maxStreams: number;
  /** Bytes that a peer may send on a stream before the server has taken them. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  /** Of one request, as RFC 9113 counts: names, values and 32 bytes for each. */
  readonly headerListBytes: number;
}
