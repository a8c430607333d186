/** The chart on a real API server: taken as it is, enough for the controller and no more, upgraded over what users changed, gone when uninstalled. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
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
import { installCrds, type KubeNamespace, kubeconfigFile, kubectl, kubeNamespace } from '../support/kube.ts';

const CHART = fileURLToPath(new URL('../../charts/higress', import.meta.url));
const dir = temporaryDir();
let system: KubeNamespace;
let app: KubeNamespace;
let ports: ControllerPorts;
let controller: Process | undefined;
let envoy: Envoy | undefined;

function helm(action: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const all = [action, 'higress', '--namespace', system.name, '--kubeconfig', kubeconfigFile(), ...args];
    execFile('helm', all, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr.trim() || error.message)),
    );
  });
}

const values = (set: Readonly<Record<string, string>>) => [
  ...['--set', `global.ingressClass=${system.name}`, '--set', 'gateway.service.type=ClusterIP'],
  ...Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
];
const upgrade = (set: Readonly<Record<string, string>>, ...flags: readonly string[]) =>
  helm('upgrade', CHART, ...values(set), ...flags);

const read = async (kind: string, name: string, where = system) =>
  JSON.parse(await where.kubectl(['get', kind, name, '-o', 'json']));

/** A kubeconfig that is the controller's ServiceAccount and nothing else. */
async function asController(): Promise<string> {
  const token = (await system.kubectl(['create', 'token', 'higress-controller', '--duration=2h'])).trim();
  const config = parse(readFileSync(kubeconfigFile(), 'utf8'));
  config.users = config.users.map(({ name }: { name: string }) => ({ name, user: { token } }));
  const file = join(dir.path, 'controller.kubeconfig');
  writeFileSync(file, stringify(config));
  return file;
}

const mayNot = (kubeconfig: string, ...question: readonly string[]) =>
  kubectl(['--kubeconfig', kubeconfig, 'auth', 'can-i', ...question]).then(
    () => false,
    () => true,
  );

beforeAll(async () => {
  await installCrds();
  system = await kubeNamespace('chart');
  app = await kubeNamespace('chart-app');
  ports = await controllerPorts();
}, 120_000);

afterAll(async () => {
  await controller?.kill();
  await envoy?.stop();
  await helm('uninstall', '--ignore-not-found').catch(() => undefined);
  await app?.dispose();
  await system?.dispose();
  dir.remove();
});

describe('the chart', () => {
  it('is taken by the API server, every field of it', async () => {
    const strict = await helm(
      'template',
      CHART,
      ...values({ 'networkPolicy.enabled': 'true', 'global.enableRedis': 'true' }),
    );
    const file = join(dir.path, 'all.yaml');
    writeFileSync(file, strict);
    await system.kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', file]);
    await helm('install', CHART, ...values({}));
    expect((await read('deployment', 'higress-gateway')).spec.replicas).toBe(2);
  }, 120_000);

  it('lets the controller do all that it does', async () => {
    const kubeconfig = await asController();
    const where = { namespace: system.name, ports, ingressClass: system.name, dir: dir.path };
    controller = startController({ ...where, kubeconfig, args: ['--deploymentName', 'higress-controller'] });
    await mountSecret(system.name, 'higress-xds-gateway', `${dir.path}/gateway`);
    envoy = await startGatewayEnvoy(ports, `${dir.path}/gateway`);
    await app.apply(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, annotations: { higress.io/timeout: soon } }
spec:
  ingressClassName: ${system.name}
  rules: [{ host: web.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }]
`);
    await system.apply(`apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: block }
spec: { url: oci://example.com/plugins/request-block:1.0.0, defaultConfig: { block_urls: [x] } }
`);
    const service = await read('service', 'higress-gateway');
    await eventually(
      'the Ingress has the address of the gateway',
      async () => {
        const [address] = (await read('ingress', 'web', app)).status?.loadBalancer?.ingress ?? [];
        return address?.ip === service.spec.clusterIP;
      },
      60_000,
    );
    await eventually('the plugin is programmed', async () => {
      const { status } = await read('wasmplugin', 'block');
      return status?.conditions?.some(
        (one: { type: string; status: string }) => one.type === 'Programmed' && one.status === 'True',
      );
    });
    await eventually('an Event tells what is wrong', async () =>
      (await app.kubectl(['get', 'events'])).includes('ingress/web'),
    );
    await eventually('the plugin server is made', () => read('deployment', 'higress-plugin-server'), 30_000);
    for (const kind of ['service', 'poddisruptionbudget']) await read(kind, 'higress-plugin-server');
    const page = await fetchRaw(`http://127.0.0.1:${ports.http}/debug/model`);
    const { problems } = JSON.parse(page.body) as { problems: readonly { reason: string }[] };
    expect(problems.filter(({ reason }) => reason === 'Forbidden')).toEqual([]);
    expect(controller.log).not.toMatch(/forbidden/i);
  }, 180_000);

  it('lets it do nothing else', async () => {
    const kubeconfig = join(dir.path, 'controller.kubeconfig');
    const outside = ['--namespace', app.name];
    const inside = ['--namespace', system.name];
    for (const question of [
      ['update', 'secrets', ...outside],
      ['create', 'secrets', ...outside],
      ['update', 'secrets/other', ...inside],
      ['delete', 'deployments/higress-gateway', ...inside],
      ['patch', 'services/higress-gateway', ...inside],
      ['update', 'configmaps', ...inside],
      ['list', 'configmaps', ...outside],
      ['update', 'ingresses', ...outside],
      ['create', 'pods', ...inside],
      ['get', 'nodes'],
      ['create', 'clusterrolebindings'],
    ])
      expect({ question, mayNot: await mayNot(kubeconfig, ...question) }).toEqual({ question, mayNot: true });
  }, 60_000);

  it('lets it do the same with one watched namespace, and see no other', async () => {
    await controller?.kill();
    await upgrade({ 'global.watchNamespace': app.name });
    const kubeconfig = join(dir.path, 'controller.kubeconfig');
    const where = { namespace: system.name, ports, ingressClass: system.name, dir: dir.path };
    controller = startController({ ...where, kubeconfig, args: ['--watchNamespace', app.name] });
    await app.kubectl(['annotate', 'ingress', 'web', 'higress.io/proxy-next-upstream-tries=many']);
    const event = async () => (await app.kubectl(['get', 'events'])).includes('proxy-next-upstream-tries');
    await eventually('an Event tells what else is wrong', event, 60_000);
    expect(controller.log).not.toMatch(/forbidden/i);
    expect(await mayNot(kubeconfig, 'list', 'secrets', '--namespace', 'default')).toBe(true);
    expect(await mayNot(kubeconfig, 'list', 'secrets', '--namespace', app.name)).toBe(false);
    await controller.kill();
    await upgrade({});
    controller = startController({ ...where, kubeconfig });
  }, 120_000);

  it('takes the plugin server with it into the gateway pods, and back', async () => {
    await upgrade({ 'pluginServer.mode': 'sidecar' });
    await eventually('its own pods go', async () => {
      const left = await system.kubectl(['get', 'deployments', '-o', 'name']);
      return !left.includes('higress-plugin-server');
    });
    expect((await read('deployment', 'higress-gateway')).spec.template.spec.initContainers).toHaveLength(2);
    await upgrade({});
    await eventually('its own pods come', () => read('deployment', 'higress-plugin-server'), 30_000);
  }, 120_000);

  it('keeps what users changed in higress-config, and follows the values elsewhere', async () => {
    const section = async () => parse((await read('configmap', 'higress-config')).data.higress);
    const written = `# ours\n${stringify({ ...(await section()), addXRealIpHeader: true, downstream: { ...(await section()).downstream, idleTimeout: 7 } })}`;
    const patch = JSON.stringify({ data: { higress: written } });
    await system.kubectl(['patch', 'configmap', 'higress-config', '--type=merge', '-p', patch]);
    await upgrade({});
    expect((await read('configmap', 'higress-config')).data.higress.trim()).toBe(written.trim());
    await upgrade({ 'downstream.idleTimeout': '99', 'downstream.routeTimeout': '33' }, '--force-conflicts');
    expect(await section()).toMatchObject({
      addXRealIpHeader: true,
      downstream: { idleTimeout: 7, routeTimeout: 33, maxRequestHeadersKb: 60 },
    });
    await upgrade({}, '--force-conflicts');
    expect((await section()).downstream).toMatchObject({ idleTimeout: 7, routeTimeout: 0 });
  }, 120_000);

  it('changes one tracer for another', async () => {
    const tracer = (name: string) => ({
      'tracing.enable': 'true',
      [`tracing.${name}.service`]: `${name}.example.com`,
      [`tracing.${name}.port`]: '9411',
    });
    const tracing = async () => parse((await read('configmap', 'higress-config')).data.higress).tracing;
    await upgrade(tracer('skywalking'), '--force-conflicts');
    expect(Object.keys(await tracing())).toContain('skywalking');
    await upgrade(tracer('zipkin'), '--force-conflicts');
    expect(Object.keys(await tracing())).toContain('zipkin');
    expect(Object.keys(await tracing())).not.toContain('skywalking');
    await upgrade({}, '--force-conflicts');
    expect(await tracing()).toBeUndefined();
  }, 120_000);

  it('is gone when it is uninstalled, what the controller made for itself as well', async () => {
    await controller?.kill();
    await helm('uninstall');
    await eventually(
      'Secrets and Lease are collected',
      async () => !/higress/.test(await system.kubectl(['get', 'secrets,leases', '-o', 'name'])),
      90_000,
    );
    const kinds =
      'deployments,services,configmaps,roles,rolebindings,serviceaccounts,poddisruptionbudgets,ingressclasses';
    await eventually('nothing is left', async () => {
      const left = (await system.kubectl(['get', kinds, '-o', 'name'])).trim().split('\n');
      const ours = left.filter((name) => /higress|chart-/.test(name) && !name.startsWith('ingressclass'));
      return ours.length === 0 && !left.includes(`ingressclass.networking.k8s.io/${system.name}`);
    });
  }, 120_000);
});
