/** The native module comes into a running installation: gateways without it are there first, then beside one that has it, then gone. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  mountSecret,
  type Process,
  startController,
  startGatewayEnvoy,
  startPluginServer,
} from '../support/controller.ts';
import type { Envoy } from '../support/envoy.ts';
import { eventually } from '../support/gateway.ts';
import { type KubeGateway, startKubeGateway } from '../support/kube-gateway.ts';
import { expectNoneLost, steadyTraffic } from '../support/traffic.ts';

const VERSION = 'v2';
let gateway: KubeGateway;
let pluginServer: Process | undefined;
let controller: Process | undefined;
let newer: Envoy | undefined;

beforeAll(async () => {
  gateway = await startKubeGateway('module', async () => ({ args: ['--nativeModule', 'false'] }));
  const { system, ports, dir } = gateway;
  await gateway.envoy.stop();
  gateway.envoy = await startGatewayEnvoy(ports, `${dir}/gateway`, 'older', 'none');
  await mountSecret(system.name, 'higress-xds-plugin-server', `${dir}/plugin-server`);
  pluginServer = startPluginServer(ports, dir);
  await gateway.route('counted');
  await system.apply(`apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: counts }
spec:
  url: oci://example.com/plugins/ai-statistics:1.0.0
  defaultConfigDisable: true
  matchRules: [{ ingress: [counted], config: { attributes: [] } }]
`);
  await runs('plugin-server');
  await gateway.serves('counted');
}, 180_000);

afterAll(async () => {
  await newer?.stop();
  await pluginServer?.kill();
  await controller?.kill();
  await gateway?.stop();
});

/** Until the plugin runs so, and every gateway has taken it. */
const runs = (way: string) =>
  eventually(
    `the plugin runs as ${way}`,
    async () => {
      const { status } = await gateway.system.get('wasmplugin', 'counts');
      const conditions = (status?.conditions ?? []) as { type: string; status: string }[];
      return status?.runsAs === way && conditions.some((one) => one.type === 'Programmed' && one.status === 'True');
    },
    60_000,
  );

describe('the native module of a running installation', () => {
  it('is used when every gateway has it, and no request fails until then', async () => {
    const { system, ports, dir } = gateway;
    const flow = steadyTraffic(() => gateway.status('counted'));
    await gateway.controller.kill();
    const flags = ['--nativeModule', 'true', '--nativeModuleName', VERSION];
    controller = startController({ namespace: system.name, ports, ingressClass: system.name, dir, args: flags });
    await eventually('the older gateway is back', () => controller?.log.includes('"node":"older"'), 60_000);
    await runs('plugin-server');
    newer = await startGatewayEnvoy(ports, `${dir}/gateway`, 'newer', { name: VERSION });
    await newer.ready();
    await runs('plugin-server');
    await expectNoneLost(flow);

    await gateway.envoy.stop();
    await runs('native');
    expect(await gateway.status('counted')).toBe(200);
    expect(newer.log).not.toContain('dynamic module');
  }, 240_000);
});
