/** The two Node processes that `higress standalone` supervises. Their settings come as JSON, made by the supervisor. */
import { startControlPlane } from '#app/control-plane/control-plane.ts';
import { endWithParent } from '#app/parent.ts';
import { startPluginServerProcess } from '#app/plugin-server.ts';
import { type ControlPlaneSettings, type PluginServerSettings, readEnvironment } from '#app/settings.ts';
import { openLog } from './open-log.ts';

export async function controlPlane(): Promise<void> {
  const settings = given<ControlPlaneSettings>();
  const running = await startControlPlane(settings, await openLog('control-plane', settings));
  endWithParent(() => running.stop());
}

export async function pluginServer(): Promise<void> {
  const settings = given<PluginServerSettings>();
  const { sockets, dataDir } = settings;
  const running = await startPluginServerProcess(
    {
      dataDir,
      extProc: { path: sockets.extProc },
      ...(settings.nativeModule ? { hop: sockets.hop } : {}),
      http: { path: sockets.pluginHttp },
      egress: { path: sockets.egress },
      ads: { address: { path: sockets.ads }, nodeId: 'standalone-plugin-server' },
    },
    await openLog('plugin-server', settings),
  );
  endWithParent(() => running.stop());
}

function given<T>(): T {
  const text = readEnvironment().variables.HIGRESS_SETTINGS;
  if (text === undefined)
    throw new Error('HIGRESS_SETTINGS is not set: this subcommand is run by `higress standalone`.');
  return JSON.parse(text) as T;
}
