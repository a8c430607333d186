/** One supervised child process: started, restarted with back-off when it dies, stopped in order. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Logger } from '#lib/log.ts';

export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Also open an IPC channel, so that the child notices when the supervisor dies. */
  readonly ipc?: boolean;
  /** Where the child's standard output goes: our own, or nowhere but standard error. */
  readonly stdout: 'inherit' | 'stderr';
}

export interface ChildOptions {
  readonly log: Logger;
  readonly minBackoffMs?: number;
  readonly maxBackoffMs?: number;
  readonly onStart?: (pid: number) => void;
}

/** A run at least this long counts as healthy and resets the back-off. */
const STABLE_RUN_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;

export class SupervisedChild {
  readonly #spec: ChildSpec;
  readonly #options: ChildOptions;
  #process: ChildProcess | undefined;
  #stopping = false;
  #restartTimer: NodeJS.Timeout | undefined;
  #backoffMs: number;
  #restarts = 0;

  constructor(spec: ChildSpec, options: ChildOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#backoffMs = options.minBackoffMs ?? 100;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Does nothing once `stop` was called. */
  start(): void {
    if (this.#stopping) return;
    const { name, command, args, env, ipc, stdout } = this.#spec;
    const began = Date.now();
    const child = spawn(command, args, {
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', stdout === 'inherit' ? 'inherit' : 2, 'inherit', ...(ipc ? (['ipc'] as const) : [])],
    });
    this.#process = child;
    child.on('spawn', () => {
      if (child.pid !== undefined) this.#options.onStart?.(child.pid);
    });
    const ended = (reason: string) => {
      if (this.#process !== child) return;
      this.#process = undefined;
      if (this.#stopping) return;
      if (Date.now() - began >= STABLE_RUN_MS) this.#backoffMs = this.#options.minBackoffMs ?? 100;
      this.#restarts += 1;
      this.#options.log.error(
        { process: name, reason, restartInMs: this.#backoffMs },
        'process ended; it will be restarted',
      );
      this.#restartTimer = setTimeout(() => this.start(), this.#backoffMs);
      this.#backoffMs = Math.min(this.#backoffMs * 2, this.#options.maxBackoffMs ?? 10_000);
    };
    child.on('error', (error) => ended(error.message));
    child.on('exit', (code, signal) => ended(signal ? `signal ${signal}` : `exit status ${code}`));
  }

  /** SIGTERM, then SIGKILL after five seconds; resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restartTimer);
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await gone;
    clearTimeout(killer);
  }
}
