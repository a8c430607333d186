/** The cluster of the end-to-end suite: kubectl and helm on it, requests through its gateway, and what is in it. Which one it is, only the environment knows. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fetchRaw } from '../support/gateway.ts';
import { steadyTraffic, type Traffic } from '../support/traffic.ts';

const CHART = fileURLToPath(new URL('../../charts/higress', import.meta.url));
export const SYSTEM = 'higress-system';
const IMAGE = { hub: 'docker.io/higress-ts', tag: 'e2e' };

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run hack/e2e.sh or hack/kind-e2e.sh`);
  return value;
}

export const kubeconfig = environment('E2E_KUBECONFIG');
export const gatewayUrl = environment('E2E_GATEWAY_URL');
const nodePort = Number(environment('E2E_NODE_PORT'));

export function run(command: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...args],
      { env: { ...process.env, KUBECONFIG: kubeconfig }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr.trim() || error.message))),
    );
    child.stdin?.end(input);
  });
}

export const kubectl = (args: readonly string[], input?: string) => run('kubectl', args, input);
export const apply = (manifest: string) => kubectl(['apply', '-f', '-'], manifest);

export function helm(
  action: 'install' | 'upgrade',
  values: Readonly<Record<string, string>>,
  namespace = SYSTEM,
): Promise<string> {
  const all = {
    'controller.hub': IMAGE.hub,
    'controller.tag': IMAGE.tag,
    'pluginServer.hub': IMAGE.hub,
    'pluginServer.tag': IMAGE.tag,
    'gateway.service.type': 'ClusterIP',
    'global.local': 'true',
    ...values,
  };
  const sets = Object.entries(all).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const create = action === 'install' ? ['--create-namespace'] : [];
  return run('helm', [action, 'higress', CHART, '-n', namespace, ...create, '--wait', '--timeout', '5m', ...sets]);
}

/** The sample as a user applies it; its image is one that the cluster has. */
const sample = (name: string) =>
  readFileSync(new URL(`../../samples/kubernetes/${name}.yaml`, import.meta.url), 'utf8').replace(
    'docker.io/library/node:24-alpine',
    `${IMAGE.hub}/higress:${IMAGE.tag}`,
  );
export const samples = ['backend', 'routes', 'plugins', 'mcp'].map(sample).join('---\n');

export const nodePortService = `apiVersion: v1
kind: Service
metadata: { name: gateway-node-port, namespace: ${SYSTEM} }
spec:
  type: NodePort
  selector: { app: higress-gateway }
  ports: [{ name: http, port: 80, targetPort: 80, nodePort: ${nodePort} }]
`;

export const get = (host: string, path = '/', headers: Readonly<Record<string, string>> = {}) =>
  fetchRaw(`${gatewayUrl}${path}`, { headers: { host, ...headers } });
export const status = async (...request: Parameters<typeof get>) => (await get(...request)).status;
export const HELLO = 'hello.example.com';

const started: Traffic[] = [];

/** New connections without pause until `stop`; what fails is said with its answer, which names Envoy's reason. */
export function steady(...request: Parameters<typeof get>): Traffic {
  return registered(
    steadyTraffic(async () => {
      const answer = await get(...request);
      return answer.status === 200 ? 200 : `${answer.status} ${answer.body}`;
    }),
  );
}

/** One after another until `stop`; what does not come true is a failure. */
export function steadily(send: () => Promise<boolean>): Traffic {
  return registered(steadyTraffic(async () => ((await send()) ? 200 : 0)));
}

function registered(traffic: Traffic): Traffic {
  started.push(traffic);
  return traffic;
}

/** For `afterAll`: a test that failed leaves its traffic running. */
export async function stopTraffic(): Promise<void> {
  for (const one of started) await one.stop();
}

export async function podNames(label: string): Promise<string[]> {
  const text = await kubectl(['-n', SYSTEM, 'get', 'pods', '-l', label, '-o', 'name']);
  return text.trim().split('\n').filter(Boolean);
}

export const ready = async (kind: string, name: string) => {
  await kubectl(['-n', SYSTEM, 'rollout', 'status', `${kind}/${name}`, '--timeout=120s']);
  return true;
};

/** What the cluster makes of the others by itself. */
const TRANSIENT = /^(events|endpoints|endpointslices|componentstatuses|podmetrics|nodemetrics)/;

/** `KIND NAMESPACE/NAME` of every object of the cluster, of whatever kind, but for those that come and go by themselves. */
export async function everything(): Promise<ReadonlySet<string>> {
  const kinds = (await kubectl(['api-resources', '--verbs=list', '-o', 'name'])).trim().split('\n');
  const columns = 'custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name';
  const wanted = kinds.filter((kind) => !TRANSIENT.test(kind)).join(',');
  const lines = (await kubectl(['get', wanted, '-A', '--no-headers', '-o', columns])).trim().split('\n');
  return new Set(lines.map((line) => line.trim().replace(/^(\S+)\s+(\S+)\s+(\S+)$/, '$1 $2/$3')));
}
