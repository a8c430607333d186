/** The garbage of a start: V8 leaves it among what lives until as much has come again, which in a controller with little to do is never. */

/** Long enough for what follows a start, such as statuses and Events. */
const SETTLE_MS = 2_000;

export class StartGarbage {
  #timer: NodeJS.Timeout | undefined;
  #done = false;

  /** The gateways have taken what was read at the start; later calls do nothing. */
  started(): void {
    if (this.#done) return;
    this.#done = true;
    // There with `--expose-gc` only, as the chart starts the controller. The process stands still for a tenth of a second, with ten thousand Ingresses for half of one.
    this.#timer = setTimeout(() => globalThis.gc?.({ type: 'major', flavor: 'last-resort' }), SETTLE_MS).unref();
  }

  stop(): void {
    this.#done = true;
    clearTimeout(this.#timer);
  }
}
