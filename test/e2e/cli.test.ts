/** `status`, `config`, `explain` and `diff` on an installation in a cluster, by nothing but a kubeconfig. In a namespace of its own, so that it does not matter what else is there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CliResult, runCli } from '../support/cli.ts';
import { eventually } from '../support/gateway.ts';
import { apply, helm, kubeconfig, kubectl, run } from './cluster.ts';

const NAMESPACE = 'higress-cli';
const TEAM = 'cli-team';
const VALUES = { 'global.ingressClass': NAMESPACE };
const KEYS = ['cli-consumer-key-0123', 'cli-vendor-key-4567'];
const dir = mkdtempSync(join(tmpdir(), 'higress-e2e-cli-'));

const ingress = (name: string, path: string, timeout: string) => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, namespace: ${TEAM}, annotations: { higress.io/timeout: "${timeout}" } }
spec:
  ingressClassName: ${NAMESPACE}
  rules:
    - host: cli.example.com
      http:
        paths: [{ path: ${path}, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }]
`;

/** The endpoint is an address that nobody answers at: nothing is sent there. */
const backend = `apiVersion: v1
kind: Namespace
metadata: { name: ${TEAM} }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: ${TEAM} }
spec: { ports: [{ name: http, port: 80, targetPort: 8080 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, namespace: ${TEAM}, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ name: http, port: 8080 }]
endpoints: [{ addresses: ["192.0.2.10"] }]
`;

const plugins = `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: key-auth, namespace: ${NAMESPACE} }
spec:
  url: oci://higress/plugins/key-auth:1.0.0
  phase: AUTHN
  priority: 310
  defaultConfig:
    global_auth: false
    keys: [x-api-key]
    in_header: true
    consumers: [{ name: ann, credential: ${KEYS[0]} }]
  matchRules: [{ ingress: [${TEAM}/shop], config: { allow: [ann] } }]
---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ai-proxy, namespace: ${NAMESPACE} }
spec:
  url: oci://higress/plugins/ai-proxy:1.0.0
  priority: 100
  defaultConfigDisable: true
  matchRules:
    - ingress: [${TEAM}/llm]
      config: { provider: { type: openai, apiTokens: ["${KEYS[1]}"] } }
`;

const ask = (...args: readonly string[]): Promise<CliResult> => runCli([...args, '--kubeconfig', kubeconfig]);
const askHere = (...args: readonly string[]) => ask(...args, '-n', NAMESPACE);
const scale = async (workload: string, replicas: number) => {
  await kubectl(['-n', NAMESPACE, 'scale', workload, `--replicas=${replicas}`]);
  await kubectl(['-n', NAMESPACE, 'rollout', 'status', workload, '--timeout=120s']);
};
const withoutSecrets = (text: string) => {
  for (const key of KEYS) {
    expect(text).not.toContain(key);
    expect(text).not.toContain(Buffer.from(key).toString('base64'));
  }
};

beforeAll(async () => {
  await helm('install', VALUES, NAMESPACE);
  await apply([backend, ingress('shop', '/shop', '5'), ingress('llm', '/v1', '30'), plugins].join('---\n'));
  await eventually(
    'everything is taken',
    async () =>
      (await askHere('config', 'route')).stdout.includes('key-auth') && (await askHere('status')).status === 0,
    120_000,
  );
}, 600_000);

afterAll(async () => {
  rmSync(dir, { recursive: true });
  await run('helm', ['uninstall', 'higress', '-n', NAMESPACE, '--wait', '--timeout', '2m']);
  await kubectl(['delete', 'namespace', NAMESPACE, TEAM, '--wait=true', '--timeout=180s']);
}, 400_000);

describe('the commands of an operator, in a cluster', () => {
  it('status tells components, replicas, versions, and what each gateway pod has confirmed', async () => {
    const { status, stdout, stderr } = await askHere('status');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^gateway {2}ready \(namespace higress-cli, context /);
    expect(stdout).toMatch(/^controller +Deployment\/higress-controller +1\/1 +docker\.io\/higress-ts\/higress:e2e$/m);
    expect(stdout).toMatch(/^gateway +Deployment\/higress-gateway +1\/1 +\S*envoyproxy\/envoy:v1\./m);
    expect(stdout).toMatch(/^plugin-server +Deployment\/higress-plugin-server +1\/1 /m);
    expect(stdout).toMatch(/^higress-controller-\S+ +yes +0 +\d+\.\d+\.\d+ +leader, 2 connected$/m);
    expect(stdout).toMatch(/^higress-gateway-\S+ +yes +0 +1\.\d+\.\d+ +to higress-controller-\S+ since 20/m);
    expect(stdout).toMatch(/^higress-gateway-\S+ +route +up to date +[0-9a-f]{16} +\d+ +\d+ +20\S+Z +-$/m);
  }, 120_000);

  it('status as JSON, and not ready when a component is not', async () => {
    await kubectl([
      '-n',
      NAMESPACE,
      'set',
      'image',
      'deployment/higress-gateway',
      'higress-gateway=docker.io/none/none:1',
    ]);
    const page = await eventually(
      'the new pod is told',
      async () => {
        const { status, stdout } = await askHere('status', '-o', 'json');
        const found = JSON.parse(stdout) as { notReadyBecause: string[]; nodes: { role: string; pod?: string }[] };
        const pods = JSON.stringify(found);
        return status === 0 && /ErrImage|ImagePull/.test(pods) ? found : undefined;
      },
      60_000,
    );
    expect(page.nodes.map(({ role, pod }) => `${role} ${pod?.replace(/-[^-]+-[^-]+$/, '')}`).sort()).toEqual([
      'gateway higress-gateway',
      'plugin-server higress-plugin-server',
    ]);
    await kubectl(['-n', NAMESPACE, 'rollout', 'undo', 'deployment/higress-gateway']);
    await kubectl(['-n', NAMESPACE, 'rollout', 'status', 'deployment/higress-gateway', '--timeout=120s']);
  }, 240_000);

  it.each([
    ['bootstrap', 'higress.xds'],
    ['listener', '"dynamic_listeners"'],
    ['route', 'cli.example.com'],
    ['cluster', `outbound|80||web.${TEAM}.svc.cluster.local`],
    ['endpoint', '192.0.2.10'],
    ['secret', '"@type"'],
  ])(
    'config %s prints what the Envoy of a gateway pod has, and no secret',
    async (section, expected) => {
      const { status, stdout, stderr } = await askHere('config', section);
      expect([status, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)['@type']).toMatch(/^type\.googleapis\.com\/envoy\.admin\.v3\.\w+ConfigDump$/);
      expect(stdout).toContain(expected);
      withoutSecrets(stdout);
    },
    120_000,
  );

  it('config route does hold what is made of those secrets', async () => {
    const { stdout } = await askHere('config', 'route');
    expect(stdout).toContain('[redacted]');
  }, 120_000);

  it('explain tells what happens to a request, with the objects and the endpoints', async () => {
    const { status, stdout } = await askHere('explain', 'http://cli.example.com/shop/1', '-o', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: { type: 'forward', clusters: [`outbound|80||web.${TEAM}.svc.cluster.local`] },
      route: {
        name: `${TEAM}/shop`,
        source: { object: `Ingress ${TEAM}/shop` },
        plugins: [{ plugin: 'key-auth', phase: 'AUTHN', priority: 310 }],
        destinations: [{ endpoints: ['192.0.2.10:8080'] }],
      },
    });
    withoutSecrets(stdout);
    expect((await askHere('explain', 'http://cli.example.com/nothing')).status).toBe(1);
  }, 120_000);

  it('diff lays manifests over what the cluster has', async () => {
    const file = join(dir, 'next.yaml');
    const diff = async (text: string) => {
      writeFileSync(file, text);
      return askHere('diff', file);
    };
    const same = await diff(ingress('shop', '/shop', '5'));
    expect([same.stdout, same.status]).toEqual(['no difference\n', 0]);
    const changed = await diff([ingress('shop', '/shop', '7'), ingress('late', '/shop', '9')].join('---\n'));
    expect(changed.status).toBe(1);
    expect(changed.stdout.split('\n')).toEqual([
      `~ route cli.example.com ${TEAM}/shop (path /shop and below) (Ingress ${TEAM}/shop)`,
      '    action.timeoutMs: 5000 -> 7000',
      expect.stringMatching(
        new RegExp(`^\\+ problem error RouteConflict: Ingress ${TEAM}/late: .*taken by Ingress ${TEAM}/shop`),
      ),
      '0 added, 0 removed, 1 changed; 1 new problem, 0 gone',
      '',
    ]);
    const rotated = await diff(plugins.replace(KEYS[0]!, 'cli-consumer-key-next'));
    expect(rotated.stdout).toContain('config (a secret in it changed)');
    expect(rotated.stdout).not.toContain('cli-consumer-key');
    expect((await kubectl(['-n', TEAM, 'get', 'ingress', '-o', 'name'])).trim().split('\n')).toHaveLength(2);
  }, 120_000);

  it('says which pod was asked when there are more, and takes another by name', async () => {
    await scale('deployment/higress-controller', 2);
    await scale('deployment/higress-gateway', 2);
    const explained = await askHere('explain', 'http://cli.example.com/shop');
    expect(explained.stderr).toMatch(/^note: asked controller pod higress-controller-\S+, the leader of 2\n$/);
    const first = await eventually('the new pod is connected', async () => {
      const { status, stderr } = await askHere('config', 'route');
      return status === 0 ? stderr : undefined;
    });
    const [, asked] =
      /^note: asked gateway pod (\S+), the first that is ready of 2; --pod names another\n$/.exec(first) ?? [];
    const names = (await kubectl(['-n', NAMESPACE, 'get', 'pods', '-l', 'app=higress-gateway', '-o', 'name']))
      .trim()
      .split('\n')
      .map((name) => name.replace('pod/', ''));
    const other = names.find((name) => name !== asked);
    const { status, stdout, stderr } = await askHere('config', 'route', '--pod', other ?? '');
    expect([status, stderr]).toEqual([0, '']);
    withoutSecrets(stdout);
    const whole = (await askHere('status')).stdout;
    for (const name of names) expect(whole).toMatch(new RegExp(`^${name} +route +up to date`, 'm'));
    const wrong = await askHere('config', 'route', '--pod', 'nobody');
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      `higress: namespace "${NAMESPACE}" has no gateway pod "nobody"; there are ${[...names].sort().join(', ')}\n`,
    ]);
    await scale('deployment/higress-controller', 1);
    await scale('deployment/higress-gateway', 1);
  }, 240_000);

  it('tells a plugin server beside Envoy from the Envoy', async () => {
    await helm('upgrade', { ...VALUES, 'pluginServer.mode': 'sidecar' }, NAMESPACE);
    const nodes = await eventually(
      'both are connected',
      async () => {
        const { stdout } = await askHere('status', '-o', 'json');
        const page = JSON.parse(stdout) as { ready: boolean; nodes: { role: string; pod?: string }[] };
        return page.ready && page.nodes.length === 2 ? page.nodes : undefined;
      },
      120_000,
    );
    expect(nodes.map(({ role }) => role).sort()).toEqual(['gateway', 'plugin-server']);
    expect(nodes[0]?.pod).toMatch(/^higress-gateway-/);
    expect(nodes[1]?.pod).toBe(nodes[0]?.pod);
    const { status, stdout } = await askHere('config', 'route');
    expect([status, stdout.includes('cli.example.com')]).toEqual([0, true]);
    withoutSecrets(stdout);
    const text = (await askHere('status')).stdout;
    expect(text).toMatch(new RegExp(`^${nodes[0]?.pod} +yes +0 +1\\.\\d+\\.\\d+ +to higress-controller-`, 'm'));
    expect(text).not.toContain('Deployment/higress-plugin-server');
  }, 300_000);

  it('keeps /debug from whoever comes over the network, and lets probes in', async () => {
    const page = (path: string) =>
      kubectl(['get', '--raw', `/api/v1/namespaces/${NAMESPACE}/services/higress-controller:8888/proxy${path}`]);
    expect(JSON.parse(await page('/ready'))).toMatchObject({ ready: true });
    await expect(page('/debug/model')).rejects.toThrow(/Forbidden|forbidden/);
  }, 120_000);
});

describe('what an operator cannot reach', () => {
  /** A kubeconfig of a ServiceAccount that may only do this. */
  async function kubeconfigFor(name: string, rules: readonly (readonly string[])[]): Promise<string> {
    await kubectl(['-n', NAMESPACE, 'create', 'serviceaccount', name]);
    for (const [index, rule] of rules.entries()) {
      const role = `${name}-${index}`;
      await kubectl(['-n', NAMESPACE, 'create', 'role', role, ...rule]);
      const binding = [`--role=${role}`, `--serviceaccount=${NAMESPACE}:${name}`];
      await kubectl(['-n', NAMESPACE, 'create', 'rolebinding', role, ...binding]);
    }
    const token = (await kubectl(['-n', NAMESPACE, 'create', 'token', name])).trim();
    const config = JSON.parse(await kubectl(['config', 'view', '--raw', '--minify', '-o', 'json'])) as {
      users: { name: string; user: object }[];
    };
    const file = join(dir, `${name}.kubeconfig`);
    const users = config.users.map((one) => ({ name: one.name, user: { token } }));
    writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
    return file;
  }
  const list = ['--verb=list', '--resource=deployments.apps,daemonsets.apps,pods'];

  it('another namespace: told, with the one that has a gateway', async () => {
    const { status, stdout, stderr } = await ask('status', '-n', 'default');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^higress: there is no gateway in namespace "default" of context "[^"]+"; there is one in .*higress-cli/,
    );
  }, 120_000);

  it('no permission to list: what is refused', async () => {
    const file = await kubeconfigFor('nobody', []);
    const { status, stderr } = await runCli(['status', '-n', NAMESPACE, '--kubeconfig', file]);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^higress: you may not list (deployments|daemonsets|pods) in namespace higress-cli: .*forbidden/,
    );
  }, 120_000);

  it('no permission to forward ports: what it takes, and status still tells of the pods', async () => {
    const file = await kubeconfigFor('watcher', [list]);
    const config = await runCli(['config', 'bootstrap', '-n', NAMESPACE, '--kubeconfig', file]);
    expect(config.status).toBe(2);
    expect(config.stderr).toContain('it takes the verbs get and create of pods/portforward in namespace higress-cli');
    const { status, stdout } = await runCli(['status', '-n', NAMESPACE, '--kubeconfig', file]);
    expect(status).toBe(1);
    expect(stdout).toContain('you may not forward ports to pod');
    expect(stdout).toMatch(/^controller +Deployment\/higress-controller +1\/1 /m);
  }, 120_000);

  it('nothing more is needed than the role of the manual', async () => {
    const forward = ['--verb=get,create', '--resource=pods/portforward'];
    const file = await kubeconfigFor('operator', [list, forward]);
    for (const args of [['status'], ['config', 'route'], ['explain', 'http://cli.example.com/shop']]) {
      const { status, stderr } = await runCli([...args, '-n', NAMESPACE, '--kubeconfig', file]);
      expect([args, status, stderr.replace(/^note: .*\n/, '')]).toEqual([args, 0, '']);
    }
  }, 120_000);

  it('no controller: the pods are told, and no configuration whose secrets nobody can tell', async () => {
    await kubectl(['-n', NAMESPACE, 'scale', 'deployment/higress-controller', '--replicas=0']);
    await eventually(
      'it is gone',
      async () =>
        (await kubectl(['-n', NAMESPACE, 'get', 'pods', '-l', 'app=higress-controller', '-o', 'name'])).trim() === '',
      60_000,
    );
    const { status, stdout } = await askHere('status');
    expect([status, /^ +Deployment higress-controller wants no pods$/m.test(stdout)]).toEqual([1, true]);
    expect((await askHere('explain', 'http://cli.example.com/shop')).stderr).toContain(
      `higress: namespace "${NAMESPACE}" has no controller pod; \`higress status\` tells more`,
    );
    const refused = await askHere('config', 'route');
    expect([refused.status, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('is connected to no controller that is ready, so nobody can tell what');
    expect((await askHere('config', 'endpoint')).stdout).toContain('EndpointsConfigDump');
  }, 120_000);
});
