/** The log of one process: standard error and, with `logDir`, a rolled file named after the process. */
import { join } from 'node:path';
import { createLogger, type Logger } from '#lib/log.ts';
import { openLogFile } from '#lib/log-file.ts';

export async function openLog(
  component: string,
  { logLevel, logDir }: { readonly logLevel: string; readonly logDir: string | undefined },
): Promise<Logger> {
  if (logDir === undefined) return createLogger({ component, level: logLevel });
  return createLogger({ component, level: logLevel, file: await openLogFile({ path: join(logDir, component) }) });
}
