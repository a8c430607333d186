// A controller with many Ingresses, against a real API server and a real Envoy: how long it takes to start, and how long one change takes from the
// write at the API server until Envoy answers by it; Contour beside us on the same objects. Prints Markdown tables. docs/benchmarks-scale.md tells what
// is measured and how.
//   node bench/scale.mjs [--sizes 1000,5000,10000] [--samples 60] [--starts 3] [--hosts numbered|words] [--systems higress,contour] [--no-idle]
import { execFileSync } from 'node:child_process';
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
    systems: { type: 'string', default: 'higress,contour' },
    idle: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const sizes = flags.sizes.split(',').map(Number);

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

const { installCrds, kubeConfig } = await import('../test/support/kube.ts');
const { temporaryDir } = await import('../test/support/controller.ts');
const { KubeClient } = await import('../src/sources/kube/client.ts');
const { Objects, startUpstreams } = await import('./scale/objects.mjs');
const { agent, percentile, rssMiB } = await import('./scale/probe.mjs');
const { changes, timedStart } = await import('./scale/measure.mjs');
const { idleWrites } = await import('./scale/idle-writes.mjs');

const SYSTEMS = {
  higress: async (dir) => (await import('./scale/higress.mjs')).higress(dir),
  contour: async (dir) => (await import('./scale/contour.mjs')).contour(dir),
};
const HEAD = [
  'Ingresses',
  'controller',
  'start, s',
  'create p50 / p99, ms',
  'edit p50 / p99, ms',
  'delete p50 / p99, ms',
  'of an edit the API write, ms',
  'sent per edit, KiB',
  'controller CPU per create / edit / delete, ms',
  'controller RSS, MiB',
  'Envoy RSS, MiB',
];

/** Before memory is measured: both systems give some back when they have nothing to do. */
const REST_MS = 10_000;

const ms = (value) => value.toFixed(value < 10 ? 1 : 0);
const both = (list) => `${ms(percentile(list, 50))} / ${ms(percentile(list, 99))}`;

async function row(system, objects, size) {
  const starts = [];
  let run;
  const stop = async () => {
    await Promise.all([run?.controller.kill(), run?.envoy.stop()]);
    run = undefined;
  };
  try {
    for (let i = 0; i < Number(flags.starts); i += 1) {
      await stop();
      run = await timedStart(system, objects, size);
      starts.push(run.took);
    }
    const { created, edited, deleted } = await changes(run, objects, size, Number(flags.samples));
    await wait(REST_MS);
    return [
      size.toLocaleString('en'),
      system.name,
      (percentile(starts, 50) / 1000).toFixed(2),
      both(created.latencies),
      both(edited.latencies),
      both(deleted.latencies),
      both(edited.writes),
      (edited.bytes / 1024).toFixed(1),
      [created, edited, deleted].map(({ cpu }) => ms(cpu)).join(' / '),
      rssMiB(run.controller.pid).toFixed(0),
      rssMiB(run.envoy.pid).toFixed(0),
    ];
  } finally {
    await stop();
  }
}

const dir = temporaryDir();
const upstreams = await startUpstreams();
try {
  await installCrds();
  const objects = new Objects(new KubeClient(kubeConfig()), flags.hosts);
  await objects.prepareServices(upstreams.ports);
  const systems = [];
  for (const name of flags.systems.split(',')) systems.push(await SYSTEMS[name](dir.path));
  const rows = [];
  let existing = 0;
  for (const size of sizes) {
    await objects.createIngresses(existing, size);
    existing = size;
    for (const system of systems) {
      rows.push(await row(system, objects, size));
      process.stderr.write(`${rows.at(-1).join(' | ')}\n`);
    }
  }
  for (const cells of [HEAD, HEAD.map(() => '--:'), ...rows]) process.stdout.write(`| ${cells.join(' | ')} |\n`);
  const ours = systems.find(({ startController }) => startController !== undefined);
  if (flags.idle && ours !== undefined) {
    const count = await idleWrites(ours, objects, existing);
    process.stdout.write(
      `\nAPI writes of two starts of a controller with ${existing.toLocaleString('en')} idle Ingresses: ${count}\n`,
    );
  }
} finally {
  agent.destroy();
  upstreams.close();
  dir.remove();
  if (ownCluster) script('down.sh');
}
