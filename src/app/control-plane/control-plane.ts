/** The control-plane process of a standalone gateway: folders of manifests in, Unix sockets to the processes beside it. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openListeners, unixGet } from '#app/envoy/admin.ts';
import { withKnownNames } from '#app/metrics.ts';
import type { ControlPlaneSettings } from '#app/settings.ts';
import type { Logger } from '#lib/log.ts';
import type { PluginServerStatus } from '#plugin-server/server.ts';
import { startEngine } from './engine.ts';
import { startFileSources } from './sources.ts';

export interface RunningControlPlane {
  stop(): Promise<void>;
}

/** All of it, for thousands of hosts, takes Envoy a while. */
const ENVOY_DUMP_TIMEOUT_MS = 10_000;

export async function startControlPlane(settings: ControlPlaneSettings, log: Logger): Promise<RunningControlPlane> {
  const { sockets } = settings;
  const watch = doorsWatch(sockets, settings.nativeModule);
  const engine = await startEngine({
    world: {
      ingressClass: settings.ingressClass,
      systemNamespace: settings.systemNamespace,
      watchNamespace: '',
      domainSuffix: 'cluster.local',
      httpsPublicPort: settings.httpsPort,
      wildcardFallback: true,
    },
    build: {
      address: settings.address,
      httpPort: settings.httpPort,
      httpsPort: settings.httpsPort,
      httpsPublicPort: settings.httpsPort,
      pluginServer: { extProc: { socket: sockets.extProc }, http: { socket: sockets.pluginHttp } },
      ...(settings.nativeModule ? { hop: { socket: sockets.hop } } : {}),
      egress: { socket: sockets.egress },
      nativeModule: settings.nativeModule,
    },
    ads: { address: { path: sockets.ads } },
    admin: { host: settings.address, port: settings.adminPort },
    modules: { socketPath: sockets.pluginHttp },
    startSources: (listener) => startFileSources(settings, listener),
    notReadyBecause: () => watch.missing(),
    moreMetrics: [
      () => unixGet(sockets.pluginHttp, '/metrics'),
      async () => withKnownNames(await unixGet(sockets.envoyAdmin, '/stats/prometheus')),
    ],
    pluginServerPage: async () => JSON.parse(await unixGet(sockets.pluginHttp, '/debug/plugins')) as unknown,
    envoyDump: () => unixGet(sockets.envoyAdmin, '/config_dump?include_eds', ENVOY_DUMP_TIMEOUT_MS),
    log,
  });
  watch.start();
  return {
    stop: async () => {
      watch.stop();
      await engine.stop();
      await endOrphanedEnvoy(dirname(sockets.ads));
    },
  };
}

/**
 * Knows whether Envoy has opened the listeners, which it does only after it has everything that they need, and whether the plugin server has once been
 * connected to all of its workers.
 */
function doorsWatch(
  { envoyAdmin, pluginHttp }: ControlPlaneSettings['sockets'],
  hop: boolean,
): { start(): void; stop(): void; missing(): string[] } {
  const wanted = ['http', 'https'];
  let open = false;
  let connected = !hop;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const names = await openListeners(envoyAdmin).catch((): readonly string[] => []);
    open = wanted.every((name) => names.includes(name));
    connected ||= await hopIsWhole(pluginHttp);
    timer = setTimeout(look, open && connected ? 1_000 : 25);
  };
  return {
    start: () => {
      timer = setTimeout(look, 0);
    },
    stop: () => clearTimeout(timer),
    missing: () => [
      ...(open ? [] : ['Envoy has not opened its listeners yet']),
      ...(connected ? [] : ['the plugin server has not connected to Envoy yet']),
    ],
  };
}

async function hopIsWhole(pluginHttp: string): Promise<boolean> {
  const text = await unixGet(pluginHttp, '/healthz').catch(() => '{}');
  const { hop } = JSON.parse(text) as Partial<PluginServerStatus>;
  return hop !== undefined && hop.of > 0 && hop.connected === hop.of;
}

/** When the supervisor was killed, nobody else ends Envoy. A supervisor that lives has ended it before this process. */
async function endOrphanedEnvoy(runDir: string): Promise<void> {
  const pid = Number(await readFile(join(runDir, 'envoy.pid'), 'utf8').catch(() => '0'));
  if (pid <= 0 || process.connected) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (command.includes(runDir)) process.kill(pid, 'SIGTERM');
}
