/** How the processes of a cluster end: when they cannot start, and on the signals that container runtimes and terminals send. */
import type { Logger } from '#lib/log.ts';

/** What was started; when that fails the log says why, and the process ends with status 1. */
export async function startedOrEnd<T>(log: Logger, starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    log.fatal({ err: error }, 'the start failed');
    return process.exit(1);
  }
}

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
