/** The plugin-server process: plugins, Wasm modules and MCP servers, wherever its addresses are. */
import { join } from 'node:path';
import type { Logger } from '#lib/log.ts';
import { type PluginServerOptions, startPluginServer } from '#plugin-server/server.ts';
import { wasmRoutes } from '#plugin-server/wasm/routes.ts';
import { ModuleStore } from '#plugin-server/wasm/store.ts';
import { catalogue } from '#plugins/index.ts';

export interface PluginServerPlace
  extends Pick<PluginServerOptions, 'extProc' | 'hop' | 'http' | 'control' | 'files' | 'egress' | 'ads'> {
  /** Wasm modules are kept in a folder here. */
  readonly dataDir: string;
}

export async function startPluginServerProcess(
  { dataDir, ...place }: PluginServerPlace,
  log: Logger,
): Promise<{ stop(drainMs?: number): Promise<void> }> {
  const modules = new ModuleStore({ dir: join(dataDir, 'wasm'), log });
  const server = await startPluginServer({ ...place, catalogue, log, mounts: { '/wasm/': wasmRoutes(modules) } });
  return {
    stop: async (drainMs) => {
      await server.stop(drainMs);
      await modules.stop();
    },
  };
}
