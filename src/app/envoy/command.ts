/** Short programs that are run to their end: pip, a compiler, `envoy --version`. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Variables } from './cache.ts';

export type CommandResult =
  | { readonly ok: true; readonly output: string }
  /** `reason` in one line; `errors` is all of its standard error. */
  | { readonly ok: false; readonly reason: string; readonly errors: string };

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

export async function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly env: Variables; readonly cwd?: string },
): Promise<CommandResult> {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      ...options,
      env: options.env as NodeJS.ProcessEnv,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return { ok: true, output: stdout };
  } catch (error) {
    const {
      code,
      signal,
      message,
      stderr = '',
    } = error as NodeJS.ErrnoException & { signal?: string; stderr?: string };
    if (code === 'ENOENT') return { ok: false, reason: 'not installed', errors: '' };
    const ended = typeof code === 'number' ? `exit status ${code}` : (signal ?? message);
    return { ok: false, reason: stderr.trim().split('\n').at(-1) || ended, errors: stderr.trim() };
  }
}

export async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
