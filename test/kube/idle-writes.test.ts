/** How often the controller writes, by the API server's own count: a burst of statuses at a rate, and nothing at all when nothing changed. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type ControllerPorts,
  controllerPorts,
  type Process,
  startController,
  temporaryDir,
} from '../support/controller.ts';
import { eventually } from '../support/gateway.ts';
import { installCrds, type KubeNamespace, kubeNamespace, objectWrites } from '../support/kube.ts';

const AMOUNT = 500;
/** Status writes per second that the controller allows itself. */
const RATE = 80;
const ADDRESS = '192.0.2.7';

const dir = temporaryDir();
let system: KubeNamespace;
let app: KubeNamespace;
let ports: ControllerPorts;
let controller: Process | undefined;

/** Sees this test's objects alone: others may leave some that are still to get a status. */
const start = () =>
  startController({
    namespace: system.name,
    ports,
    ingressClass: system.name,
    dir: dir.path,
    args: ['--watchNamespace', app.name],
  });

beforeAll(async () => {
  await installCrds();
  system = await kubeNamespace('idle-system');
  app = await kubeNamespace('idle-app');
  ports = await controllerPorts();
}, 120_000);

afterAll(async () => {
  await controller?.kill();
  await app?.dispose();
  await system?.dispose();
  dir.remove();
});

const ingress = (name: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name },
  spec: {
    ingressClassName: system.name,
    rules: [
      {
        host: `${name}.example.com`,
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
        },
      },
    ],
  },
});

interface Listed {
  readonly items: readonly { readonly status: { readonly loadBalancer?: { readonly ingress?: { ip?: string }[] } } }[];
}

/** Ingresses whose status has the gateway's address. */
async function addressed(): Promise<number> {
  const { items } = JSON.parse(await app.kubectl(['get', 'ingresses', '-o', 'json'])) as Listed;
  return items.filter(({ status }) => status.loadBalancer?.ingress?.[0]?.ip === ADDRESS).length;
}

describe('the count of writes', () => {
  it('follows a burst of statuses at a rate, and stays when nothing changed, over restarts too', async () => {
    const items = Array.from({ length: AMOUNT }, (_, n) => ingress(`app-${n}`));
    await app.kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await system.apply(`apiVersion: v1
kind: Service
metadata: { name: higress-gateway, labels: { app: higress-gateway } }
spec: { type: ClusterIP, externalIPs: ["${ADDRESS}"], ports: [{ port: 80 }] }
`);
    const beforeBurst = await objectWrites();
    controller = start();
    await eventually('the first address is there', async () => (await addressed()) > 0, 60_000);
    const began = performance.now();
    const already = await addressed();
    await eventually('all addresses are there', async () => (await addressed()) === AMOUNT, 60_000);
    // A tenth of a second's worth, and those under way, may come at once.
    expect(performance.now() - began).toBeGreaterThan(((AMOUNT - already - 2 * RATE) / RATE) * 1000);
    // The server counts a write once it is answered, which may be after others can read it.
    let expected = beforeBurst + AMOUNT;
    await eventually('all writes are counted', async () => (await objectWrites()) >= expected);
    expect(await objectWrites()).toBe(expected);

    for (let round = 1; round <= 3; round += 1) {
      await controller.kill();
      controller = start();
      // Statuses are written in turn, so this one's comes after all that the new controller would have written.
      await app.kubectl(['create', '-f', '-'], JSON.stringify(ingress(`marker-${round}`)));
      await eventually('the marker has its address', async () => (await addressed()) === AMOUNT + round, 60_000);
      // Its creation and its status.
      expected += 2;
      await eventually('both writes are counted', async () => (await objectWrites()) >= expected);
      expect(await objectWrites()).toBe(expected);
    }
  }, 240_000);
});
