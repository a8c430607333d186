/** `higress standalone`: prints one JSON line (or, on a terminal, a readable form) when ready, and ends cleanly on Ctrl-C. */
import { join, resolve } from 'node:path';
import { EnvoyNotFoundError } from '#app/envoy/binary.ts';
import { cacheDir } from '#app/envoy/cache.ts';
import { NativeModuleError } from '#app/envoy/native-module.ts';
import { readEnvironment } from '#app/settings.ts';
import { PortInUseError } from '#app/standalone/ports.ts';
import { type RunningStandalone, StartError, startStandalone } from '#app/standalone/standalone.ts';
import { openLog } from './open-log.ts';

interface Options {
  readonly configDir: string;
  readonly address: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly adminPort: number;
  readonly consolePort: number;
  readonly dataDir?: string;
  readonly logLevel: string;
  readonly logDir?: string;
  readonly envoyConcurrency?: number;
  readonly systemNamespace: string;
  readonly ingressClass: string;
}

const READY_TIMEOUT_MS = 60_000;
/** What a user can mend: printed without a stack. */
const MENDABLE = [StartError, PortInUseError, EnvoyNotFoundError, NativeModuleError];

export async function standalone(options: Options): Promise<void> {
  const environment = readEnvironment();
  const say = (text: string) => process.stderr.write(`[higress] ${text}\n`);
  const logDir = options.logDir === undefined ? undefined : resolve(options.logDir);
  const log = await openLog('standalone', { logLevel: options.logLevel, logDir }).catch((error: Error) => {
    process.stderr.write(`higress: --log-dir: ${error.message}\n`);
    return process.exit(1);
  });
  let gateway: RunningStandalone;
  try {
    say(`starting the gateway on ${options.configDir} …`);
    gateway = await startStandalone(
      {
        ...options,
        configDir: resolve(options.configDir),
        dataDir: resolve(options.dataDir ?? join(cacheDir(environment.variables), 'data')),
        envoyConcurrency: options.envoyConcurrency,
        logDir,
      },
      environment,
      log,
      say,
    );
  } catch (error) {
    if (MENDABLE.some((kind) => error instanceof kind) && error instanceof Error) {
      process.stderr.write(`higress: ${error.message}\n`);
      process.exit(1);
    }
    throw error;
  }

  let ending = false;
  const end = (status: number) => {
    if (ending) return;
    ending = true;
    say('stopping …');
    gateway.stop().then(
      () => process.exit(status),
      (error: unknown) => {
        log.error({ err: error }, 'the gateway did not stop cleanly');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));

  try {
    await gateway.ready(READY_TIMEOUT_MS);
    if (!ending) announce(gateway);
  } catch (error) {
    process.stderr.write(`higress: ${error instanceof Error ? error.message : String(error)}\n`);
    end(1);
  }
}

function announce(gateway: RunningStandalone): void {
  const { urls } = gateway;
  if (!process.stdout.isTTY) {
    for (const note of gateway.notes) process.stderr.write(`[higress] ${note}\n`);
    process.stdout.write(`${JSON.stringify({ event: 'ready', urls })}\n`);
    return;
  }
  const lines = [
    '',
    'Higress is ready.',
    '',
    `  HTTP   ${urls.http}`,
    `  HTTPS  ${urls.https}`,
    `  Admin  ${urls.admin}   (/ready /metrics /debug/model …)`,
  ];
  if (gateway.notes.length > 0) lines.push('', ...gateway.notes.map((note) => `  * ${note}`));
  if (gateway.tries.length > 0) lines.push('', 'Try:');
  for (const { title, command } of gateway.tries)
    lines.push('', `  # ${title}`, `  ${command.replaceAll('${HTTP}', urls.http)}`);
  lines.push('', 'Manifests are read again whenever they change. Ctrl-C stops everything.', '');
  process.stdout.write(`${lines.join('\n')}\n`);
}
