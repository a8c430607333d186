/** A stolen lease, a Secret that changes every second: traffic and configuration go on. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KeyPair, selfSigned } from '../support/certificate.ts';
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
import { installCrds, type KubeNamespace, kubeNamespace } from '../support/kube.ts';
import { expectNoneLost, steadyTraffic } from '../support/traffic.ts';

const HOST = 'tls.example.com';
const dir = temporaryDir();
let system: KubeNamespace;
let ports: ControllerPorts;
let controller: Process;
let envoy: Envoy;
let echo: Echo;

const ingress = (name: string, host: string, tls = '') => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, annotations: { higress.io/destination: web.static } }
spec:
  ingressClassName: ${system.name}
  ${tls}
  rules:
    - host: ${host}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: { resource: { apiGroup: networking.higress.io, kind: McpBridge, name: default } }
`;

const secret = ({ cert, key }: KeyPair) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'cert' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': cert, 'tls.key': key },
  });

const status = async (host: string) =>
  (await fetchRaw(`http://127.0.0.1:${ports.gatewayHttp}/`, { headers: { host } })).status;

/** Fingerprint of the certificate that the gateway shows now. */
function shown(options: ConnectionOptions = { port: ports.gatewayHttps, servername: HOST }): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

beforeAll(async () => {
  await installCrds();
  echo = await startEcho();
  system = await kubeNamespace('rotate');
  ports = await controllerPorts();
  controller = startController({ namespace: system.name, ports, ingressClass: system.name, dir: dir.path });
  await mountSecret(system.name, 'higress-xds-gateway', `${dir.path}/gateway`);
  envoy = await startGatewayEnvoy(ports, `${dir.path}/gateway`);
  await system.apply(`apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: { name: default }
spec: { registries: [{ name: web, type: static, domain: "127.0.0.1:${echo.port}", port: 80 }] }
`);
  await system.apply(ingress('plain', 'plain.example.com'));
  await eventually('it serves', async () => (await status('plain.example.com')) === 200, 30_000);
}, 180_000);

afterAll(async () => {
  await envoy?.stop();
  await controller?.kill();
  await echo?.stop();
  await system?.dispose();
  dir.remove();
});

describe('a Secret', () => {
  it('that changes every second is followed, and no handshake fails', async () => {
    const pairs = Array.from({ length: 5 }, () => selfSigned(HOST));
    const prints = pairs.map(({ cert }) => new X509Certificate(cert).fingerprint256);
    await system.apply(secret(pairs[0] as KeyPair));
    await system.apply(ingress('secure', HOST, `tls: [{ hosts: [${HOST}], secretName: cert }]`));
    await eventually('the first is shown', async () => (await shown()) === prints[0], 30_000);
    const seen = new Set<string>();
    const failures: string[] = [];
    let running = true;
    const loop = (async () => {
      while (running)
        await shown().then(
          (print) => seen.add(print),
          (error: Error) => failures.push(error.message),
        );
    })();
    for (const [n, pair] of pairs.entries()) {
      await system.apply(secret(pair));
      await eventually(`certificate ${n} is shown`, () => seen.has(prints[n] as string));
    }
    running = false;
    await loop;
    expect(failures).toEqual([]);
    expect(seen.size).toBe(pairs.length);
  }, 120_000);
});

describe("the gateway's own certificate", () => {
  it('is taken by the egress listener when it is renewed, without a new Envoy and without a failed handshake', async () => {
    const mounted = `${dir.path}/gateway`;
    const client = `${dir.path}/plugin-server`;
    await mountSecret(system.name, 'higress-xds-plugin-server', client);
    const file = (name: string) => readFileSync(join(client, name));
    const credentials = { ca: file('ca.crt'), cert: file('tls.crt'), key: file('tls.key') };
    const egress = () => shown({ port: ports.egress, servername: 'gateway', rejectUnauthorized: true, ...credentials });
    const mountedPrint = () => new X509Certificate(readFileSync(join(mounted, 'tls.crt'))).fingerprint256;
    const old = mountedPrint();
    await eventually('the mounted one is shown', async () => (await egress()) === old, 30_000);
    await system.kubectl(['delete', 'secret', 'higress-xds-gateway']);
    await controller.kill();
    controller = startController({ namespace: system.name, ports, ingressClass: system.name, dir: dir.path });
    await mountSecret(system.name, 'higress-xds-gateway', mounted);
    const renewed = mountedPrint();
    expect(renewed).not.toBe(old);
    const seen: string[] = [];
    await eventually(
      'the renewed one is shown',
      async () => {
        seen.push(await egress().catch((error: Error) => error.message));
        return seen.at(-1) === renewed;
      },
      30_000,
    );
    expect(seen.filter((print) => print !== old && print !== renewed)).toEqual([]);
  }, 120_000);
});

describe('the lease', () => {
  it('that somebody else takes makes the leader stop writing, and is taken again when it runs out', async () => {
    await eventually('it leads', () => /this replica writes now/.test(controller.log), 60_000);
    const lease = async () =>
      JSON.parse(await system.kubectl(['get', 'lease', 'higress-controller', '-o', 'json'])) as {
        spec: { holderIdentity: string };
      };
    const traffic = steadyTraffic(() => status('plain.example.com'));
    const spec = { holderIdentity: 'somebody-else', renewTime: new Date().toISOString().replace('Z', '000Z') };
    await system.kubectl(['patch', 'lease', 'higress-controller', '--type=merge', '-p', JSON.stringify({ spec })]);
    await eventually('it stops writing', () => /this replica no longer writes/.test(controller.log), 30_000);
    expect((await lease()).spec.holderIdentity).toBe('somebody-else');
    await eventually('it leads again', async () => (await lease()).spec.holderIdentity === 'controller-0', 60_000);
    await expectNoneLost(traffic);
  }, 120_000);
});
