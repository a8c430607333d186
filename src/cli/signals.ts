/** A clean end on the signals that container runtimes and terminals send. */
import type { Logger } from '#lib/log.ts';

export function endOnSignal(log: Logger, stop: () => Promise<void>): void {
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      log.info({ signal }, 'stopping');
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'the end was not clean');
          process.exit(1);
        },
      );
    });
}
