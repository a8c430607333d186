/** A CA that comes to look for the answer to an HTTP-01 challenge finds it, whichever replica it is sent to and whatever the host does besides. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { solverIngress, solverName } from '#app/controller/acme/solver-ingress.ts';
import {
  type ControllerPorts,
  controllerPorts,
  mountSecret,
  type Process,
  startController,
  startGatewayEnvoy,
  temporaryDir,
} from '../support/controller.ts';
import type { Envoy } from '../support/envoy.ts';
import { eventually, fetchRaw } from '../support/gateway.ts';
import { installCrds, type KubeNamespace, kubeNamespace } from '../support/kube.ts';

const HOST = 'shop.example.com';
const GUARDED = 'guarded.example.com';
const TOKEN = 'a-token_1';
const PATH = `/.well-known/acme-challenge/${TOKEN}`;
const dir = temporaryDir();
let system: KubeNamespace;
let ports: ControllerPorts;
let otherPorts: ControllerPorts;
let controllers: Process[] = [];
let envoy: Envoy;

beforeAll(async () => {
  await installCrds();
  system = await kubeNamespace('acme');
  [ports, otherPorts] = await Promise.all([controllerPorts(), controllerPorts()]);
  controllers = [ports, otherPorts].map((one, n) =>
    startController({
      namespace: system.name,
      ports: { ...one, gatewayHttp: ports.gatewayHttp, gatewayHttps: ports.gatewayHttps },
      ingressClass: system.name,
      dir: dir.path,
      podName: `controller-${n}`,
    }),
  );
  await mountSecret(system.name, 'higress-xds-gateway', `${dir.path}/gateway`);
  envoy = await startGatewayEnvoy(ports, `${dir.path}/gateway`);
}, 180_000);

afterAll(async () => {
  await envoy?.stop();
  for (const controller of controllers) await controller.kill();
  await system?.dispose();
  dir.remove();
});

const answer = async (port: number, path: string, host = 'controller') => {
  const { status, body } = await fetchRaw(`http://127.0.0.1:${port}${path}`, { headers: { host } });
  return `${status} ${body}`.trim();
};

/** The controller's Service, as far as this machine can reach it. */
const service = () =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'higress-controller' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });

const ingress = (name: string, host: string, annotations: Record<string, string>) =>
  JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations },
    spec: {
      ingressClassName: system.name,
      rules: [
        {
          host,
          http: {
            paths: ['/', '/.well-known'].map((path) => ({
              path,
              pathType: 'Prefix',
              backend: { service: { name: 'higress-controller', port: { number: 9 } } },
            })),
          },
        },
      ],
    },
  });

describe('the answer to a challenge', () => {
  it('is given by every replica as soon as the Secret has it, and by none when it is gone', async () => {
    for (const { challenges } of [ports, otherPorts]) {
      await eventually('nobody asked yet', async () => (await answer(challenges, PATH)) === '404', 30_000);
    }
    await system.kubectl([
      'create',
      'secret',
      'generic',
      'higress-acme-challenges',
      `--from-literal=${TOKEN}=the-answer`,
    ]);
    for (const { challenges } of [ports, otherPorts]) {
      expect(await answer(challenges, PATH)).toBe('200 the-answer');
      expect(await answer(challenges, `${PATH}2`)).toBe('404');
      expect(await answer(challenges, '/.well-known/acme-challenge/__proto__')).toBe('404');
      expect(await answer(challenges, '/')).toBe('404');
    }
  }, 60_000);

  it('is reached through the gateway past a redirect to HTTPS and a plugin for everything', async () => {
    await system.apply(service());
    await system.apply(ingress('shop', HOST, { 'higress.io/ssl-redirect': 'true' }));
    await system.apply(ingress('guarded', GUARDED, {}));
    await system.apply(`apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: block }
spec: { url: "oci://example.com/plugins/request-block:1.0.0", defaultConfig: { block_urls: ["acme-challenge"] } }
`);
    const own = { name: 'higress-controller', port: ports.challenges };
    const place = { namespace: system.name, ingressClass: system.name, service: own };
    for (const [host, before] of [
      [HOST, '308'],
      [GUARDED, '403'],
    ] as const) {
      const ask = (path: string) => answer(ports.gatewayHttp, path, host);
      await eventually(`${host} answers ${before}`, async () => (await ask(PATH)).startsWith(before), 30_000);
      await system.apply(JSON.stringify(solverIngress(host, TOKEN, place)));
      await eventually(`${host} leads to the answer`, async () => (await ask(PATH)) === '200 the-answer');
      expect((await ask(`${PATH}2`)).slice(0, 3)).toBe(before);
      await system.kubectl(['delete', 'ingress', solverName(host)]);
      await eventually(`${host} is as before`, async () => (await ask(PATH)).startsWith(before));
    }
  }, 90_000);
});
