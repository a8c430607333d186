/** xDS certificates that the controller did not make, as cert-manager puts them into Secrets. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type Identity, issue } from '#app/controller/authority.ts';
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

const NAMES = ['higress-xds-ca', 'higress-xds-gateway', 'higress-xds-plugin-server'];
const dir = temporaryDir();
let system: KubeNamespace;
let ports: ControllerPorts;
let authority: Identity;
const running: Process[] = [];
let envoy: Envoy | undefined;

const put = (name: string, { cert, key }: Identity) =>
  system.apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name },
      stringData: { 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.cert },
    }),
  );
const role = (name: string, days = 90, now = new Date()) =>
  issue(authority, { commonName: name, dnsNames: [name], days }, now);
const versions = async () =>
  (await Promise.all(NAMES.map((name) => system.get('secret', name)))).map(
    ({ metadata }) => (metadata as { resourceVersion?: string }).resourceVersion,
  );

function start(podName: string): Process {
  const process = startController({ namespace: system.name, ports, ingressClass: system.name, dir: dir.path, podName });
  running.push(process);
  return process;
}

beforeAll(async () => {
  await installCrds();
  system = await kubeNamespace('foreign');
  ports = await controllerPorts();
  authority = await createAuthority('a CA of cert-manager', 3650);
  await put('higress-xds-ca', authority);
  await put('higress-xds-gateway', await role('gateway'));
  await put('higress-xds-plugin-server', await role('plugin-server'));
}, 120_000);

afterAll(async () => {
  await envoy?.stop();
  for (const process of running) await process.kill();
  await system?.dispose();
  dir.remove();
});

describe('xDS certificates that something else made', () => {
  it('are used, and never written', async () => {
    const before = await versions();
    const controller = start('controller-0');
    await mountSecret(system.name, 'higress-xds-gateway', `${dir.path}/gateway`);
    envoy = await startGatewayEnvoy(ports, `${dir.path}/gateway`);
    // Its listeners came over xDS.
    const answer = () => fetchRaw(`http://127.0.0.1:${ports.gatewayHttp}/`).then(({ status }) => status);
    await eventually('the gateway has its listeners', async () => (await answer().catch(() => 0)) === 404, 60_000);
    expect(await versions()).toEqual(before);
    await envoy.stop();
    envoy = undefined;
    await controller.kill();
  }, 120_000);

  it('that cannot be used any more are told by name, and left to who made them', async () => {
    const old = new Date(Date.now() - 91 * 86_400_000);
    await put('higress-xds-gateway', await role('gateway', 90, old));
    const before = await versions();
    const controller = start('controller-1');
    await eventually('it says so', () =>
      controller.log.includes(`Secret ${system.name}/higress-xds-gateway was not made`),
    );
    expect(await versions()).toEqual(before);
  }, 60_000);
});
