/** The command line as a user runs it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `cwd`: paths in the output are relative to it when they are given so. */
export function runCli(args: readonly string[], cwd?: string): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd ? { cwd } : {}),
    });
    const out = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => {
      out.stdout += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      out.stderr += data.toString();
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...out }));
  });
}
