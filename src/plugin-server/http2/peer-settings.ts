/** SETTINGS, there and back. */
import {
  ConnectionError,
  ERROR,
  FRAME_SIZE,
  LARGEST_FRAME_SIZE,
  LARGEST_WINDOW_BYTES,
  type Limits,
  SETTING,
} from './protocol.ts';

const ENTRY_BYTES = 6;

export interface PeerSettings {
  readonly headerTableSize?: number;
  readonly initialWindowSize?: number;
}

/** What of the peer's settings matters here: nothing is pushed, and no frame is larger than every peer takes. @throws ConnectionError */
export function peerSettings(payload: Buffer): PeerSettings {
  if (payload.length % ENTRY_BYTES !== 0)
    throw new ConnectionError(ERROR.frameSize, 'a SETTINGS frame of the wrong size');
  const settings: { -readonly [K in keyof PeerSettings]: PeerSettings[K] } = {};
  for (let at = 0; at < payload.length; at += ENTRY_BYTES) {
    const value = payload.readUInt32BE(at + 2);
    switch (payload.readUInt16BE(at)) {
      case SETTING.headerTableSize:
        settings.headerTableSize = value;
        break;
      case SETTING.enablePush:
        if (value > 1) throw new ConnectionError(ERROR.protocol, `SETTINGS_ENABLE_PUSH is ${value}`);
        break;
      case SETTING.initialWindowSize:
        if (value > LARGEST_WINDOW_BYTES)
          throw new ConnectionError(ERROR.flowControl, `SETTINGS_INITIAL_WINDOW_SIZE is ${value}`);
        settings.initialWindowSize = value;
        break;
      case SETTING.maxFrameSize:
        if (value < FRAME_SIZE || value > LARGEST_FRAME_SIZE) {
          throw new ConnectionError(ERROR.protocol, `SETTINGS_MAX_FRAME_SIZE is ${value}`);
        }
        break;
    }
  }
  return settings;
}

/** The payload of this side's SETTINGS. */
export function settingsFrame({ maxStreams, streamWindowBytes, headerListBytes }: Limits): Buffer {
  const entries = [
    [SETTING.maxConcurrentStreams, maxStreams],
    [SETTING.initialWindowSize, streamWindowBytes],
    [SETTING.maxHeaderListSize, headerListBytes],
  ] as const;
  const payload = Buffer.alloc(entries.length * ENTRY_BYTES);
  entries.forEach(([name, value], i) => {
    payload.writeUInt16BE(name, i * ENTRY_BYTES);
    payload.writeUInt32BE(value, i * ENTRY_BYTES + 2);
  });
  return payload;
}
