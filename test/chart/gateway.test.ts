/** The gateway pod as the chart describes it, as processes here: its bootstrap in a real Envoy, its certificate from files as the kubelet lays them out, its drain script. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type Identity, issue } from '#app/controller/authority.ts';
import { ControlPlaneMetrics } from '#app/metrics.ts';
import { fixedCluster } from '#xds/build/cluster.ts';
import { CLUSTER_EXT_PROC, LISTENER_EGRESS, LISTENER_HTTP, LISTENER_HTTPS } from '#xds/build/options.ts';
import { AdsServer } from '#xds/server/index.ts';
import { SnapshotStore } from '#xds/snapshot/store.ts';
import { envoyPath, waitFor } from '../support/envoy.ts';
import { freePorts } from '../support/ports.ts';
import { resource, resourceSet, SILENT } from '../support/xds.ts';
import { CHART, documents, find, NAMESPACE, render, template } from './helm.ts';

const XDS_NAME = `higress-controller.${NAMESPACE}.svc`;
const dir = mkdtempSync(join(tmpdir(), 'gateway-pod-'));
const certificates = join(dir, 'xds');
const store = new SnapshotStore();
const connected: string[] = [];
const ads = new AdsServer({ store, log: SILENT, onConnect: ({ id, role }) => connected.push(`${role} ${id}`) });

let authority: Identity;
let envoy: ChildProcess;
let log = '';
let ports: { admin: number; ready: number; metrics: number; envoyMetrics: number; http: number; xds: number };

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function get(port: number, path: string, agent: Agent | false = false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, agent }, (response) => {
      let body = '';
      response.on('data', (part: Buffer) => {
        body += part.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
}

async function stat(name: string): Promise<number> {
  const { body } = await get(ports.admin, `/stats?filter=^${name.replaceAll('.', '\\.')}$`);
  return Number(/: (\d+)/.exec(body)?.[1] ?? Number.NaN);
}

/** As the kubelet updates a mounted Secret: a new folder, and one link that changes over to it. */
function mount(version: string, identity: Identity): void {
  const folder = join(certificates, `..${version}`);
  mkdirSync(folder, { recursive: true });
  const files = { 'tls.crt': identity.cert, 'tls.key': identity.key, 'ca.crt': authority.cert };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  symlinkSync(`..${version}`, join(certificates, '..data_tmp'));
  renameSync(join(certificates, '..data_tmp'), join(certificates, '..data'));
}

/** The chart's text for this machine: its own ports, folders and control plane. */
function here(text: string): string {
  return text
    .replaceAll('/etc/envoy/', `${dir}/`)
    .replaceAll('/etc/higress/xds', certificates)
    .replaceAll(`${XDS_NAME}.cluster.local`, '127.0.0.1')
    .replaceAll('15000', String(ports.admin))
    .replaceAll('15012', String(ports.xds))
    .replaceAll('15020', String(ports.metrics))
    .replaceAll('15021', String(ports.ready))
    .replaceAll('15090', String(ports.envoyMetrics));
}

/** Names of the metrics in a query, without labels. */
function metricsOf(query: string): readonly string[] {
  const bare = query.replace(/\{[^}]*\}/g, '').replace(/\bby \([^)]*\)/g, '');
  return (bare.match(/\b(?:envoy|higress)_\w+/g) ?? []).map((name) => name.replace(/_bucket$/, ''));
}

const httpListener = () => ({
  address: { socket_address: { address: '127.0.0.1', port_value: ports.http } },
  filter_chains: [
    {
      filters: [
        {
          name: 'envoy.filters.network.http_connection_manager',
          typed_config: {
            '@type':
              'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
            stat_prefix: LISTENER_HTTP,
            route_config: {
              name: 'all',
              virtual_hosts: [
                {
                  name: '*',
                  domains: ['*'],
                  routes: [
                    { match: { path: '/pages' }, route: { cluster: 'pages' } },
                    { match: { prefix: '/' }, direct_response: { status: 200 } },
                  ],
                },
              ],
            },
            http_filters: [
              {
                name: 'envoy.filters.http.router',
                typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
              },
            ],
          },
        },
      ],
    },
  ],
});

/** Something that answers: the admin page of Envoy itself. */
const pages = () => ({
  type: 'STATIC',
  connect_timeout: '1s',
  load_assignment: {
    cluster_name: 'pages',
    endpoints: [
      {
        lb_endpoints: [
          { endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: ports.admin } } } },
        ],
      },
    ],
  },
});

beforeAll(async () => {
  const [admin = 0, ready = 0, metrics = 0, envoyMetrics = 0, http = 0, xds = 0] = await freePorts(6);
  ports = { admin, ready, metrics, envoyMetrics, http, xds };
  authority = await createAuthority('test', 1);
  const objects = await render({ gateway: { drain: { minSeconds: 1, maxSeconds: 20 }, concurrency: 1 } });
  const { data } = find(objects, 'ConfigMap', 'higress-gateway-bootstrap');
  for (const [name, text] of Object.entries(data as Readonly<Record<string, string>>))
    writeFileSync(join(dir, name), here(text));
  mount('first', await issue(authority, { commonName: 'gateway', dnsNames: ['gateway'], days: 1 }));
  for (const name of ['tls.crt', 'tls.key', 'ca.crt']) symlinkSync(`..data/${name}`, join(certificates, name));
  const [container] = find(objects, 'Deployment', 'higress-gateway').spec.template.spec.containers;
  const environment: Readonly<Record<string, string>> = {
    POD_NAME: 'gateway-0',
    POD_NAMESPACE: NAMESPACE,
    CONCURRENCY: '1',
  };
  const args = (container.args as readonly string[]).map((arg) =>
    here(arg.replace(/\$\((\w+)\)/g, (_, name: string) => environment[name] ?? '')),
  );
  envoy = spawn(envoyPath(), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  envoy.stderr?.on('data', (part: Buffer) => {
    log += part.toString();
  });
}, 60_000);

afterAll(async () => {
  if (envoy.exitCode === null) {
    const gone = new Promise((resolve) => envoy.once('exit', resolve));
    envoy.kill('SIGKILL');
    await gone;
  }
  await ads.stop();
  rmSync(dir, { recursive: true, force: true });
});

const explain = () => `Envoy's log ends:\n${log.slice(-3000)}`;

describe.each(readdirSync(join(import.meta.dirname, 'values')))('the bootstrap with the values %s', (set) => {
  it('is one that Envoy takes', async () => {
    const values = readFileSync(join(import.meta.dirname, 'values', set), 'utf8');
    const maps = documents(await template(values)).filter(({ metadata }) => metadata.name.endsWith('-bootstrap'));
    const folder = join(dir, set);
    mkdirSync(folder);
    for (const [name, text] of Object.entries(maps[0]?.data as Readonly<Record<string, string>>))
      writeFileSync(join(folder, name), here(text).replaceAll(`${dir}/c`, `${folder}/c`));
    const args = [
      '--mode',
      'validate',
      '-c',
      join(folder, 'bootstrap.yaml'),
      '--service-node',
      'x',
      '--service-cluster',
      'x',
    ];
    const said = await new Promise<string>((resolve) => {
      execFile(envoyPath(), args, (_error, stdout, stderr) => resolve(stdout + stderr));
    });
    expect(said).toContain('OK');
  }, 30_000);
});

describe('a gateway', () => {
  it('is not ready before it has its configuration', async () => {
    await waitFor(async () => (await get(ports.admin, '/server_info')).status === 200, 20_000, explain);
    await waitFor(async () => (await stat('cluster.higress.xds.upstream_cx_connect_fail')) > 0, 20_000, explain);
    expect((await get(ports.admin, '/ready')).status).toBe(503);
    await expect(get(ports.ready, '/healthz/ready')).rejects.toThrow(/ECONNREFUSED/);
  }, 60_000);

  it('shows its certificate to the controller, is told what to serve, and is ready', async () => {
    const server = await issue(authority, { commonName: XDS_NAME, dnsNames: [XDS_NAME], days: 1 });
    const files = { cert: join(dir, 'server.crt'), key: join(dir, 'server.key'), ca: join(dir, 'server-ca.crt') };
    writeFileSync(files.cert, server.cert);
    writeFileSync(files.key, server.key);
    writeFileSync(files.ca, authority.cert);
    store.set(resourceSet(resource('listener', 'http', httpListener()), resource('cluster', 'pages', pages())));
    await ads.listen({ address: { host: '127.0.0.1', port: ports.xds }, tls: files });
    await waitFor(async () => (await get(ports.ready, '/healthz/ready')).status === 200, 20_000, explain);
    expect(connected).toEqual([`gateway gateway-0.${NAMESPACE}`]);
    expect((await get(ports.http, '/')).status).toBe(200);
  }, 60_000);

  it('takes no traffic before it knows a plugin server', async () => {
    const started = (...limit: readonly string[]) =>
      new Promise<boolean>((resolve) => {
        execFile('bash', [join(dir, 'started.sh'), ...limit], (error) => resolve(error === null));
      });
    expect(await started('3600')).toBe(false);
    expect(await started('0')).toBe(true);
    const server = fixedCluster(
      CLUSTER_EXT_PROC,
      { host: '127.0.0.1', port: ports.admin },
      { http_protocol_options: {} },
    );
    const more = [resource('cluster', 'pages', pages()), resource('cluster', CLUSTER_EXT_PROC, server)];
    store.set(resourceSet(resource('listener', 'http', httpListener()), ...more));
    await waitFor(() => started('3600'), 20_000, explain);
  }, 60_000);

  it('shows nothing but readiness and metrics to others', async () => {
    for (const path of ['/', '/ready', '/config_dump', '/quitquitquit', '/healthz/ready/../../config_dump'])
      expect((await get(ports.ready, path)).status).toBe(404);
    expect((await get(ports.metrics, '/stats')).status).toBe(404);
  });

  it('gives the metrics that the dashboard shows, on both ports that are known for them', async () => {
    await get(ports.http, '/pages');
    // Histograms are there after Envoy's next round (5 s).
    const histogram = 'envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="pages"';
    const read = async () => (await get(ports.metrics, '/stats/prometheus')).body;
    await waitFor(async () => (await read()).includes(histogram), 20_000, explain);
    const page = `${await read()}\n${await new ControlPlaneMetrics().registry.metrics()}`;
    expect((await get(ports.envoyMetrics, '/stats/prometheus')).body).toContain('envoy_server_live');
    const dashboard = JSON.parse(readFileSync(join(CHART, 'files/dashboard.json'), 'utf8')) as {
      panels: readonly { title: string; targets: readonly { expr: string }[] }[];
    };
    const shown = dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => metricsOf(expr)));
    expect(shown).toContain('envoy_http_downstream_rq_time');
    expect(shown.filter((name) => !page.includes(`# TYPE ${name} `))).toEqual([]);
  }, 60_000);

  it('takes a renewed certificate from the mounted Secret', async () => {
    const updates = () => stat('cluster.higress.xds.client_ssl_socket_factory.ssl_context_update_by_sds');
    const before = await updates();
    expect(before).toBeGreaterThan(0);
    mount('second', await issue(authority, { commonName: 'gateway', dnsNames: ['gateway'], days: 1 }));
    await waitFor(async () => (await updates()) > before, 20_000, explain);
  }, 60_000);

  it('that must end asks clients to go, takes new ones meanwhile, and ends with the last', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await get(ports.http, '/', agent)).headers.connection).not.toBe('close');
    let over = false;
    const script = new Promise<string>((resolve, reject) => {
      execFile('bash', [join(dir, 'drain.sh')], (error, _stdout, stderr) =>
        error === null && stderr === '' ? resolve('ended well') : reject(new Error(stderr || String(error))),
      );
    }).finally(() => {
      over = true;
    });
    await waitFor(async () => (await get(ports.ready, '/healthz/ready')).status === 503, 10_000, explain);
    const began = Date.now();
    await waitFor(() => Date.now() - began > 2_000, 5_000);
    expect(over).toBe(false);
    expect((await get(ports.http, '/')).status).toBe(200);
    const last = await get(ports.http, '/', agent);
    expect([last.status, last.headers.connection]).toEqual([200, 'close']);
    await expect(script).resolves.toBe('ended well');
    expect(Date.now() - began).toBeLessThan(15_000);
    agent.destroy();
    for (const name of [LISTENER_HTTP, LISTENER_HTTPS, LISTENER_EGRESS]) {
      const pattern = /\[\[ \$line =~ (\S+)\\ /.exec(readFileSync(join(dir, 'drain.sh'), 'utf8'))?.[1] ?? '';
      const counted = ['cx', 'rq'].filter((what) =>
        new RegExp(pattern).test(`http.${name}.downstream_${what}_active:`),
      );
      expect({ name, counted }).toEqual({ name, counted: [name === LISTENER_EGRESS ? 'rq' : 'cx'] });
    }
  }, 60_000);
});
