/** PEM files that are replaced from time to time, read again at most every few seconds. */
import { readFileSync } from 'node:fs';
import type { TlsFiles } from '#xds/server/index.ts';

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

const REFRESH_MS = 10_000;

export class TlsFileReader {
  readonly #files: TlsFiles;
  readonly #now: () => number;
  #last: { readonly at: number; readonly material: TlsMaterial } | undefined;

  constructor(files: TlsFiles, now: () => number = Date.now) {
    this.#files = files;
    this.#now = now;
  }

  /** The newest files; while they cannot be read (half replaced), the last ones. */
  read(): TlsMaterial {
    if (this.#last !== undefined && this.#now() - this.#last.at < REFRESH_MS) return this.#last.material;
    const { cert, key, ca } = this.#files;
    try {
      const material = { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(ca) };
      this.#last = { at: this.#now(), material };
    } catch (error) {
      if (this.#last === undefined) throw error;
    }
    return this.#last!.material;
  }
}
