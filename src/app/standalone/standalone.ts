/**
 * `higress standalone`: a small supervisor over three processes (control plane, plugin server, Envoy), each restarted when it dies.
 * Envoy goes on serving while another one is away; nothing is left behind when the supervisor ends.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findEnvoy } from '#app/envoy/binary.ts';
import { envoyBootstrap } from '#app/envoy/bootstrap.ts';
import { findNativeModule, SEARCH_PATH_VARIABLE } from '#app/envoy/native-module.ts';
import {
  type ControlPlaneSettings,
  type Environment,
  type PluginServerSettings,
  type StandaloneSettings,
  socketsIn,
} from '#app/settings.ts';
import type { Logger } from '#lib/log.ts';
import { SupervisedChild } from './child.ts';
import { settlePorts } from './ports.ts';
import { startDemo } from './quickstart.ts';

export interface StandaloneUrls {
  readonly http: string;
  readonly https: string;
  readonly admin: string;
}

export interface RunningStandalone {
  readonly urls: StandaloneUrls;
  readonly notes: readonly string[];
  readonly tries: readonly { readonly title: string; readonly command: string }[];
  /** Resolves when the gateway has everything; rejects with the reasons after `timeoutMs`. */
  ready(timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** What a user can mend; printed without a stack. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const READY_POLL_MS = 25;
const ADS_WAIT_MS = 5_000;
const ENVOY_LOG_FORMAT = '{"time":"%Y-%m-%dT%T.%eZ","level":"%l","component":"envoy.%n","msg":"%j"}';

export async function startStandalone(
  settings: StandaloneSettings,
  environment: Environment,
  log: Logger,
  say: (text: string) => void,
): Promise<RunningStandalone> {
  const folder = await stat(settings.configDir).catch(() => undefined);
  if (!folder?.isDirectory()) {
    throw new StartError(
      `--config-dir: "${settings.configDir}" is not a folder. Name a folder of YAML manifests, for example samples/quickstart.`,
    );
  }
  const [httpPort, httpsPort, adminPort] = (await settlePorts(settings.address, [
    { flag: '--http-port', port: settings.httpPort },
    { flag: '--https-port', port: settings.httpsPort },
    { flag: '--admin-port', port: settings.adminPort },
  ])) as [number, number, number];
  const envoy = await findEnvoy({ env: environment.variables, say });
  const nativeModule = await findNativeModule({ env: environment.variables, envoy, say });

  const runDir = await mkdtemp(join(environment.temporaryDir, 'higress-'));
  const generatedDir = join(runDir, 'generated');
  await mkdir(generatedDir);
  await mkdir(settings.dataDir, { recursive: true });
  const demo = await startDemo(settings.configDir, generatedDir, environment.variables);
  const sockets = socketsIn(runDir);
  const bootstrapFile = join(runDir, 'envoy.json');
  await writeFile(
    bootstrapFile,
    JSON.stringify(envoyBootstrap({ nodeId: 'standalone', adsSocket: sockets.ads, adminSocket: sockets.envoyAdmin })),
  );

  const controlPlane: ControlPlaneSettings = {
    configDirs: demo === undefined ? [settings.configDir] : [settings.configDir, generatedDir],
    address: settings.address,
    httpPort,
    httpsPort,
    adminPort,
    dataDir: settings.dataDir,
    logLevel: settings.logLevel,
    logDir: settings.logDir,
    systemNamespace: settings.systemNamespace,
    ingressClass: settings.ingressClass,
    nativeModule: nativeModule !== undefined,
    sockets,
  };
  const pluginServer: PluginServerSettings = {
    dataDir: settings.dataDir,
    logLevel: settings.logLevel,
    logDir: settings.logDir,
    nativeModule: nativeModule !== undefined,
    sockets,
  };
  const node = (name: string, command: string, settingsJson: object) =>
    new SupervisedChild(
      {
        name,
        command: process.execPath,
        args: [MAIN, command],
        env: { ...environment.variables, HIGRESS_SETTINGS: JSON.stringify(settingsJson) },
        ipc: true,
        stdout: 'stderr',
      },
      { log },
    );
  const envoyArgs = [
    ['-c', bootstrapFile],
    ['--use-dynamic-base-id'],
    ['--concurrency', String(settings.envoyConcurrency ?? availableParallelism())],
    ['--log-level', envoyLogLevel(settings.logLevel)],
    ['--log-format', ENVOY_LOG_FORMAT],
    // Long-lived answers (LLM streams) of a changed listener get ten minutes; the listener itself hardly ever changes.
    ['--drain-time-s', '600', '--drain-strategy', 'gradual'],
  ].flat();
  const controlPlaneChild = node('control plane', 'control-plane', controlPlane);
  const pluginServerChild = node('plugin server', 'standalone-plugin-server', pluginServer);
  const envoyChild = new SupervisedChild(
    {
      name: 'envoy',
      command: envoy,
      args: envoyArgs,
      env: { ...environment.variables, [SEARCH_PATH_VARIABLE]: nativeModule },
      stdout: 'inherit',
    },
    { log, onStart: (pid) => void writeFile(join(runDir, 'envoy.pid'), String(pid)).catch(() => undefined) },
  );
  controlPlaneChild.start();
  pluginServerChild.start();
  // Envoy starts quicker than what it asks, and would complain of it.
  void untilThere(sockets.ads, ADS_WAIT_MS).then(() => envoyChild.start());

  const base = (scheme: string, port: number) => `${scheme}://${urlHost(settings.address)}:${port}`;
  const urls = { http: base('http', httpPort), https: base('https', httpsPort), admin: base('http', adminPort) };
  let stopping: Promise<void> | undefined;
  return {
    urls,
    notes: demo?.notes ?? [],
    tries: demo?.tries ?? [],
    ready: (timeoutMs) => untilReady(`${urls.admin}/ready`, timeoutMs, () => stopping !== undefined),
    stop: () => {
      stopping ??= stopAll([envoyChild, pluginServerChild, controlPlaneChild], demo?.stop, runDir);
      return stopping;
    },
  };
}

/** Resolves when the path exists, or after `timeoutMs`. */
async function untilThere(path: string, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end && (await stat(path).catch(() => undefined)) === undefined) {
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
}

/** In this order: Envoy first, so that no request meets a half-stopped gateway. */
async function stopAll(
  children: readonly SupervisedChild[],
  stopDemo: (() => Promise<void>) | undefined,
  runDir: string,
): Promise<void> {
  for (const child of children) await child.stop();
  await stopDemo?.();
  await rm(runDir, { recursive: true, force: true });
}

async function untilReady(url: string, timeoutMs: number, aborted: () => boolean): Promise<void> {
  const end = Date.now() + timeoutMs;
  let last = 'the control plane has not answered yet';
  while (Date.now() < end && !aborted()) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      if (response.status === 200) return;
      const { reasons } = (await response.json()) as { reasons?: string[] };
      last = (reasons ?? []).join('; ');
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  if (!aborted()) throw new StartError(`the gateway was not ready within ${timeoutMs / 1000} s: ${last}`);
}

/** An address as it stands in a URL; the unspecified ones become loopback, where a client can reach them. */
function urlHost(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return address.includes(':') ? `[${address}]` : address;
}

function envoyLogLevel(level: string): string {
  const levels: Record<string, string> = {
    trace: 'debug',
    debug: 'info',
    info: 'warning',
    warn: 'warning',
    error: 'error',
    fatal: 'critical',
    silent: 'off',
  };
  return levels[level] ?? 'warning';
}
