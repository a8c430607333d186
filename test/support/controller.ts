/** The processes of a cluster installation, run here against a real API server: controller, plugin server, Envoy; each started and ended by the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SEARCH_PATH_VARIABLE } from '#app/envoy/native-module.ts';
import { refuseCrash } from './crash.ts';
import { type Envoy, nativeModuleDir, startEnvoy } from './envoy.ts';
import { eventually } from './gateway.ts';
import { kubeconfigFile, kubectl } from './kube.ts';
import { freePorts } from './ports.ts';

const nativeModule = (await nativeModuleDir()) !== undefined;
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Process {
  readonly pid: number;
  readonly log: string;
  /** Throws when it ended by an error before. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export function startProcess(args: readonly string[], env: NodeJS.ProcessEnv = {}): Process {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let log = '';
  const take = (data: Buffer) => {
    log += data.toString();
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? -1,
    get log() {
      return log;
    },
    kill: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await gone;
      refuseCrash(log);
    },
  };
}

export interface ControllerPorts {
  readonly xds: number;
  readonly http: number;
  readonly metrics: number;
  readonly gatewayHttp: number;
  readonly gatewayHttps: number;
  readonly egress: number;
  readonly extProc: number;
  readonly pluginHttp: number;
  readonly challenges: number;
}

export async function controllerPorts(): Promise<ControllerPorts> {
  const names = [
    'xds',
    'http',
    'metrics',
    'gatewayHttp',
    'gatewayHttps',
    'egress',
    'extProc',
    'pluginHttp',
    'challenges',
  ];
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, n) => [name, ports[n]])) as unknown as ControllerPorts;
}

export interface ControllerOptions {
  readonly namespace: string;
  readonly ports: ControllerPorts;
  readonly ingressClass: string;
  /** Folder for the replica's and the gateway's files. */
  readonly dir: string;
  readonly podName?: string;
  readonly kubeconfig?: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export function startController(options: ControllerOptions): Process {
  const { namespace, ports, ingressClass, dir, podName = 'controller-0' } = options;
  const flags = [
    ['--kubeconfig', options.kubeconfig ?? kubeconfigFile()],
    ['--ingressClass', ingressClass],
    ['--httpAddress', `127.0.0.1:${ports.http}`],
    ['--grpcAddress', `127.0.0.1:${ports.xds}`],
    ['--metricsAddress', `127.0.0.1:${ports.metrics}`],
    ['--certHttpAddress', `127.0.0.1:${ports.challenges}`],
    ['--gatewayHttpPort', String(ports.gatewayHttp)],
    ['--gatewayHttpsPort', String(ports.gatewayHttps)],
    ['--egressPort', String(ports.egress)],
    ['--gatewayCertDir', join(dir, 'gateway')],
    ['--nativeModule', String(nativeModule)],
    ['--pluginServerHost', '127.0.0.1'],
    ['--pluginServerExtProcPort', String(ports.extProc)],
    ['--pluginServerHttpPort', String(ports.pluginHttp)],
    ['--dataDir', join(dir, podName)],
  ].flat();
  return startProcess(['controller', ...flags, ...(options.args ?? [])], {
    POD_NAMESPACE: namespace,
    POD_NAME: podName,
    // As in the chart.
    NODE_OPTIONS: '--max-semi-space-size=4 --expose-gc',
    ...options.env,
  });
}

export function startPluginServer(ports: ControllerPorts, dir: string): Process {
  const flags = [
    ['--xdsAddress', `localhost:${ports.xds}`],
    ['--xdsCertDir', join(dir, 'plugin-server')],
    ['--extProc', `127.0.0.1:${ports.extProc}`],
    ['--http', `127.0.0.1:${ports.pluginHttp}`],
    ['--egress', `127.0.0.1:${ports.egress}`],
    ['--dataDir', join(dir, 'plugin-data')],
  ].flat();
  return startProcess(['plugin-server', ...flags], { POD_NAME: 'plugin-server-0' });
}

/** Puts what a pod would mount into `dir`, as the kubelet does: the files are links past `..data`, and all of them change by one rename. */
export async function mountSecret(namespace: string, name: string, dir: string): Promise<void> {
  const text = await eventually(
    `Secret ${name}`,
    () => kubectl(['--namespace', namespace, 'get', 'secret', name, '-o', 'json']),
    30_000,
  );
  const { data } = JSON.parse(text) as { data: Record<string, string> };
  mkdirSync(dir, { recursive: true });
  const version = basename(mkdtempSync(join(dir, '..version-')));
  for (const [key, value] of Object.entries(data)) {
    writeFileSync(join(dir, version, key), Buffer.from(value, 'base64'));
    if (!existsSync(join(dir, key))) symlinkSync(join('..data', key), join(dir, key));
  }
  symlinkSync(version, join(dir, '..data_tmp'));
  renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
}

/**
 * An Envoy as a gateway pod runs it: everything over ADS with the certificate from its Secret. `module` is what it calls its native module; `none`: it says nothing
 * and has none, as a pod that was made without. Default: it says nothing.
 */
export function startGatewayEnvoy(
  ports: ControllerPorts,
  certDir: string,
  nodeId = 'gateway-0',
  module: { readonly name: string } | 'none' | undefined = undefined,
): Promise<Envoy> {
  const file = (name: string) => ({ filename: join(certDir, name) });
  const metadata = typeof module === 'object' ? { metadata: { native_module: module.name } } : {};
  const environment: Record<string, string> = module === 'none' ? { [SEARCH_PATH_VARIABLE]: '' } : {};
  const bootstrap = {
    node: { id: nodeId, cluster: 'higress-gateway', ...metadata },
    dynamic_resources: {
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        grpc_services: [
          {
            envoy_grpc: {
              cluster_name: 'xds',
              retry_policy: { retry_back_off: { base_interval: '0.1s', max_interval: '0.5s' } },
            },
          },
        ],
        set_node_on_first_message_only: true,
      },
      lds_config: { ads: {}, resource_api_version: 'V3' },
      cds_config: { ads: {}, resource_api_version: 'V3' },
    },
    static_resources: {
      clusters: [
        {
          name: 'xds',
          type: 'STATIC',
          connect_timeout: '1s',
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          transport_socket: {
            name: 'envoy.transport_sockets.tls',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
              sni: 'localhost',
              common_tls_context: {
                tls_certificates: [{ certificate_chain: file('tls.crt'), private_key: file('tls.key') }],
                validation_context: {
                  trusted_ca: file('ca.crt'),
                  match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'localhost' } }],
                },
              },
            },
          },
          load_assignment: {
            cluster_name: 'xds',
            endpoints: [
              {
                lb_endpoints: [
                  { endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: ports.xds } } } },
                ],
              },
            ],
          },
        },
      ],
    },
  };
  return startEnvoy(bootstrap, [], environment);
}

export function temporaryDir(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'higress-kube-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
