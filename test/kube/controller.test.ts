/** `higress controller` against a real API server, with a real Envoy and a real plugin server over mTLS. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type ControllerPorts,
  controllerPorts,
  mountSecret,
  type Process,
  startController,
  startGatewayEnvoy,
  startPluginServer,
  temporaryDir,
} from '../support/controller.ts';
import { type Echo, startEcho } from '../support/echo.ts';
import type { Envoy } from '../support/envoy.ts';
import { eventually, fetchRaw } from '../support/gateway.ts';
import { installCrds, type KubeNamespace, kubectl, kubeNamespace } from '../support/kube.ts';
import { expectNoneLost, steadyTraffic } from '../support/traffic.ts';

const dir = temporaryDir();
let system: KubeNamespace;
let app: KubeNamespace;
let ports: ControllerPorts;
let controller: Process;
let pluginServer: Process;
let envoy: Envoy;
let echo: Echo;
let ingressClass: string;

beforeAll(async () => {
  await installCrds();
  echo = await startEcho();
  system = await kubeNamespace('system');
  app = await kubeNamespace('app');
  ingressClass = system.name;
  ports = await controllerPorts();
  controller = startController({ namespace: system.name, ports, ingressClass, dir: dir.path });
  await mountSecret(system.name, 'higress-xds-gateway', `${dir.path}/gateway`);
  await mountSecret(system.name, 'higress-xds-plugin-server', `${dir.path}/plugin-server`);
  pluginServer = startPluginServer(ports, dir.path);
  envoy = await startGatewayEnvoy(ports, `${dir.path}/gateway`);
}, 180_000);

afterAll(async () => {
  await envoy?.stop();
  await pluginServer?.kill();
  await controller?.kill();
  await echo?.stop();
  await app?.dispose();
  await system?.dispose();
  dir.remove();
});

const bridge = () => `apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: { name: default }
spec:
  registries: [{ name: web, type: static, domain: "127.0.0.1:${echo.port}", port: 80 }]
`;

const ingress = (name: string, host: string, annotations: Record<string, string> = {}) =>
  JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations: { 'higress.io/destination': 'web.static', ...annotations } },
    spec: {
      ingressClassName: ingressClass,
      rules: [
        {
          host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { resource: { apiGroup: 'networking.higress.io', kind: 'McpBridge', name: 'default' } },
              },
            ],
          },
        },
      ],
    },
  });

const send = (host: string, path = '/', headers: Record<string, string> = {}) =>
  fetchRaw(`http://127.0.0.1:${ports.gatewayHttp}${path}`, { headers: { host, ...headers } });
const status = async (host: string, path = '/', headers: Record<string, string> = {}) =>
  (await send(host, path, headers)).status;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

async function condition(kind: string, name: string, type: string): Promise<Condition | undefined> {
  const object = await system.get(kind, name);
  return ((object.status?.conditions ?? []) as Condition[]).find((one) => one.type === type);
}

describe('a cluster', () => {
  it('is served: a route by registry, changed and deleted by kubectl', async () => {
    await system.apply(bridge());
    await app.apply(ingress('one', 'one.example.com'));
    await eventually('one serves', async () => (await status('one.example.com')) === 200, 30_000);
    await app.apply(ingress('one', 'other.example.com'));
    await eventually('other serves', async () => (await status('other.example.com')) === 200);
    await eventually('one is gone', async () => (await status('one.example.com')) === 404);
    await app.kubectl(['delete', 'ingress', 'one']);
    await eventually('other is gone', async () => (await status('other.example.com')) === 404);
  }, 90_000);

  it('ignores other classes', async () => {
    const foreign = JSON.parse(ingress('foreign', 'foreign.example.com')) as { spec: { ingressClassName: string } };
    foreign.spec.ingressClassName = 'somebody-else';
    await app.apply(JSON.stringify(foreign));
    await app.apply(ingress('mine', 'mine.example.com'));
    await eventually('mine serves', async () => (await status('mine.example.com')) === 200);
    expect(await status('foreign.example.com')).toBe(404);
  }, 60_000);

  it('runs plugins, native and by the plugin server, and says which way in the status', async () => {
    await app.apply(ingress('guarded', 'guarded.example.com'));
    const plugin = (name: string, runtime: string) => `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ${name}, annotations: { higress.io/plugin-runtime: ${runtime} } }
spec:
  url: oci://example.com/plugins/request-block:1.0.0
  matchRules:
    - ingress: ["${app.name}/guarded"]
      config: { block_urls: ["${name}"] }
`;
    await system.apply(plugin('by-hooks', 'ext-proc'));
    await system.apply(plugin('by-envoy', 'native'));
    await eventually('hooks block', async () => (await status('guarded.example.com', '/by-hooks')) === 403, 30_000);
    await eventually('envoy blocks', async () => (await status('guarded.example.com', '/by-envoy')) === 403);
    expect(await status('guarded.example.com', '/free')).toBe(200);
    for (const [name, runsAs] of [
      ['by-hooks', 'plugin-server'],
      ['by-envoy', 'native'],
    ] as const) {
      await eventually(`${name} is programmed`, async () => {
        const programmed = await condition('wasmplugin', name, 'Programmed');
        return programmed?.status === 'True';
      });
      const object = await system.get('wasmplugin', name);
      expect(object.status?.runsAs).toBe(runsAs);
      expect((await condition('wasmplugin', name, 'Accepted'))?.observedGeneration).toBe(object.metadata.generation);
    }
  }, 90_000);

  it('tells a wrong plugin configuration on the object and in an event, and when it is mended', async () => {
    const plugin = (config: string) => `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: wrong }
spec: { url: "oci://example.com/plugins/key-auth:1.0.0", defaultConfig: ${config} }
`;
    await system.apply(plugin('{ consumers: 5 }'));
    const refused = await eventually('it is refused', async () => {
      const accepted = await condition('wasmplugin', 'wrong', 'Accepted');
      return accepted?.status === 'False' ? accepted : undefined;
    });
    expect(refused.message).toContain('consumers');
    await eventually('an event tells it', async () => {
      const events = JSON.parse(
        await system.kubectl(['get', 'events', '--field-selector', 'involvedObject.name=wrong', '-o', 'json']),
      ) as { items: { type: string; message: string }[] };
      return events.items.some(({ type, message }) => type === 'Warning' && message.includes('consumers'));
    });
    await system.kubectl(['delete', 'wasmplugin', 'wrong']);
  }, 60_000);

  it('shows registries and conditions of the McpBridge', async () => {
    const object = await eventually('the status is there', async () => {
      const found = await system.get('mcpbridge', 'default');
      return found.status?.registriesReady === '1/1' ? found : undefined;
    });
    expect(object.status?.registries).toEqual([{ name: 'web', type: 'static', ready: true, services: 1 }]);
    await eventually('it is accepted', async () => {
      return (await condition('mcpbridge', 'default', 'Accepted'))?.status === 'True';
    });
    const page = await fetchRaw(`http://127.0.0.1:${ports.http}/registry/watcherStatus`);
    expect(JSON.parse(page.body)).toEqual([{ name: 'web', type: 'static', healthy: true, ready: true }]);
  }, 60_000);

  it("gives Ingresses the gateway's address, and follows it", async () => {
    await app.apply(ingress('addressed', 'addressed.example.com'));
    await system.apply(`apiVersion: v1
kind: Service
metadata: { name: higress-gateway, labels: { app: higress-gateway } }
spec: { type: ClusterIP, externalIPs: ["192.0.2.7"], ports: [{ port: 80 }] }
`);
    const address = async () => {
      const { status: found } = await app.get('ingress', 'addressed');
      return (found?.loadBalancer as { ingress?: { ip?: string }[] } | undefined)?.ingress?.map(({ ip }) => ip);
    };
    await eventually('the address is there', async () => (await address())?.[0] === '192.0.2.7');
    await system.kubectl(['delete', 'service', 'higress-gateway']);
    await eventually('the address is gone', async () => ((await address()) ?? []).length === 0);
  }, 60_000);

  it('writes nothing when nothing changed', async () => {
    const versions = async () => {
      const lists = await Promise.all(
        ['wasmplugins', 'mcpbridges'].map((kind) => system.kubectl(['get', kind, '-o', 'json'])),
      );
      return lists.flatMap((text) =>
        (JSON.parse(text) as { items: { metadata: { name: string; resourceVersion: string } }[] }).items.map(
          ({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`,
        ),
      );
    };
    await app.apply(ingress('quiet', 'quiet.example.com'));
    await eventually('it serves', async () => (await status('quiet.example.com')) === 200);
    const before = await versions();
    // A change of something else makes every status be looked at again.
    await app.apply(ingress('quiet', 'quiet2.example.com'));
    await eventually('it serves', async () => (await status('quiet2.example.com')) === 200);
    expect(await versions()).toEqual(before);
  }, 60_000);

  it('gives nothing to who has no certificate, or one of another role', async () => {
    const { connect } = await import('node:tls');
    const outcome = await new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: ports.xds, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
      socket.on('data', () => resolve('data'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.on('close', () => resolve('closed'));
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
    });
    expect(outcome).not.toBe('data');
    const impostor = await startGatewayEnvoy(ports, `${dir.path}/plugin-server`, 'impostor');
    await eventually('it is turned away', () => /does not allow the role/.test(controller.log));
    await impostor.stop();
  }, 60_000);
});

describe('a controller that dies', () => {
  it('loses no request, and the next one takes over without a gap', async () => {
    await app.apply(ingress('steady', 'steady.example.com'));
    await eventually('it serves', async () => (await status('steady.example.com')) === 200);
    const traffic = steadyTraffic(() => status('steady.example.com'));
    await controller.kill('SIGKILL');
    for (let n = 0; n < 20; n++) await app.apply(ingress(`burst-${n}`, `burst-${n}.example.com`));
    controller = startController({
      namespace: system.name,
      ports,
      ingressClass,
      dir: dir.path,
      podName: 'controller-1',
    });
    await eventually('changes arrive', async () => (await status('burst-19.example.com')) === 200, 30_000);
    await expectNoneLost(traffic);
    await kubectl(['--namespace', app.name, 'delete', 'ingress', '--all']);
  }, 90_000);
});
