/** A controller and a gateway's Envoy on the test cluster, with one upstream behind a registry, in a namespace of their own. */
import {
  type ControllerOptions,
  type ControllerPorts,
  controllerPorts,
  mountSecret,
  type Process,
  startController,
  startGatewayEnvoy,
  temporaryDir,
} from './controller.ts';
import { startEcho } from './echo.ts';
import type { Envoy } from './envoy.ts';
import { eventually, fetchRaw } from './gateway.ts';
import { installCrds, type KubeNamespace, kubeNamespace } from './kube.ts';

export interface KubeGateway {
  readonly system: KubeNamespace;
  readonly ports: ControllerPorts;
  /** Folder for files of the processes; `gateway` in it holds the certificate of a gateway pod. */
  readonly dir: string;
  /** May be replaced; `stop` ends the one that is there then. */
  envoy: Envoy;
  readonly controller: Process;
  /** A route of everything at `NAME.example.com` to the upstream, which answers 200. */
  route(name: string): Promise<string>;
  get(name: string): ReturnType<typeof fetchRaw>;
  /** Answer of `NAME.example.com`. */
  status(name: string): Promise<number>;
  serves(...names: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** `options`: what the controller gets, made with a folder that is removed by `stop`. */
export async function startKubeGateway(
  prefix: string,
  options: (dir: string) => Promise<Partial<ControllerOptions>> = async () => ({}),
): Promise<KubeGateway> {
  await installCrds();
  const dir = temporaryDir();
  const echo = await startEcho();
  const system = await kubeNamespace(prefix);
  const ports = await controllerPorts();
  const { name: namespace } = system;
  const more = await options(dir.path);
  const controller = startController({ namespace, ports, ingressClass: namespace, dir: dir.path, ...more });
  await mountSecret(namespace, 'higress-xds-gateway', `${dir.path}/gateway`);
  const get = (name: string) =>
    fetchRaw(`http://127.0.0.1:${ports.gatewayHttp}/`, { headers: { host: `${name}.example.com` } });
  await system.apply(`apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: { name: default }
spec: { registries: [{ name: web, type: static, domain: "127.0.0.1:${echo.port}", port: 80 }] }
`);
  const gateway: KubeGateway = {
    system,
    ports,
    dir: dir.path,
    envoy: await startGatewayEnvoy(ports, `${dir.path}/gateway`),
    controller,
    route: (name) =>
      system.apply(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, annotations: { higress.io/destination: web.static } }
spec:
  ingressClassName: ${namespace}
  rules:
    - host: ${name}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: { resource: { apiGroup: networking.higress.io, kind: McpBridge, name: default } }
`),
    get,
    status: async (name) => (await get(name)).status,
    serves: async (...names) => {
      for (const name of names)
        await eventually(`${name} serves`, async () => (await get(name)).status === 200, 60_000);
    },
    stop: async () => {
      await gateway.envoy.stop();
      await controller.kill();
      await echo.stop();
      await system.dispose();
      dir.remove();
    },
  };
  return gateway;
}
