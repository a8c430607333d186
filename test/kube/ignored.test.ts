/** What the gateway ignores it tells on the object itself, by a condition and an event: objects in the wrong place, and paths that an older Ingress has. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { controllerPorts, type Process, startController, temporaryDir } from '../support/controller.ts';
import { eventually } from '../support/gateway.ts';
import { installCrds, type KubeNamespace, kubeNamespace } from '../support/kube.ts';

const dir = temporaryDir();
let system: KubeNamespace;
let app: KubeNamespace;
let controller: Process;

beforeAll(async () => {
  await installCrds();
  system = await kubeNamespace('system');
  app = await kubeNamespace('app');
  const ports = await controllerPorts();
  controller = startController({ namespace: system.name, ports, ingressClass: system.name, dir: dir.path });
}, 180_000);

afterAll(async () => {
  await controller?.kill();
  await app?.dispose();
  await system?.dispose();
  dir.remove();
});

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** By type, once they are there. */
function conditions(namespace: KubeNamespace, kind: string, name: string): Promise<Record<string, Condition>> {
  return eventually(`${kind} ${name} has conditions`, async () => {
    const { status } = await namespace.get(kind, name);
    const found = (status?.conditions ?? []) as Condition[];
    return found.length === 0 ? undefined : Object.fromEntries(found.map((one) => [one.type, one]));
  });
}

interface Event {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly uid?: string };
}

async function events(namespace: KubeNamespace, name: string): Promise<readonly Event[]> {
  const text = await namespace.kubectl([
    'get',
    'events',
    '--field-selector',
    `involvedObject.name=${name}`,
    '-o',
    'json',
  ]);
  return (JSON.parse(text) as { items: Event[] }).items;
}

const eventOf = (namespace: KubeNamespace, name: string, reason: string) =>
  eventually(`${name} has an event ${reason}`, async () =>
    (await events(namespace, name)).find((one) => one.reason === reason),
  );

const MANIFESTS = {
  McpBridge: (name: string) => `apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: { name: ${name} }
spec: { registries: [{ type: static, name: web, domain: "192.0.2.1:80", port: 80 }] }
`,
  Http2Rpc: (name: string) => `apiVersion: networking.higress.io/v1
kind: Http2Rpc
metadata: { name: ${name} }
spec: { dubbo: { service: com.example.Greeter, version: 1.0.0 } }
`,
  WasmPlugin: (name: string) => `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ${name} }
spec: { url: "oci://example.com/plugins/request-block:1.0.0", defaultConfig: { block_urls: [x] } }
`,
};

describe('an object that is ignored says so', () => {
  const cases: readonly {
    readonly title: string;
    readonly kind: keyof typeof MANIFESTS;
    readonly name: string;
    readonly home: () => KubeNamespace;
    readonly reason: string;
    readonly wayOut: () => string;
  }[] = [
    {
      title: 'an McpBridge outside the system namespace',
      kind: 'McpBridge',
      name: 'default',
      home: () => app,
      reason: 'WrongNamespace',
      wayOut: () => `(put its registries into McpBridge ${system.name}/default)`,
    },
    {
      title: 'an McpBridge not named default',
      kind: 'McpBridge',
      name: 'second',
      home: () => system,
      reason: 'WrongName',
      wayOut: () => `(put its registries into McpBridge ${system.name}/default)`,
    },
    {
      title: 'an Http2Rpc outside the system namespace',
      kind: 'Http2Rpc',
      name: 'stray-rpc',
      home: () => app,
      reason: 'WrongNamespace',
      wayOut: () => `(move it to namespace ${system.name})`,
    },
    {
      title: 'an Http2Rpc, as long as Dubbo is not supported',
      kind: 'Http2Rpc',
      name: 'rpc',
      home: () => system,
      reason: 'KindNotSupported',
      wayOut: () => '(until then route to a service that speaks HTTP or gRPC)',
    },
    {
      title: 'a WasmPlugin outside the system namespace',
      kind: 'WasmPlugin',
      name: 'stray-plugin',
      home: () => app,
      reason: 'WrongNamespace',
      wayOut: () => `(move it to namespace ${system.name})`,
    },
  ];

  it.each(cases)(
    '$title',
    async ({ kind, name, home, reason, wayOut }) => {
      const namespace = home();
      await namespace.apply(MANIFESTS[kind](name));
      const { Accepted, Programmed } = await conditions(namespace, kind, name);
      expect(Accepted).toMatchObject({ status: 'False', reason });
      expect(Accepted?.message).toContain(`${kind} ${namespace.name}/${name} `);
      expect(Accepted?.message.endsWith(wayOut())).toBe(true);
      expect(Programmed).toMatchObject({ status: 'False', reason: 'NotAccepted' });
      const event = await eventOf(namespace, name, reason);
      const { metadata } = await namespace.get(kind, name);
      expect(event).toMatchObject({ type: 'Warning', involvedObject: { kind, uid: metadata.uid } });
      expect(event.message).toContain(wayOut());
    },
    60_000,
  );

  it('and the one that counts beside them is accepted', async () => {
    await system.apply(MANIFESTS.McpBridge('default'));
    const { Accepted } = await conditions(system, 'McpBridge', 'default');
    expect(Accepted).toMatchObject({ status: 'True', reason: 'Accepted' });
    expect((await events(system, 'default')).filter(({ reason }) => /^Wrong/.test(reason))).toEqual([]);
  }, 60_000);
});

describe('an Ingress whose path an older one has', () => {
  const ingress = (name: string, paths: readonly string[]) =>
    JSON.stringify({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name },
      spec: {
        ingressClassName: system.name,
        rules: [
          {
            host: 'shop.example.com',
            http: {
              paths: paths.map((path) => ({
                path,
                pathType: 'Prefix',
                backend: { service: { name: 'web', port: { number: 80 } } },
              })),
            },
          },
        ],
      },
    });

  it('gets an event that names the winner, and the winner gets none', async () => {
    await app.apply(ingress('winner', ['/cart']));
    const { metadata } = await app.get('ingress', 'winner');
    // Age is counted in whole seconds, and only then by name.
    await eventually('a second has passed', () => Date.now() - Date.parse(String(metadata.creationTimestamp)) > 1_000);
    await app.apply(ingress('a-loser', ['/help', '/cart']));
    const event = await eventOf(app, 'a-loser', 'RouteConflict');
    expect(event.type).toBe('Warning');
    expect(event.message).toBe(
      `spec.rules[0].http.paths[1]: path /cart of host shop.example.com is taken by Ingress ${app.name}/winner ` +
        '(spec.rules[0].http.paths[0]); this one is not served (remove one of the two, or give them different paths or match conditions)',
    );
    const loser = await app.get('ingress', 'a-loser');
    expect(event.involvedObject).toMatchObject({ kind: 'Ingress', uid: loser.metadata.uid });
    expect((await events(app, 'winner')).filter(({ reason }) => reason === 'RouteConflict')).toEqual([]);
  }, 60_000);
});
