import { describe, expect, it } from '@jest/globals';
import { pluginServerObjects, pluginServerValuesSchema } from './plugin-server-objects.ts';

const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'values', uid: 'u' };
const minimal = { image: 'registry.test/higress:1', xdsAddress: 'higress-controller.ns.svc:15012' };
const objects = (values: object = {}) =>
  pluginServerObjects(pluginServerValuesSchema.parse({ ...minimal, ...values }), 'ns', owner);
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
  it('are a Deployment, a headless Service and a PodDisruptionBudget, owned by the values', () => {
    expect(kinds()).toEqual(['Deployment', 'Service', 'PodDisruptionBudget']);
    for (const { metadata } of objects()) {
      expect(metadata.namespace).toBe('ns');
      expect(metadata.ownerReferences).toEqual([owner]);
    }
    expect(specOf('Service')).toMatchObject({ clusterIP: 'None' });
  });

  it('leave the number of replicas to the autoscaler where there is one', () => {
    expect(kinds({ autoscaling: { enabled: true } })).toContain('HorizontalPodAutoscaler');
    expect(objects()[0]?.spec).toMatchObject({ replicas: 2 });
    expect(objects({ autoscaling: { enabled: true } })[0]?.spec).not.toHaveProperty('replicas');
  });

  it('are none where plugins run beside each gateway', () => {
    expect(kinds({ mode: 'sidecar' })).toEqual([]);
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
