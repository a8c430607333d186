/** The native module from its sources to a running Envoy: compiled by the real compiler, loaded by the real Envoy, refused when it is wrong. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cacheDir } from '#app/envoy/cache.ts';
import { findZig, MODULE_FILE, ZIG_VERSION } from '#app/envoy/native-build.ts';
import { findNativeModule, SEARCH_PATH_VARIABLE } from '#app/envoy/native-module.ts';
import { type Echo, startEcho } from '#test/echo.ts';
import { type Envoy, envoyPath, startEnvoy } from '#test/envoy.ts';
import { fetchRaw, startGateway } from '#test/gateway.ts';

const FIXTURE = fileURLToPath(new URL('../fixtures/native-module', import.meta.url));
const FILTERS = 'type.googleapis.com/envoy.extensions.filters';
const dir = mkdtempSync(join(tmpdir(), 'hgn-'));
const root = join(dir, 'package');
const source = join(root, 'src', 'native.zig');
/** A cache of its own, but for the compiler. */
const env = { ...process.env, XDG_CACHE_HOME: join(dir, 'cache'), HIGRESS_NATIVE_MODULE: undefined };
let said: string[] = [];
let echo: Echo;

beforeAll(async () => {
  const say = (text: string) => said.push(text);
  await findZig({ env: process.env, say });
  mkdirSync(cacheDir(env), { recursive: true });
  symlinkSync(join(cacheDir(process.env), `zig-${ZIG_VERSION}`), join(cacheDir(env), `zig-${ZIG_VERSION}`));
  cpSync(FIXTURE, root, { recursive: true });
  echo = await startEcho();
}, 120_000);

afterAll(async () => {
  await echo?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const find = () => {
  said = [];
  return findNativeModule({ env, envoy: envoyPath(), root, say: (text) => said.push(text) });
};

function bootstrap(header: string): Record<string, unknown> {
  const filters = [
    {
      name: 'native',
      typed_config: {
        '@type': `${FILTERS}.http.dynamic_modules.v3.DynamicModuleFilter`,
        dynamic_module_config: { name: 'higress' },
        filter_name: 'test',
        filter_config: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: header },
      },
    },
    { name: 'router', typed_config: { '@type': `${FILTERS}.http.router.v3.Router` } },
  ];
  const manager = {
    '@type': `${FILTERS}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'main',
    route_config: {
      virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'up' } }] }],
    },
    http_filters: filters,
  };
  const at = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } });
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: at(echo.port) } }] }];
  return {
    static_resources: {
      listeners: [
        { name: 'main', address: at(0), filter_chains: [{ filters: [{ name: 'hcm', typed_config: manager }] }] },
      ],
      clusters: [{ name: 'up', type: 'STATIC', load_assignment: { cluster_name: 'up', endpoints } }],
    },
  };
}

async function withEnvoy(folder: string, use: (envoy: Envoy) => Promise<void>): Promise<void> {
  const envoy = await startEnvoy(bootstrap('x-native'), [], { [SEARCH_PATH_VARIABLE]: folder });
  try {
    await use(envoy);
  } finally {
    await envoy.stop();
  }
}

describe('the native module', () => {
  it('is compiled once for each content of its sources, and Envoy runs it', async () => {
    const folder = await find();
    expect(said).toEqual([
      'compiling the native module (once, about 10 s) …',
      expect.stringMatching(/is compiled \(\d+ s\)/),
    ]);
    expect(readdirSync(folder!)).toEqual([MODULE_FILE]);
    const made = statSync(join(folder!, MODULE_FILE)).mtimeMs;
    expect(await find()).toBe(folder);
    expect(said).toEqual([]);
    expect(statSync(join(folder!, MODULE_FILE)).mtimeMs).toBe(made);
    expect(readdirSync(join(cacheDir(env), 'native'))).toHaveLength(1);

    await withEnvoy(folder!, async (envoy) => {
      await envoy.ready();
      const answer = await fetchRaw(`http://127.0.0.1:${await envoy.listenerPort('main')}/`);
      expect(answer.status).toBe(200);
    });
    expect(echo.seen.at(-1)?.headers['x-native']).toBe('seen');

    writeFileSync(source, `${readFileSync(source, 'utf8')}\n// changed\n`);
    const changed = await find();
    expect(changed).not.toBe(folder);
    expect(said).toHaveLength(2);
  }, 120_000);

  it('whose sources are wrong is done without, and the place of the mistake is told', async () => {
    const text = readFileSync(source, 'utf8');
    writeFileSync(source, `${text}\nconst wrong: u8 = "text";\ncomptime { _ = wrong; }\n`);
    const line = text.split('\n').length + 1;
    expect(await find()).toBeUndefined();
    expect(said.at(-1)).toContain(`src/native.zig:${line}:`);
    expect(said.at(-1)).toContain('run in the plugin server instead');
    writeFileSync(source, text);
  });

  it('goes from standalone to its Envoy, unless it is switched off', async () => {
    const files = {};
    // The gateway's own: it is ready when all parts of it work.
    const own = await findNativeModule({ env: process.env, envoy: envoyPath(), say: () => undefined });
    expect(own).toBeDefined();
    for (const [value, expected] of [
      [own!, own],
      ['off', undefined],
    ] as const) {
      const gateway = await startGateway({ files, env: { HIGRESS_NATIVE_MODULE: value } });
      try {
        const variables = readFileSync(`/proc/${gateway.children().envoy}/environ`, 'utf8').split('\0');
        const given = variables.find((one) => one.startsWith(`${SEARCH_PATH_VARIABLE}=`));
        expect(given).toBe(expected === undefined ? undefined : `${SEARCH_PATH_VARIABLE}=${expected}`);
        expect(gateway.log).not.toContain('warning: no native module');
      } finally {
        await gateway.stop();
      }
    }
  });
});
