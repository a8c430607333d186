// A controller with many Ingresses, against a real API server and a real Envoy: how long it takes to start, and how long one change takes from the
// write at the API server until Envoy answers by it. Prints a Markdown table. docs/benchmarks-scale.md tells what is measured and how.
//   node bench/scale.mjs [--sizes 1000,5000,10000] [--samples 60] [--starts 3] [--hosts numbered|words]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,5000,10000' },
    samples: { type: 'string', default: '60' },
    starts: { type: 'string', default: '3' },
    hosts: { type: 'string', default: 'numbered' },
  },
});
const sizes = flags.sizes.split(',').map(Number);
const samples = Number(flags.samples);
const NAMESPACES = 10;
const SERVICES = 100;
const POLL_MS = 1;

const scripts = fileURLToPath(new URL('../hack/cluster', import.meta.url));
const script = (name, ...args) =>
  execFileSync('bash', [`${scripts}/${name}`, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    .toString()
    .trim();
const ownCluster = process.env.KUBE_TEST_KUBECONFIG === undefined;
if (ownCluster) {
  process.env.GATEWAY_CLUSTER_NAME = `bench-scale-${process.pid}`;
  process.env.KUBE_TEST_KUBECONFIG = script('up.sh', 'control-plane');
}
const kubectlFile = execFileSync('bash', ['-c', '. "$0/lib.sh"; printf %s "$KUBECTL_BIN"', scripts]).toString();
process.env.PATH = [dirname(kubectlFile), process.env.PATH].join(delimiter);

const kube = await import('../test/support/kube.ts');
const parts = await import('../test/support/controller.ts');
const { KubeClient } = await import('../src/sources/kube/client.ts');

const dir = parts.temporaryDir();
const client = new KubeClient(kube.kubeConfig());
const running = new Set();
/** Starts a process that ends with the benchmark. */
const keep = (process) => {
  running.add(process);
  return process;
};
const end = async (process) => {
  running.delete(process);
  await (process.stop ?? process.kill).call(process);
};

const upstream = createServer((message, response) => response.end(message.headers['x-round'] ?? '-'));
upstream.keepAliveTimeout = 600_000;
await new Promise((resolve) => upstream.listen({ host: '0.0.0.0', port: 0 }, resolve));
// The API server refuses endpoints on loopback.
const address = Object.values(networkInterfaces())
  .flat()
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
if (address === undefined) throw new Error('this machine has no IPv4 address besides loopback, which endpoints need');

const WORDS =
  'amber birch cedar delta ember flint grove haven iris jade kite lark maple north ocean pearl quartz river stone thyme'.split(
    ' ',
  );
const word = (n, place) => WORDS[Math.floor(n / WORDS.length ** place) % WORDS.length];
const hostOf = (n) =>
  flags.hosts === 'words'
    ? `${word(n, 0)}-${word(n, 1)}.${word(n, 2)}${word(n, 3)}.example.com`
    : `app-${String(n).padStart(5, '0')}.example.com`;
const namespaceOf = (n) => `team-${n % NAMESPACES}`;
const collection = (n) => `/apis/networking.k8s.io/v1/namespaces/${namespaceOf(n)}/ingresses`;
const ingress = (n, round) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: `app-${n}`,
    namespace: namespaceOf(n),
    annotations: { 'higress.io/request-header-control-update': `x-round r${round}` },
  },
  spec: {
    ingressClassName: 'higress',
    rules: [
      {
        host: hostOf(n),
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: `web-${n % SERVICES}`, port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  },
});

/** Creates what may be there already from a run before. */
async function create(path, body) {
  await client.request(path, { method: 'POST', body }).catch((error) => {
    if (error.reason !== 'AlreadyExists') throw error;
  });
}

async function prepare() {
  await kube.installCrds();
  for (const name of ['higress-system', ...Array.from({ length: NAMESPACES }, (_, n) => `team-${n}`)])
    await create('/api/v1/namespaces', { metadata: { name } });
  for (let n = 0; n < SERVICES; n += 1) {
    const namespace = namespaceOf(n);
    const name = `web-${n}`;
    await create(`/api/v1/namespaces/${namespace}/services`, {
      metadata: { name },
      spec: { clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: upstream.address().port }] },
    });
    const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
    await client.request(`${slices}/${name}-1`, { method: 'DELETE' }).catch(() => undefined);
    await create(slices, {
      metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ name: 'http', port: upstream.address().port }],
    });
  }
}

/** Ingresses `from` up to (not including) `to`. */
async function createIngresses(from, to) {
  let next = from;
  const worker = async () => {
    for (let n = next++; n < to; n = next++) await create(collection(n), ingress(n, 0));
  };
  await Promise.all(Array.from({ length: 24 }, worker));
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
/** Status and body, or 0 where nobody listens. */
function ask(port, host) {
  return new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, agent, headers: { host } }, (response) => {
      let body = '';
      response.on('data', (data) => {
        body += data;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
      response.on('error', () => resolve({ status: 0, body: '' }));
    });
    call.on('error', () => resolve({ status: 0, body: '' }));
    call.end();
  });
}

/** Asks every millisecond until the answer is right; resolves with the time of that answer. */
async function until(port, host, right, timeoutMs = 60_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const asked = performance.now();
    if (right(await ask(port, host))) return performance.now();
    if (asked > deadline) throw new Error(`${host} does not answer as it should`);
    const rest = POLL_MS - (performance.now() - asked);
    if (rest > 0) await wait(rest);
  }
}

const startController = (ports) =>
  keep(parts.startController({ namespace: 'higress-system', ports, ingressClass: 'higress', dir: dir.path }));

/** Starts the controller and a new Envoy together; milliseconds until all hosts answer. */
async function start(ports, size) {
  const began = performance.now();
  const controller = startController(ports);
  const envoy = keep(await parts.startGatewayEnvoy(ports, `${dir.path}/gateway`));
  for (let n = 0; n < size; n += Math.ceil(size / 50))
    await until(ports.gatewayHttp, hostOf(n), ({ status }) => status === 200);
  const took = performance.now() - began;
  let missing = 0;
  for (let n = 0; n < size; n += 1) if ((await ask(ports.gatewayHttp, hostOf(n))).status !== 200) missing += 1;
  if (missing > 0) throw new Error(`${missing} of ${size} hosts were not served when the sample was`);
  return { controller, envoy, took };
}

const cpuMs = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};
const rssMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

const percentile = (list, p) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor((list.length * p) / 100))];
const ms = (value) => value.toFixed(value < 10 ? 1 : 0);

/** One kind of change, `samples` times: `write` does it, `right` tells the new answer from the old. */
async function measure({ controller, envoy }, ports, write, right) {
  const latencies = [];
  const writes = [];
  const bytes = [];
  const cpu = cpuMs(controller.pid);
  for (let i = 0; i < samples; i += 1) {
    const before = await envoy.stat('cluster.xds.upstream_cx_rx_bytes_total');
    const began = performance.now();
    const { n, done } = write(i);
    const seen = until(ports.gatewayHttp, hostOf(n), right(i));
    await done;
    writes.push(performance.now() - began);
    latencies.push((await seen) - began);
    // What belongs to the change but not to its effect (status, removals) is part of its costs.
    await wait(150);
    bytes.push((await envoy.stat('cluster.xds.upstream_cx_rx_bytes_total')) - before);
  }
  return { latencies, writes, bytes: percentile(bytes, 50), cpu: (cpuMs(controller.pid) - cpu) / samples };
}

async function changes(run, ports, size) {
  const spread = (i) => (i * 7919 + 13) % size;
  const created = await measure(
    run,
    ports,
    (i) => ({
      n: size + i,
      done: client.request(collection(size + i), { method: 'POST', body: ingress(size + i, 0) }),
    }),
    () =>
      ({ status }) =>
        status === 200,
  );
  const deleted = await measure(
    run,
    ports,
    (i) => ({ n: size + i, done: client.request(`${collection(size + i)}/app-${size + i}`, { method: 'DELETE' }) }),
    () =>
      ({ status }) =>
        status === 404,
  );
  const round = Date.now();
  const edited = await measure(
    run,
    ports,
    (i) => {
      const n = spread(i);
      return {
        n,
        done: client.request(`${collection(n)}/app-${n}`, { method: 'PUT', body: ingress(n, `${round}-${i}`) }),
      };
    },
    (i) =>
      ({ body }) =>
        body === `r${round}-${i}`,
  );
  return { created, edited, deleted };
}

try {
  await prepare();
  const rows = [];
  let existing = 0;
  const ports = await parts.controllerPorts();
  // Its first start makes the certificates that a gateway pod would have mounted.
  const first = startController(ports);
  await parts.mountSecret('higress-system', 'higress-xds-gateway', `${dir.path}/gateway`);
  await end(first);
  for (const size of sizes) {
    await createIngresses(existing, size);
    existing = size;
    const starts = [];
    let run;
    for (let i = 0; i < Number(flags.starts); i += 1) {
      if (run !== undefined) await Promise.all([end(run.controller), end(run.envoy)]);
      run = await start(ports, size);
      starts.push(run.took);
    }
    const { created, edited, deleted } = await changes(run, ports, size);
    const both = (list) => `${ms(percentile(list, 50))} / ${ms(percentile(list, 99))}`;
    rows.push([
      size.toLocaleString('en'),
      (percentile(starts, 50) / 1000).toFixed(2),
      both(created.latencies),
      both(edited.latencies),
      both(deleted.latencies),
      both(edited.writes),
      (edited.bytes / 1024).toFixed(1),
      ms(edited.cpu),
      rssMb(run.controller.pid).toFixed(0),
      rssMb(run.envoy.pid).toFixed(0),
    ]);
    process.stderr.write(`${rows.at(-1).join(' | ')}\n`);
    await Promise.all([end(run.controller), end(run.envoy)]);
  }
  const head = [
    'Ingresses',
    'start, s',
    'create p50 / p99, ms',
    'edit p50 / p99, ms',
    'delete p50 / p99, ms',
    'of an edit the API write, ms',
    'sent per edit, KiB',
    'controller CPU per edit, ms',
    'controller RSS, MiB',
    'Envoy RSS, MiB',
  ];
  for (const row of [head, head.map(() => '--:'), ...rows]) process.stdout.write(`| ${row.join(' | ')} |\n`);
} finally {
  agent.destroy();
  for (const process of running) await end(process).catch(() => undefined);
  upstream.closeAllConnections();
  upstream.close();
  dir.remove();
  if (ownCluster) script('down.sh');
}
