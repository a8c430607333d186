/** A real Envoy for tests: found, started on a bootstrap of the test's own, asked over its admin socket, ended by its process id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findNativeModule, SEARCH_PATH_VARIABLE } from '#app/envoy/native-module.ts';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;
const POLL_MS = 20;

/** Path of Envoy by `ENVOY_PATH`, then `PATH`, then the cache that `npm test` fills. */
export function envoyPath(env: NodeJS.ProcessEnv = process.env): string {
  const cache = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'higress-ts');
  const candidates = [
    ...(env.ENVOY_PATH ? [env.ENVOY_PATH] : []),
    ...(env.PATH ?? '')
      .split(delimiter)
      .filter((dir) => dir !== '')
      .map((dir) => join(dir, 'envoy')),
    join(cache, 'envoy-1.40.0', 'envoy', '_bin', 'envoy'),
  ];
  const found = candidates.find(isExecutable);
  if (found === undefined)
    throw new Error('No Envoy: set ENVOY_PATH, put "envoy" on PATH, or run "npm test", which fetches it.');
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

let nativeModule: Promise<string | undefined> | undefined;

/** Folder of the module that every Envoy of `startEnvoy` can load; undefined with HIGRESS_NATIVE_MODULE=off, and where it cannot be had. */
export function nativeModuleDir(): Promise<string | undefined> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  nativeModule ??= findNativeModule({ env: process.env, envoy: envoyPath(), say });
  return nativeModule;
}

export interface AdsBootstrapOptions {
  readonly nodeId: string;
  readonly adsSocket: string;
  readonly protocol: 'sotw' | 'delta';
}

/** A bootstrap that takes everything over ADS; admin is added by `startEnvoy`. */
export function adsBootstrap({ nodeId, adsSocket, protocol }: AdsBootstrapOptions): Record<string, unknown> {
  return {
    node: { id: nodeId, cluster: 'higress-gateway' },
    dynamic_resources: {
      ads_config: {
        api_type: protocol === 'delta' ? 'DELTA_GRPC' : 'GRPC',
        transport_api_version: 'V3',
        grpc_services: [
          {
            envoy_grpc: {
              cluster_name: 'xds',
              retry_policy: { retry_back_off: { base_interval: '0.1s', max_interval: '0.2s' } },
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
          load_assignment: {
            cluster_name: 'xds',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: adsSocket } } } }] }],
          },
        },
      ],
    },
  };
}

/** A fresh folder with a path short enough for Unix sockets. */
export function socketDir(): string {
  return mkdtempSync(join(tmpdir(), 'hg-'));
}

export class Envoy {
  readonly dir: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<number | null>;

  constructor(dir: string, process: ChildProcess) {
    this.dir = dir;
    this.#process = process;
    this.#exited = new Promise((resolve) => process.once('exit', (code) => resolve(code)));
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** What Envoy logged so far. */
  get log(): string {
    return readFileSync(join(this.dir, 'envoy.log'), 'utf8');
  }

  /** Body of an admin page. */
  admin(path: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const ask = request({ socketPath: join(this.dir, 'admin.sock'), path, agent: false }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
        response.on('error', reject);
      });
      ask.on('error', reject);
      ask.end();
    });
  }

  /** Resolves when Envoy is live, that is: has its first configuration. */
  async ready(timeoutMs = START_TIMEOUT_MS): Promise<void> {
    await waitFor(
      async () => (await this.admin('/ready')).status === 200,
      timeoutMs,
      () => `Envoy is not ready; its log ends:\n${this.log.slice(-3000)}`,
      this.#exited,
    );
  }

  /** The port that a listener with port 0 got; waits for the listener. */
  async listenerPort(name: string, timeoutMs = START_TIMEOUT_MS): Promise<number> {
    let port = 0;
    const look = async () => {
      const page = JSON.parse((await this.admin('/listeners?format=json')).body) as {
        listener_statuses?: { name: string; local_address: { socket_address?: { port_value: number } } }[];
      };
      port =
        page.listener_statuses?.find((listener) => listener.name === name)?.local_address.socket_address?.port_value ??
        0;
      return port !== 0;
    };
    await waitFor(
      look,
      timeoutMs,
      () => `Envoy has no listener "${name}"; its log ends:\n${this.log.slice(-3000)}`,
      this.#exited,
    );
    return port;
  }

  /** Value of a counter or gauge; 0 when there is none of that name. */
  async stat(name: string): Promise<number> {
    const { body } = await this.admin(
      `/stats?filter=${encodeURIComponent(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)}`,
    );
    return Number(/: (\d+)/.exec(body)?.[1] ?? 0);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGTERM');
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await this.#exited;
      clearTimeout(timer);
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Starts Envoy on this bootstrap (proto JSON), with more variables for it; admin on a Unix socket and the log go to a folder of its own. */
export async function startEnvoy(
  bootstrap: Readonly<Record<string, unknown>>,
  args: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Promise<Envoy> {
  const dir = socketDir();
  const config = join(dir, 'bootstrap.json');
  writeFileSync(
    config,
    JSON.stringify({ ...bootstrap, admin: { address: { pipe: { path: join(dir, 'admin.sock') } } } }),
  );
  const env = { ...process.env, [SEARCH_PATH_VARIABLE]: await nativeModuleDir(), ...more };
  const log = openSync(join(dir, 'envoy.log'), 'a');
  const child = spawn(
    envoyPath(),
    [
      '-c',
      config,
      '--disable-hot-restart',
      '-l',
      'info',
      ...(args.includes('--concurrency') ? [] : ['--concurrency', '1']),
      ...args,
    ],
    { stdio: ['ignore', log, log], env },
  );
  closeSync(log);
  const envoy = new Envoy(dir, child);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return envoy;
}

/** Polls a condition; errors of the condition count as not yet. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
  explain: () => string = () => `the condition did not hold within ${timeoutMs} ms`,
  ended?: Promise<unknown>,
): Promise<void> {
  const until = Date.now() + timeoutMs;
  let over = false;
  void ended?.then(() => {
    over = true;
  });
  for (;;) {
    try {
      if (await condition()) return;
    } catch (error) {
      if (Date.now() > until) throw new Error(explain(), { cause: error });
    }
    if (Date.now() > until || over) throw new Error(explain());
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
