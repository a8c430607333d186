/** Log files that never fill a disk: `NAME.1.log`, `NAME.2.log`, …, the highest number being the current one, also over restarts. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface LogFileOptions {
  /** Path without number and ending: `DIR/NAME`. */
  readonly path: string;
  /** A file that has reached it is followed by the next; unit `k`, `m` or `g`. Default 64m. */
  readonly size?: string;
  /** Older files kept. Default 3. */
  readonly backups?: number;
}

export interface LogFile {
  write(line: string): void;
  /** Lines that could not be written. */
  readonly lost: number;
  close(): Promise<void>;
}

/** A disk that is full or read-only later on loses lines, never the process; a file that cannot be opened is an error here. */
export async function openLogFile({ path, size = '64m', backups = 3 }: LogFileOptions): Promise<LogFile> {
  await mkdir(dirname(path), { recursive: true });
  // Loaded when it is wanted: it brings all of date-fns.
  const { default: roll } = await import('pino-roll');
  // With `removeOtherLogFiles`, needed to keep to the limit over restarts, the package counts the current file as well.
  const limit = { count: backups + 1, removeOtherLogFiles: true };
  const stream = await roll({ file: path, size, limit, sync: true });
  let lost = 0;
  stream.on('error', () => {
    lost += 1;
  });
  return {
    write: (line) => void stream.write(line),
    get lost() {
      return lost;
    },
    close: () =>
      new Promise((resolve) => {
        stream.once('close', resolve);
        stream.end();
      }),
  };
}
