/** `higress plugin-server`: the same plugin server as in standalone, for the gateways of a cluster. */
import { join } from 'node:path';
import { startPluginServerProcess } from '#app/plugin-server.ts';
import { readEnvironment } from '#app/settings.ts';
import type { HostPort, SocketOrPort } from './addresses.ts';
import { openLog } from './open-log.ts';
import { endOnSignal, startedOrEnd } from './signals.ts';

export interface PluginServerFlags {
  readonly xdsAddress?: HostPort;
  readonly xdsCertDir: string;
  readonly extProc?: SocketOrPort;
  readonly http?: SocketOrPort;
  readonly control?: HostPort;
  readonly files?: HostPort;
  readonly pluginsDir?: string;
  readonly egress?: SocketOrPort;
  readonly dataDir: string;
  readonly logLevel: string;
  readonly logDir?: string;
}

const EXT_PROC = { host: '0.0.0.0', port: 18_080 };
const HTTP = { host: '0.0.0.0', port: 18_081 };
/** Less than the pod's terminationGracePeriodSeconds. */
const DRAIN_MS = 50_000;

export async function pluginServer(flags: PluginServerFlags): Promise<void> {
  const { variables } = readEnvironment();
  const log = await openLog('plugin-server', { logLevel: flags.logLevel, logDir: flags.logDir });
  if (flags.xdsAddress === undefined) {
    process.stderr.write('higress: --xdsAddress is missing: HOST:PORT of the controller\n');
    process.exit(1);
  }
  const tls = {
    cert: join(flags.xdsCertDir, 'tls.crt'),
    key: join(flags.xdsCertDir, 'tls.key'),
    ca: join(flags.xdsCertDir, 'ca.crt'),
  };
  const { egress } = flags;
  const starting = startPluginServerProcess(
    {
      dataDir: flags.dataDir,
      extProc: flags.extProc ?? EXT_PROC,
      http: flags.http ?? HTTP,
      control: flags.control,
      files: flags.files && { address: flags.files, dir: flags.pluginsDir },
      egress: egress === undefined || 'path' in egress ? egress : { ...egress, tls },
      ads: { address: flags.xdsAddress, tls, nodeId: variables.POD_NAME ?? `plugin-server-${process.pid}` },
    },
    log,
  );
  const running = await startedOrEnd(log, starting);
  log.info({ version: process.version }, 'plugin server started');
  endOnSignal(log, () => running.stop(DRAIN_MS));
}
