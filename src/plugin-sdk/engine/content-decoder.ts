/** Undoes `content-encoding` for answers that come compressed although the request did not allow it, so that plugins read text. */

import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  type Zlib,
} from 'node:zlib';

type Decoder = Transform & Zlib;

const DECODERS: Readonly<Record<string, () => Decoder>> = {
  gzip: () => createGunzip({ flush: constants.Z_SYNC_FLUSH }),
  'x-gzip': () => createGunzip({ flush: constants.Z_SYNC_FLUSH }),
  deflate: () => createInflate({ flush: constants.Z_SYNC_FLUSH }),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

/** The content coding cannot be undone. */
export class ContentDecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ContentDecodeError';
  }
}

/** True when the header names a coding at all. */
export function isEncoded(contentEncoding: string | undefined): contentEncoding is string {
  const coding = contentEncoding?.trim().toLowerCase();
  return coding !== undefined && coding !== '' && coding !== 'identity';
}

/** Undefined for codings that are not known, or more than one. */
export function contentDecoder(contentEncoding: string, limitBytes: number): ContentDecoder | undefined {
  const make = DECODERS[contentEncoding.trim().toLowerCase()];
  return make && new ContentDecoder(make(), limitBytes);
}

export class ContentDecoder {
  readonly #decoder: Decoder;
  #parts: Buffer[] = [];
  #size = 0;
  #failure: Error | undefined;

  constructor(decoder: Decoder, limitBytes: number) {
    this.#decoder = decoder;
    decoder.on('data', (part: Buffer) => {
      this.#parts.push(part);
      this.#size += part.length;
      if (this.#size > limitBytes)
        decoder.destroy(new ContentDecodeError(`one part unpacks to more than ${limitBytes} bytes`));
    });
    decoder.on('error', (error) => {
      this.#failure = error;
    });
  }

  /** What these bytes unpack to; `end` for the last ones. @throws ContentDecodeError */
  async feed(part: Buffer, end: boolean): Promise<Buffer> {
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void =>
        reject(new ContentDecodeError(`the compressed answer is broken: ${error.message}`));
      if (this.#failure) {
        fail(this.#failure);
        return;
      }
      const decoder = this.#decoder;
      const settled = (act: () => void) => () => {
        decoder.off('error', onError);
        decoder.off('end', onEnd);
        act();
      };
      const onError = (error: Error): void => settled(() => fail(error))();
      const onEnd = settled(resolve);
      decoder.on('error', onError);
      if (end) {
        decoder.on('end', onEnd);
        decoder.end(part);
      } else decoder.write(part, () => settled(resolve)());
    });
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return bytes;
  }

  close(): void {
    this.#decoder.destroy();
  }
}
