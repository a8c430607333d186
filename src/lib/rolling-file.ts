/** A log file that never grows beyond its limit: `x.log`, and the older `x.log.1` (newest) to `x.log.N`. */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface RollingFileOptions {
  readonly path: string;
  /** A line that would make the file larger goes into a new file. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Older files kept. Default 3. */
  readonly backups?: number;
}

export const LOG_FILE_MAX_BYTES = 64 * 1024 * 1024;
export const LOG_FILE_BACKUPS = 3;

/** Writes at once (no buffer to lose in a crash). A disk that is full or read-only loses lines, never the process. */
export class RollingFile {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #backups: number;
  #file: number | undefined;
  #size = 0;
  /** Lines that could not be written. */
  lost = 0;

  constructor({ path, maxBytes = LOG_FILE_MAX_BYTES, backups = LOG_FILE_BACKUPS }: RollingFileOptions) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#backups = backups;
  }

  write(line: string): void {
    try {
      const bytes = Buffer.from(line);
      this.#open();
      if (this.#size > 0 && this.#size + bytes.length > this.#maxBytes) this.#roll();
      const file = this.#open();
      for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
      this.#size += bytes.length;
    } catch {
      this.lost += 1;
      this.close();
    }
  }

  close(): void {
    if (this.#file === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    try {
      closeSync(file);
    } catch {
      // Nothing more can be done for it.
    }
  }

  #open(): number {
    if (this.#file !== undefined) return this.#file;
    mkdirSync(dirname(this.#path), { recursive: true });
    this.#file = openSync(this.#path, 'a', 0o640);
    this.#size = fstatSync(this.#file).size;
    return this.#file;
  }

  #roll(): void {
    this.close();
    rmSync(this.#name(this.#backups), { force: true });
    for (let n = this.#backups - 1; n >= 0; n--) {
      try {
        renameSync(this.#name(n), this.#name(n + 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }

  #name(n: number): string {
    return n === 0 ? this.#path : `${this.#path}.${n}`;
  }
}
