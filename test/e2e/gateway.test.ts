/** The chart on a cluster with real pods: installed, used, upgraded under traffic, robbed of pods, uninstalled. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { eventually } from '../support/gateway.ts';
import { enough, expectNoneLost } from '../support/traffic.ts';
import { buildWasm } from '../support/wasm.ts';
import {
  apply,
  everything,
  gatewayUrl,
  get,
  HELLO,
  helm,
  kubectl,
  nodePortService,
  podNames,
  ready,
  run,
  SYSTEM,
  samples,
  status,
  steadily,
  steady,
  stopTraffic,
} from './cluster.ts';

/** A module in a ConfigMap, which the plugin server mounts. */
const MODULES = 'e2e-modules';
const deploy = (action: 'install' | 'upgrade', values: Readonly<Record<string, string>>) =>
  helm(action, {
    'pluginServer.pluginsVolume.configMap.name': MODULES,
    'pluginServer.pluginsVolume.configMap.items[0].key': 'plugin.wasm',
    'pluginServer.pluginsVolume.configMap.items[0].path': 'add-header/1.0.0/plugin.wasm',
    ...values,
  });

const modules = `apiVersion: v1
kind: Namespace
metadata: { name: ${SYSTEM} }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: ${MODULES}, namespace: ${SYSTEM} }
binaryData: { plugin.wasm: ${buildWasm('add-header').toString('base64')} }
`;

/** A route whose requests the module denies: `url` of the WasmPlugin is only its name and version. */
const denied = (name: string) => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name} }
spec:
  ingressClassName: higress
  rules:
    - host: ${name}.example.com
      http:
        paths: [{ path: /, pathType: Prefix, backend: { service: { name: demo-backend, port: { name: http } } } }]
---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ${name}, namespace: ${SYSTEM} }
spec:
  url: add-header:1.0.0
  matchRules: [{ ingress: [default/${name}], config: { value: deny-${name} } }]
`;

/** A plugin that runs inside Envoy where the native module is. */
const counts = `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: counts, namespace: ${SYSTEM} }
spec:
  url: oci://higress/plugins/ai-statistics:1.0.0
  defaultConfigDisable: true
  matchRules: [{ ingress: [default/private], config: { attributes: [] } }]
`;

/** Until the plugin above runs so, and every gateway has taken it. */
const countsRunAs = (way: string) =>
  eventually(
    `the plugin runs as ${way}`,
    async () => {
      const { status: found } = JSON.parse(
        await kubectl(['-n', SYSTEM, 'get', 'wasmplugin', 'counts', '-o', 'json']),
      ) as {
        status?: { runsAs?: string; conditions?: { type: string; status: string }[] };
      };
      return (
        found?.runsAs === way && found.conditions?.some((one) => one.type === 'Programmed' && one.status === 'True')
      );
    },
    120_000,
  );

const denies = (name: string) => async () => {
  const answer = await get(`${name}.example.com`);
  return answer.status === 403 && answer.body === 'denied by the module';
};

async function callTool(): Promise<string | undefined> {
  const client = new Client({ name: 'e2e', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gatewayUrl}/mcp`)));
  const { content } = await client.callTool({ name: 'get-weather', arguments: { city: 'Lisbon' } });
  await client.close();
  return (content as { text: string }[])[0]?.text;
}
const WEATHER = 'Lisbon: 21 degrees Celsius, clear';

/** What needs the plugin server: a plugin in it that lets pass, one that blocks, an MCP tool (which calls out), a module. */
const everyWay = () => [
  steady(HELLO),
  steadily(async () => (await status(HELLO, '/forbidden')) === 403),
  steadily(async () => (await callTool()) === WEATHER),
  steadily(denies('module')),
];

/** One pod, at once: without its grace period. */
async function kill(label: string): Promise<void> {
  const [pod] = await podNames(label);
  await kubectl(['-n', SYSTEM, 'delete', pod ?? '', '--grace-period=0', '--force', '--wait=true', '--timeout=120s']);
}

/** How many addresses of plugin servers the Envoy of a gateway pod has. */
async function pluginServersOf(pod: string): Promise<number> {
  const page = `/api/v1/namespaces/${SYSTEM}/pods/${pod.replace('pod/', '')}:15020/proxy/stats/prometheus`;
  // Envoy takes what stands before the first dot of the cluster's name for the name.
  const line = /^envoy_cluster_plugin_server_membership_healthy\{[^}]*\} (\d+)$/m;
  return Number(line.exec(await kubectl(['get', '--raw', page]))?.[1]);
}

/** What was there before. */
let before: ReadonlySet<string>;

beforeAll(async () => {
  before = await everything();
  await apply(modules);
  await deploy('install', {});
}, 400_000);

afterAll(stopTraffic);

describe('the chart', () => {
  it('gives a gateway that serves the samples: routes, a registry, plugins, and an MCP tool', async () => {
    await apply(nodePortService);
    await apply(samples);
    await eventually('the Ingress serves', async () => (await status(HELLO)) === 200, 120_000);
    const answer = await get(HELLO, '/x');
    expect([answer.body, answer.headers['x-served-by']]).toEqual(['hello from /x', 'higress-ts']);
    await eventually('the registry serves', async () => (await status('registry.example.com')) === 200, 60_000);
    await eventually('keys are asked for', async () => (await status('private.example.com')) === 401, 60_000);
    expect(await status('private.example.com', '/', { 'x-api-key': 'demo-key-1' })).toBe(200);
    await eventually('the plugin server is deployed', () => ready('deployment', 'higress-plugin-server'), 180_000);
    await eventually('the plugin blocks', async () => (await status(HELLO, '/forbidden')) === 403, 60_000);
    expect(await eventually('the MCP tool answers', callTool, 60_000)).toBe(WEATHER);
  }, 400_000);

  it('says in the status what runs', async () => {
    await eventually('the plugin is programmed', async () => {
      const { status: found } = JSON.parse(
        await kubectl(['-n', SYSTEM, 'get', 'wasmplugin', 'request-block', '-o', 'json']),
      ) as { status?: { runsAs?: string; conditions?: { type: string; status: string }[] } };
      return (
        found?.runsAs === 'plugin-server' &&
        found.conditions?.some((one) => one.type === 'Programmed' && one.status === 'True')
      );
    });
  }, 60_000);

  it('serves Wasm files in the plugin server, and runs them by name and version', async () => {
    const files = `/api/v1/namespaces/${SYSTEM}/services/http:higress-plugin-server:80/proxy/plugins`;
    expect((await kubectl(['get', '--raw', `${files}/add-header/1.0.0/plugin.wasm`])).slice(1, 4)).toBe('asm');
    await apply(denied('module'));
    await eventually('the module runs', denies('module'), 60_000);
  }, 120_000);

  it('mends its plugin server when somebody changes or deletes it', async () => {
    await kubectl(['-n', SYSTEM, 'delete', 'deployment', 'higress-plugin-server', '--wait=false']);
    await eventually('it is there again', () => ready('deployment', 'higress-plugin-server'), 180_000);
    await eventually('the plugin blocks again', async () => (await status(HELLO, '/forbidden')) === 403, 60_000);
  }, 300_000);

  it('loses no request when the controller or a gateway pod is deleted', async () => {
    await kubectl(['-n', SYSTEM, 'scale', 'deployment/higress-gateway', '--replicas=2']);
    await ready('deployment', 'higress-gateway');
    const flow = steady(HELLO);
    for (const label of ['app=higress-controller', 'app=higress-gateway']) {
      const [pod] = await podNames(label);
      await kubectl(['-n', SYSTEM, 'delete', pod ?? '', '--wait=true', '--timeout=120s']);
    }
    await ready('deployment', 'higress-gateway');
    await ready('deployment', 'higress-controller');
    await expectNoneLost(flow);
  }, 300_000);

  it('serves on when a gateway pod is killed: at most what it had in hand is lost', async () => {
    const flow = steady(HELLO);
    await kill('app=higress-gateway');
    await ready('deployment', 'higress-gateway');
    await enough(flow);
    const { sent, failures } = await flow.stop();
    // One request after another: it has one in hand.
    expect(failures.length).toBeLessThanOrEqual(1);
    expect(sent).toBeGreaterThan(20);
    expect(await status(HELLO)).toBe(200);
  }, 300_000);

  it('loses no request when one of two pods of the plugin server is killed', async () => {
    await deploy('upgrade', { 'pluginServer.autoscaling.enabled': 'true' });
    // The autoscaler's lower limit.
    await eventually('there are two', async () => (await podNames('app=higress-plugin-server')).length === 2, 120_000);
    await ready('deployment', 'higress-plugin-server');
    await eventually(
      'the gateways know both',
      async () => {
        const gateways = await podNames('app=higress-gateway');
        const known = await Promise.all(gateways.map(pluginServersOf));
        return known.every((count) => count === 2);
      },
      60_000,
    );
    const [native, streamed] = [steady('private.example.com', '/', { 'x-api-key': 'demo-key-1' }), steady(HELLO)];
    await kill('app=higress-plugin-server');
    await ready('deployment', 'higress-plugin-server');
    await expectNoneLost(native, streamed);
  }, 400_000);

  it('is upgraded under traffic without a failed request', async () => {
    const flow = steady(HELLO);
    await deploy('upgrade', {
      'gateway.podLabels.e2e': 'upgraded',
      'controller.podLabels.e2e': 'upgraded',
      'gateway.replicas': '2',
    });
    await expectNoneLost(flow);
  }, 400_000);

  it('takes the native module out of the gateway pods and puts it back without a failed request', async () => {
    await apply(counts);
    await countsRunAs('native');
    const flows = [...everyWay(), steady('private.example.com', '/', { 'x-api-key': 'demo-key-1' })];
    await deploy('upgrade', { 'gateway.nativeModule.enabled': 'false' });
    await countsRunAs('plugin-server');
    await deploy('upgrade', {});
    await countsRunAs('native');
    await expectNoneLost(...flows);
  }, 600_000);

  it('takes the plugin server into the gateway pods without a failed request: plugins, MCP tools and modules, also in a pod that comes later', async () => {
    const flows = everyWay();
    await deploy('upgrade', { 'pluginServer.mode': 'sidecar' });
    await eventually(
      'the pods of the plugin server are gone',
      async () => (await podNames('app=higress-plugin-server')).length === 0,
      120_000,
    );
    await expectNoneLost(...flows);
    await apply(denied('sidecar'));
    await eventually('a new use of it as well', denies('sidecar'), 60_000);
    const [pod] = await podNames('app=higress-gateway');
    await kubectl(['-n', SYSTEM, 'delete', pod ?? '', '--wait=true', '--timeout=120s']);
    await ready('deployment', 'higress-gateway');
    await eventually('the next pod runs it', denies('sidecar'), 60_000);
    expect(await status(HELLO)).toBe(200);
  }, 400_000);

  it('takes the plugin server out of the gateway pods without a failed request', async () => {
    const flows = everyWay();
    await deploy('upgrade', {});
    const services = () => kubectl(['-n', SYSTEM, 'get', 'services', '-o', 'name']);
    await eventually(
      'no gateway has one',
      async () => !/higress-plugin-server-sidecars/.test(await services()),
      120_000,
    );
    await ready('deployment', 'higress-plugin-server');
    await expectNoneLost(...flows);
  }, 400_000);

  it('leaves nothing behind but the kinds, and the namespace that helm made', async () => {
    await kubectl(
      ['delete', '--ignore-not-found', '-f', '-'],
      [samples, counts, denied('module'), denied('sidecar')].join('---\n'),
    );
    await kubectl(['-n', SYSTEM, 'delete', 'configmap', MODULES]);
    await kubectl(['delete', '-f', '-'], nodePortService);
    await run('helm', ['uninstall', 'higress', '-n', SYSTEM, '--wait', '--timeout', '2m']);
    const kept = [
      /^CustomResourceDefinition <none>\/\w+\.(networking|extensions)\.higress\.io$/,
      /^APIService <none>\/v1(alpha1)?\.(networking|extensions)\.higress\.io$/,
      new RegExp(`^Namespace <none>/${SYSTEM}$`),
      // Kubernetes' own, in every namespace.
      new RegExp(`^(ConfigMap ${SYSTEM}/kube-root-ca\\.crt|ServiceAccount ${SYSTEM}/default)$`),
    ];
    const left = async () =>
      [...(await everything())].filter((one) => !before.has(one) && !kept.some((pattern) => pattern.test(one)));
    let found: readonly string[] = [];
    const gone = async () => {
      found = await left();
      return found.length === 0;
    };
    // What is still there says more than that the time is over.
    await eventually('everything is gone', gone, 120_000).catch(() => expect(found).toEqual([]));
  }, 400_000);
});
