/** What the commands share that ask a gateway: where it is, and what goes wrong on the way to it. */
import { AdminClient, AdminError, DEFAULT_ADMIN_URL } from '#app/admin/client.ts';
import type { OfflineOptions } from '#app/offline.ts';
import { offlineView, PathError, runningView } from '#app/view.ts';
import { RequestError } from '#explain/request.ts';
import type { GatewayView } from '#explain/view.ts';

/** Standing for "could not answer", in contrast to an answer that is no. */
export const STATUS_FAILED = 2;

/** Folders when there are any, else the running gateway. */
export async function viewOf(
  paths: readonly string[] | undefined,
  admin: string | undefined,
  options: OfflineOptions,
): Promise<GatewayView> {
  if (paths !== undefined && paths.length > 0) return offlineView(paths, options);
  return runningView(new AdminClient(admin ?? DEFAULT_ADMIN_URL));
}

/** Runs a command; what the user can mend ends it with one line and the exit status given. */
export async function answering(command: () => Promise<void>, failedStatus = STATUS_FAILED): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (!(error instanceof AdminError || error instanceof PathError || error instanceof RequestError)) throw error;
    process.stderr.write(`higress: ${error.message}\n`);
    process.exitCode = failedStatus;
  }
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
