import { describe, expect, it } from '@jest/globals';
import { type GatewayPods, pluginServerObjects, pluginServerValuesSchema } from './plugin-server-objects.ts';

const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'values', uid: 'u' };
const minimal = { image: 'registry.test/higress:1', xdsAddress: 'higress-controller.ns.svc:15012' };
const NOBODY = { someWithSidecar: false, someWithout: false };
const objects = (values: object = {}, gateways: GatewayPods = NOBODY) =>
  pluginServerObjects(pluginServerValuesSchema.parse({ ...minimal, ...values }), 'ns', owner, gateways);
const kinds = (values: object = {}) => objects(values).map(({ kind }) => kind);

function specOf(wanted: string, values: object = {}): unknown {
  return objects(values).find(({ kind }) => kind === wanted)?.spec;
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly securityContext: object;
}

function container(values: object = {}): Container {
  const { template } = specOf('Deployment', values) as { template: { spec: { containers: Container[] } } };
  return template.spec.containers[0] as Container;
}

describe('objects of the plugin server', () => {
  it('are two Services, a Deployment and a PodDisruptionBudget, owned by the values', () => {
    expect(kinds()).toEqual(['Service', 'Service', 'Deployment', 'PodDisruptionBudget']);
    for (const { metadata } of objects()) {
      expect(metadata.namespace).toBe('ns');
      expect(metadata.ownerReferences).toEqual([owner]);
    }
    const [files, pods] = objects();
    expect(files?.metadata.name).toBe('higress-plugin-server');
    expect(files?.spec).toMatchObject({ type: 'ClusterIP', ports: [{ port: 80, targetPort: 'files' }] });
    expect(pods?.metadata.name).toBe('higress-plugin-server-pods');
    expect(pods?.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: false });
  });

  it('leave the number of replicas to the autoscaler where there is one', () => {
    expect(kinds({ autoscaling: { enabled: true } })).toContain('HorizontalPodAutoscaler');
    expect(specOf('Deployment')).toMatchObject({ replicas: 2 });
    expect(specOf('Deployment', { autoscaling: { enabled: true } })).not.toHaveProperty('replicas');
  });

  it('are Services of the gateways where plugins run beside each of them, also of one that is not ready yet', () => {
    const gatewaySelector = { app: 'higress-gateway' };
    expect(kinds({ mode: 'sidecar' })).toEqual(['Service', 'Service']);
    const [files, pods] = objects({ mode: 'sidecar', gatewaySelector });
    expect(files?.spec).toMatchObject({ selector: gatewaySelector, ports: [{ port: 80, targetPort: 'files' }] });
    expect(pods?.metadata.name).toBe('higress-plugin-server-sidecars');
    expect(pods?.spec).toMatchObject({ selector: gatewaySelector, publishNotReadyAddresses: true });
  });

  it('are those of both modes until no gateway of the other one runs', () => {
    const gatewaySelector = { app: 'higress-gateway' };
    const names = (...args: Parameters<typeof objects>) =>
      objects(...args).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const own = 'higress-plugin-server';
    const both = [
      `Service ${own}`,
      `Service ${own}-pods`,
      `Service ${own}-sidecars`,
      `Deployment ${own}`,
      `PodDisruptionBudget ${own}`,
    ];
    const some = (someWithSidecar: boolean, someWithout: boolean) => ({ someWithSidecar, someWithout });
    const sidecar = { mode: 'sidecar', gatewaySelector };
    for (const gateways of [some(false, true), some(true, true)]) expect(names(sidecar, gateways)).toEqual(both);
    expect(names(sidecar, some(true, false))).toEqual([`Service ${own}`, `Service ${own}-sidecars`]);
    for (const gateways of [some(true, false), some(true, true)]) expect(names({}, gateways)).toEqual(both);
    expect(names({}, some(false, true))).not.toContain(`Service ${own}-sidecars`);
    // Files come from where plugin servers are sure to be.
    expect(objects(sidecar, some(true, true))[0]?.spec).toMatchObject({ selector: { app: own } });
  });

  it('run without privileges, with the values of the chart', () => {
    const { image, args, securityContext } = container({ egressAddress: 'gw:15080', logLevel: 'debug' });
    expect(image).toBe(minimal.image);
    expect(args).toEqual(expect.arrayContaining(['plugin-server', '--egress=gw:15080', '--logLevel=debug']));
    expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
  });

  it('refuse values that make no sense', () => {
    expect(() => objects({ replicas: -1 })).toThrow(/replicas/);
    expect(() => pluginServerValuesSchema.parse({})).toThrow(/image/);
  });
});
