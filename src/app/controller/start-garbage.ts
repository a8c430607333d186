/**
 * The garbage of a start: V8 leaves it among what lives until as much has come again, which in a controller with little to do is never. It is collected once,
 * when nothing has changed for a moment: the process stands still for a tenth of a second, with ten thousand Ingresses for half of one.
 */
import type { Outcome } from '#app/control-plane/engine.ts';

const QUIET_MS = 2_000;

export class StartGarbage {
  #timer: NodeJS.Timeout | undefined;
  #done = false;

  changed({ programmed }: Pick<Outcome, 'programmed'>): void {
    if (this.#done) return;
    clearTimeout(this.#timer);
    if (programmed) this.#timer = setTimeout(() => this.#collect(), QUIET_MS).unref();
  }

  stop(): void {
    this.#done = true;
    clearTimeout(this.#timer);
  }

  #collect(): void {
    this.#done = true;
    // There with `--expose-gc` only, as the chart starts the controller.
    globalThis.gc?.({ type: 'major', flavor: 'last-resort' });
  }
}
