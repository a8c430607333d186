/** `higress controller`: flags as Higress's own `serve` has them. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startController } from '#app/controller/controller.ts';
import type { ControllerSettings } from '#app/controller/settings.ts';
import { readEnvironment } from '#app/settings.ts';
import type { HostPort } from './addresses.ts';
import { openLog } from './open-log.ts';
import { endOnSignal, startedOrEnd } from './signals.ts';

export interface ControllerFlags {
  readonly ingressClass: string;
  readonly watchNamespace: string;
  readonly domain: string;
  readonly enableStatus: boolean;
  readonly httpAddress: HostPort;
  readonly debug: boolean;
  readonly debugFrom: 'localhost' | 'everywhere';
  readonly grpcAddress: HostPort;
  readonly metricsAddress: HostPort;
  readonly certHttpAddress: HostPort;
  readonly enableAutomaticHttps: boolean;
  readonly automaticHttpsEmail: string;
  readonly acmeDirectory: string;
  readonly gatewayAddress: string;
  readonly upstreamConcurrency: number;
  readonly gatewayHttpPort: number;
  readonly gatewayHttpsPort: number;
  readonly egressPort: number;
  readonly gatewayCertDir: string;
  readonly nativeModule: boolean;
  readonly nativeModuleName: string;
  readonly pluginServerHost: string;
  readonly pluginServerSidecarsHost: string;
  readonly pluginServerExtProcPort: number;
  readonly pluginServerHttpPort: number;
  readonly pluginUrlPattern: string;
  readonly serviceName: string;
  readonly deploymentName: string;
  readonly drainSeconds: number;
  readonly dataDir?: string;
  readonly kubeconfig?: string;
  readonly logLevel: string;
  readonly logDir?: string;
}

export async function controller(flags: ControllerFlags): Promise<void> {
  const { variables } = readEnvironment();
  const systemNamespace = variables.POD_NAMESPACE ?? 'higress-system';
  const podName = variables.POD_NAME ?? `higress-controller-${process.pid}`;
  const { serviceName, domain } = flags;
  const settings: ControllerSettings = {
    ...flags,
    systemNamespace,
    podName,
    debugFor: flags.debug ? (flags.debugFrom === 'localhost' ? 'localhost' : 'everybody') : 'nobody',
    domainSuffix: domain,
    pluginServer: {
      host: flags.pluginServerHost || `higress-plugin-server-pods.${systemNamespace}.svc.${domain}`,
      sidecarsHost: flags.pluginServerSidecarsHost || `higress-plugin-server-sidecars.${systemNamespace}.svc.${domain}`,
      extProcPort: flags.pluginServerExtProcPort,
      httpPort: flags.pluginServerHttpPort,
    },
    pluginUrlPattern: flags.pluginUrlPattern || pluginServerUrl(systemNamespace),
    serverNames: [
      `${serviceName}.${systemNamespace}.svc`,
      `${serviceName}.${systemNamespace}.svc.${domain}`,
      `${serviceName}.${systemNamespace}`,
      serviceName,
      'localhost',
    ],
    dataDir: flags.dataDir ?? join(tmpdir(), podName),
    kubeconfig: flags.kubeconfig,
    environment: variables,
    logDir: flags.logDir,
  };
  const log = await openLog('controller', settings);
  const running = await startedOrEnd(log, startController(settings, log));
  log.info({ version: process.version, namespace: systemNamespace }, 'controller started');
  endOnSignal(log, () => running.stop(flags.drainSeconds * 1000));
}

/** As Higress's console has it by default, in the gateway's own namespace. */
function pluginServerUrl(namespace: string): string {
  const place = '/plugins/${name}/${version}/plugin.wasm';
  return `http://higress-plugin-server.${namespace}.svc${place}`;
}
