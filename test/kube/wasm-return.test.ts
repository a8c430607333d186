/** A gateway that comes while no plugin server is there to give it a module: it serves the rest, and the module as soon as there is one again. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mountSecret, type Process, startGatewayEnvoy, startPluginServer } from '../support/controller.ts';
import { eventually } from '../support/gateway.ts';
import { type KubeGateway, startKubeGateway } from '../support/kube-gateway.ts';
import { buildWasm } from '../support/wasm.ts';

let gateway: KubeGateway;
let pluginServer: Process;
let files: Server;

beforeAll(async () => {
  const module = buildWasm('add-header');
  files = createServer((_request, response) => void response.end(module)).listen(0, '127.0.0.1');
  gateway = await startKubeGateway('wasm');
  await mountSecret(gateway.system.name, 'higress-xds-plugin-server', `${gateway.dir}/plugin-server`);
  pluginServer = startPluginServer(gateway.ports, gateway.dir);
  for (const name of ['plain', 'module']) await gateway.route(name);
  await gateway.serves('plain', 'module');
}, 180_000);

afterAll(async () => {
  await pluginServer?.kill();
  await gateway?.stop();
  files?.close();
  files?.closeAllConnections();
});

const runs = async () => {
  const { status, body } = await gateway.get('module');
  return status === 403 && body === 'denied by the module';
};

describe('a gateway that met no plugin server when it came', () => {
  it('answers 503 where the module guards, serves the rest, and runs the module when a plugin server is there', async () => {
    const { system, ports, dir } = gateway;
    await system.apply(`apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: module }
spec:
  url: http://127.0.0.1:${(files.address() as AddressInfo).port}/add-header.wasm
  phase: AUTHZ
  defaultConfigDisable: true
  matchRules: [{ ingress: [module], config: { value: deny-everything } }]
`);
    await eventually('the module runs', runs, 60_000);
    await pluginServer.kill('SIGKILL');
    await gateway.envoy.stop();
    gateway.envoy = await startGatewayEnvoy(ports, `${dir}/gateway`, 'gateway-1');
    // It asks for the module for a while before it listens.
    await eventually('the rest is served', async () => (await gateway.status('plain')) === 200, 60_000);
    expect(await gateway.status('module')).toBe(503);
    pluginServer = startPluginServer(ports, dir);
    await eventually('the module runs again', runs, 60_000);
    expect(await gateway.status('plain')).toBe(200);
  }, 240_000);
});
