/** Short programs that are run to their end: pip, a compiler, `envoy --version`. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Variables } from './cache.ts';

export type CommandResult = ({ readonly ok: true } | { readonly ok: false; readonly reason: string }) & {
  readonly output: string;
  readonly errors: string;
};

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

export async function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly env: Variables; readonly cwd?: string },
): Promise<CommandResult> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, {
      ...options,
      env: options.env as NodeJS.ProcessEnv,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return { ok: true, output: stdout, errors: stderr.trim() };
  } catch (error) {
    const {
      code,
      signal,
      message,
      stdout = '',
      stderr = '',
    } = error as NodeJS.ErrnoException & {
      signal?: string;
      stdout?: string;
      stderr?: string;
    };
    if (code === 'ENOENT') return { ok: false, reason: 'not installed', output: '', errors: '' };
    const ended = typeof code === 'number' ? `exit status ${code}` : (signal ?? message);
    return { ok: false, reason: stderr.trim().split('\n').at(-1) || ended, output: stdout, errors: stderr.trim() };
  }
}

export async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
