/** The plugin-server process of a standalone gateway: plugins, Wasm modules and MCP servers behind Unix sockets. */
import { join } from 'node:path';
import type { PluginServerSettings } from '#app/settings.ts';
import type { Logger } from '#lib/log.ts';
import { startPluginServer } from '#plugin-server/server.ts';
import { wasmRoutes } from '#plugin-server/wasm/routes.ts';
import { ModuleStore } from '#plugin-server/wasm/store.ts';
import { catalogue } from '#plugins/index.ts';

export async function startPluginServerProcess(
  settings: PluginServerSettings,
  log: Logger,
): Promise<{ stop(): Promise<void> }> {
  const { sockets } = settings;
  const modules = new ModuleStore({ dir: join(settings.dataDir, 'wasm'), log });
  const server = await startPluginServer({
    catalogue,
    log,
    extProc: { path: sockets.extProc },
    http: { path: sockets.pluginHttp },
    egress: { path: sockets.egress },
    ads: { address: { path: sockets.ads }, nodeId: 'standalone-plugin-server' },
    mounts: { '/wasm/': wasmRoutes(modules) },
  });
  return {
    stop: async () => {
      await server.stop();
      await modules.stop();
    },
  };
}
