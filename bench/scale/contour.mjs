// Contour beside us, for comparison: built from its Go module once, and an Envoy with the bootstrap that it writes.
// Its xDS connection is without TLS, which spares it some work; ours is not.
import { execFile, spawn } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../src/app/envoy/cache.ts';
import { startEnvoy } from '../../test/support/envoy.ts';
import { kubeconfigFile, kubectl } from '../../test/support/kube.ts';
import { freePorts } from '../../test/support/ports.ts';
import { INGRESS_CLASS } from './objects.mjs';

const VERSION = '1.33.8';
const MODULE = 'github.com/projectcontour/contour';
const run = promisify(execFile);

/** Program and CRDs in the cache; the first time takes some minutes of compiling. */
async function install() {
  const dir = join(cacheDir(process.env), `contour-${VERSION}`);
  const program = join(dir, 'contour');
  const crds = join(dir, 'crds.yaml');
  mkdirSync(dir, { recursive: true });
  if (!existsSync(program)) {
    process.stderr.write(`compiling Contour ${VERSION}, once\n`);
    await run('go', ['install', `${MODULE}/cmd/contour@v${VERSION}`], { env: { ...process.env, GOBIN: dir } });
  }
  if (!existsSync(crds)) {
    const { stdout } = await run('go', ['mod', 'download', '-json', `${MODULE}@v${VERSION}`]);
    copyFileSync(join(JSON.parse(stdout).Dir, 'examples/contour/01-crds.yaml'), crds);
  }
  return { program, crds };
}

/** `dir`: a folder for its log and bootstrap. */
export async function contour(dir) {
  const { program, crds } = await install();
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', crds]);
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', '-f', crds]);
  const [xds, metrics, health, debug, http, https, stats] = (await freePorts(7)).map(String);
  const local = '127.0.0.1';
  const logFile = join(dir, 'contour.log');
  const bootstrap = join(dir, 'contour-bootstrap.json');
  await run(program, ['bootstrap', bootstrap, '--xds-address', local, '--xds-port', xds]);
  const flags = [
    ['--no-incluster', '--insecure', '--disable-leader-election'],
    ['--kubeconfig', kubeconfigFile()],
    ['--ingress-class-name', INGRESS_CLASS],
    ['--xds-address', local, '--xds-port', xds],
    ['--http-address', local, '--http-port', metrics],
    ['--health-address', local, '--health-port', health],
    ['--debug-http-address', local, '--debug-http-port', debug],
    ['--envoy-service-http-address', local, '--envoy-service-http-port', http],
    ['--envoy-service-https-address', local, '--envoy-service-https-port', https],
    ['--stats-address', local, '--stats-port', stats],
    ['--envoy-http-access-log', '/dev/null', '--envoy-https-access-log', '/dev/null'],
  ].flat();
  const startController = () => {
    const log = openSync(logFile, 'w');
    const child = spawn(program, ['serve', ...flags], { stdio: ['ignore', log, log] });
    closeSync(log);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    return {
      pid: child.pid,
      get log() {
        return readFileSync(logFile, 'utf8');
      },
      kill: async () => {
        if (child.exitCode === null && child.signalCode === null) child.kill();
        await gone;
      },
    };
  };
  return {
    name: `Contour ${VERSION}`,
    inParts: true,
    start: async () => {
      const controller = startController();
      const envoy = await startEnvoy(JSON.parse(readFileSync(bootstrap, 'utf8')), [
        '--service-node',
        'envoy-0',
        '--service-cluster',
        'envoy',
      ]);
      return { controller, envoy, port: Number(http), cluster: `projectcontour_contour_${xds}` };
    },
  };
}
