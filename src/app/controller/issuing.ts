/**
 * Makes certificates in a process that lives for a moment: what `authority.ts` loads would take the controller 40 MiB for good, and is needed at a start and
 * then a few times a year.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Identity, LeafRequest } from './authority.ts';

export type IssuingRequest =
  | { readonly kind: 'authority'; readonly commonName: string; readonly days: number }
  | { readonly kind: 'leaf'; readonly authority: Identity; readonly leaf: LeafRequest };
export type IssuingAnswer = { readonly identity: Identity } | { readonly error: string };

const PROGRAM = fileURLToPath(new URL('./issuing-process.ts', import.meta.url));

/** One request at a time. The process is started by the first one. */
export class Issuing {
  #child: ChildProcess | undefined;

  createAuthority(commonName: string, days: number): Promise<Identity> {
    return this.#ask({ kind: 'authority', commonName, days });
  }

  issue(authority: Identity, leaf: LeafRequest): Promise<Identity> {
    return this.#ask({ kind: 'leaf', authority, leaf });
  }

  /** Lets the process end. A later request starts another. */
  end(): void {
    if (this.#child?.connected) this.#child.disconnect();
    this.#child = undefined;
  }

  #ask(request: IssuingRequest): Promise<Identity> {
    this.#child ??= fork(PROGRAM, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const child = this.#child;
    return new Promise<Identity>((resolve, reject) => {
      const done = (settle: () => void) => {
        child.off('message', onMessage).off('error', onError).off('exit', onExit);
        settle();
      };
      const onMessage = (answer: IssuingAnswer) =>
        done(() => ('identity' in answer ? resolve(answer.identity) : reject(new Error(answer.error))));
      const onError = (error: Error) => done(() => reject(error));
      const onExit = (code: number | null) =>
        done(() => reject(new Error(`the process that makes certificates ended with status ${code}`)));
      child.on('message', onMessage).on('error', onError).on('exit', onExit);
      child.send(request, (error) => {
        if (error !== null) onError(error);
      });
    });
  }
}
