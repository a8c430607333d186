/** What a controller must survive: no API server, lost watches, no permission, no lease. Traffic goes on meanwhile. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { customResourceDefinition } from '#model/crd/definition.ts';
import { CRD_KINDS, type CrdKind } from '#model/crd/kinds.ts';
import { KubeClient } from '#sources/kube/client.ts';
import {
  type ControllerPorts,
  controllerPorts,
  mountSecret,
  type Process,
  startController,
  startGatewayEnvoy,
  temporaryDir,
} from '../support/controller.ts';
import { type Echo, startEcho } from '../support/echo.ts';
import type { Envoy } from '../support/envoy.ts';
import { eventually, fetchRaw } from '../support/gateway.ts';
import {
  clusterComponent,
  installCrds,
  type KubeNamespace,
  kubeConfig,
  kubeconfigWithout,
  kubectl,
  kubeNamespace,
} from '../support/kube.ts';
import { expectNoneLost, steadyTraffic, type Traffic } from '../support/traffic.ts';

const dir = temporaryDir();
let system: KubeNamespace;
let ports: ControllerPorts;
let controller: Process;
let envoy: Envoy;
let echo: Echo;

beforeAll(async () => {
  await installCrds();
  echo = await startEcho();
  system = await kubeNamespace('faults');
  ports = await controllerPorts();
  controller = startController({ namespace: system.name, ports, ingressClass: system.name, dir: dir.path });
  await mountSecret(system.name, 'higress-xds-gateway', `${dir.path}/gateway`);
  envoy = await startGatewayEnvoy(ports, `${dir.path}/gateway`);
  await system.apply(`apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: { name: default }
spec: { registries: [{ name: web, type: static, domain: "127.0.0.1:${echo.port}", port: 80 }] }
`);
  await system.apply(ingress('first'));
  await eventually('it serves', async () => (await status('first')) === 200, 30_000);
}, 180_000);

afterAll(async () => {
  for (const traffic of traffics) await traffic.stop();
  await envoy?.stop();
  await controller?.kill();
  await echo?.stop();
  await system?.dispose();
  dir.remove();
});

const ingress = (name: string) => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, annotations: { higress.io/destination: web.static } }
spec:
  ingressClassName: ${system.name}
  rules:
    - host: ${name}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: { resource: { apiGroup: networking.higress.io, kind: McpBridge, name: default } }
`;

const status = async (name: string, { gatewayHttp } = ports) =>
  (await fetchRaw(`http://127.0.0.1:${gatewayHttp}/`, { headers: { host: `${name}.example.com` } })).status;

const traffics: Traffic[] = [];

function steady(send = () => status('first')): Traffic {
  const traffic = steadyTraffic(send);
  traffics.push(traffic);
  return traffic;
}

const ingressPath = () => `/apis/networking.k8s.io/v1/namespaces/${system.name}/ingresses`;

describe('the API server', () => {
  it('may go for a minute and come back: traffic goes on, nobody writes, changes made at its return arrive', async () => {
    const traffic = steady();
    clusterComponent('stop', 'kube-apiserver');
    const gone = Date.now();
    await eventually('the loss is told', () => /did not give a collection/.test(controller.log), 30_000);
    await eventually('the lease is given up', () => /this replica no longer writes/.test(controller.log), 30_000);
    await eventually('a minute is over', () => Date.now() - gone >= 60_000, 61_000);
    clusterComponent('start', 'kube-apiserver');
    await eventually('it answers', () => kubectl(['get', '--raw', '/readyz']), 60_000);
    await system.apply(ingress('second'));
    await eventually('the change arrives', async () => (await status('second')) === 200, 60_000);
    await expectNoneLost(traffic);
    const lines = controller.log.split('\n').filter((line) => /did not give a collection/.test(line));
    // One line for each collection, however often it was tried.
    expect(lines.length).toBeLessThan(30);
  }, 240_000);
});

describe('a controller without permission for one kind', () => {
  it('says so and serves the rest', async () => {
    const config = await kubeconfigWithout(system, ['http2rpcs']);
    const other = await controllerPorts();
    let gateway: Envoy | undefined;
    const restricted = startController({
      namespace: system.name,
      ports: other,
      ingressClass: system.name,
      dir: dir.path,
      podName: 'restricted',
      kubeconfig: config,
    });
    try {
      const ready = async () => (await fetchRaw(`http://127.0.0.1:${other.http}/ready`)).status === 200;
      await eventually('it is ready', ready, 30_000);
      gateway = await startGatewayEnvoy(other, `${dir.path}/gateway`, 'gateway-1');
      const served = (name: string) => status(name, other);
      await eventually('it serves', async () => (await served('first')) === 200, 30_000);
      const traffic = steady(() => served('first'));
      await system.apply(ingress('permitted'));
      await eventually('a change arrives', async () => (await served('permitted')) === 200, 30_000);
      const model = JSON.parse((await fetchRaw(`http://127.0.0.1:${other.http}/debug/model`)).body) as {
        problems: { reason: string; origin: { kind: string }; hint: string }[];
      };
      const problem = model.problems.find(({ reason }) => reason === 'Forbidden');
      expect(problem?.origin.kind).toBe('Http2Rpc');
      expect(problem?.hint).toContain('http2rpcs');
      await expectNoneLost(traffic);
    } finally {
      await gateway?.stop();
      await restricted.kill();
    }
  }, 90_000);
});

describe('an object that the schema refuses', () => {
  const kind = CRD_KINDS.find(({ plural }) => plural === 'mcpbridges') as CrdKind;
  const define = (one: CrdKind) => kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], definition(one));
  const definition = (one: CrdKind) => JSON.stringify(customResourceDefinition(one));

  it('but an older definition let through is told in its status, and its right part serves on', async () => {
    const traffic = steady();
    const web = { name: 'web', type: 'static', domain: `127.0.0.1:${echo.port}`, port: 80 };
    const registries = [web, { name: 'bad', type: 'etcd', domain: 'bad.example.com', port: 70_000 }];
    const bridge = JSON.stringify({
      apiVersion: 'networking.higress.io/v1',
      kind: 'McpBridge',
      metadata: { name: 'default' },
      spec: { registries },
    });
    const lax = z.object({ name: z.string(), type: z.string(), domain: z.string(), port: z.int() });
    await expect(system.apply(bridge)).rejects.toThrow('etcd');
    try {
      await define({ ...kind, spec: z.object({ registries: z.array(lax) }), rules: {} });
      await eventually('the older definition holds', () => system.apply(bridge), 30_000);
    } finally {
      await define(kind);
    }
    const accepted = await eventually(
      'the status tells it',
      async () => {
        const { conditions = [] } = ((await system.get('mcpbridge', 'default')).status ?? {}) as {
          conditions?: { type: string; status: string; message: string }[];
        };
        return conditions.find((one) => one.type === 'Accepted' && one.status === 'False');
      },
      // Each change of a definition ends its watches; one that ends soon after it began is taken up after up to half a minute.
      60_000,
    );
    expect(accepted.message).toContain('spec.registries[1]');
    await system.apply(ingress('beside'));
    await eventually('a change arrives', async () => (await status('beside')) === 200, 30_000);
    await expectNoneLost(traffic);
  }, 120_000);
});

describe('two replicas', () => {
  it('have one writer; when it dies or gives up, the other one writes', async () => {
    const traffic = steady();
    const leads = (process: Process) => /this replica writes now/.test(process.log);
    await eventually('the first leads', () => leads(controller), 30_000);
    const second = startController({
      namespace: system.name,
      ports: await controllerPorts(),
      ingressClass: system.name,
      dir: dir.path,
      podName: 'controller-1',
    });
    try {
      await eventually('the second is up', () => /controller started/.test(second.log), 30_000);
      expect(leads(second)).toBe(false);
      await controller.kill('SIGTERM');
      await eventually('the second leads', () => leads(second), 30_000);
      const lease = JSON.parse(await system.kubectl(['get', 'lease', 'higress-controller', '-o', 'json'])) as {
        spec: { holderIdentity: string };
      };
      expect(lease.spec.holderIdentity).toBe('controller-1');
      controller = startController({ namespace: system.name, ports, ingressClass: system.name, dir: dir.path });
      await eventually('the first is up', () => /controller started/.test(controller.log), 30_000);
      await second.kill('SIGKILL');
      await eventually('the first leads again', () => leads(controller), 60_000);
      await expectNoneLost(traffic);
    } finally {
      await second.kill('SIGKILL');
    }
  }, 180_000);
});

describe('many changes', () => {
  const client = new KubeClient(kubeConfig());
  const create = (name: string) => client.request(ingressPath(), { method: 'POST', body: parse(ingress(name)) });

  it('a hundred of them go on while the controller is killed, and all arrive by the next one', async () => {
    const traffic = steady();
    const names = Array.from({ length: 100 }, (_, n) => `hundred-${n}`);
    for (const [n, name] of names.entries()) {
      await create(name);
      if (n === 40) await eventually('the first arrive', async () => (await status('hundred-0')) === 200, 30_000);
      if (n === 50) await controller.kill('SIGKILL');
      if (n === 60)
        controller = startController({ namespace: system.name, ports, ingressClass: system.name, dir: dir.path });
    }
    await eventually(
      'all arrive',
      async () => (await Promise.all(names.map((name) => status(name)))).every((code) => code === 200),
      60_000,
    );
    await expectNoneLost(traffic);
  }, 180_000);

  it('of 5,000 objects deleted at once leave nothing behind and everything else alone', async () => {
    const traffic = steady();
    const names = Array.from({ length: 5_000 }, (_, n) => `many-${n}`);
    for (let from = 0; from < names.length; from += 50) await Promise.all(names.slice(from, from + 50).map(create));
    const samples = ['many-0', 'many-1234', 'many-4999'];
    const codes = () => Promise.all(samples.map((name) => status(name)));
    await eventually('they serve', async () => (await codes()).every((code) => code === 200), 240_000);
    await client.request(ingressPath(), { method: 'DELETE', query: { fieldSelector: 'metadata.name!=first' } });
    await eventually('they are gone', async () => (await codes()).every((code) => code === 404), 240_000);
    await eventually('so it is in the model', async () => {
      const page = JSON.parse((await fetchRaw(`http://127.0.0.1:${ports.http}/debug/model`)).body);
      return JSON.stringify(page).match(/many-\d+/g) === null;
    });
    await expectNoneLost(traffic);
  }, 600_000);
});
