/** How the native module comes into gateway pods, and that the controller knows whether it does. */
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { find, render } from './helm.ts';

type Values = Parameters<typeof render>[0];

async function rendered(values: Values) {
  const objects = await render(values);
  const pod = find(objects, 'Deployment', 'higress-gateway').spec.template.spec;
  const [controller] = find(objects, 'Deployment', 'higress-controller').spec.template.spec.containers;
  const copy = pod.initContainers?.find(({ name }: { name: string }) => name === 'native-module');
  const [envoy] = pod.containers;
  const searched = envoy.env.find(({ name }: { name: string }) => name === 'ENVOY_DYNAMIC_MODULES_SEARCH_PATH');
  const told = controller.args.find((arg: string) => arg.startsWith('--nativeModule='));
  return { pod, controller, copy, envoy, searched: searched?.value, told };
}

describe('the native module of gateway pods', () => {
  it("is copied from the controller's image to where Envoy looks, which alone may not write there", async () => {
    const { pod, controller, copy, envoy, searched, told } = await rendered({});
    expect(copy).toMatchObject({ image: controller.image, command: ['cp', '/app/native/libhigress.so', '/native/'] });
    expect(copy.volumeMounts).toEqual([{ name: 'native', mountPath: '/native' }]);
    expect(envoy.volumeMounts).toContainEqual({ name: 'native', mountPath: searched, readOnly: true });
    expect(pod.volumes).toContainEqual({ name: 'native', emptyDir: {} });
    expect(told).toBe('--nativeModule=true');
  });

  it("leaves the pod's class of service as it is", async () => {
    const { copy, envoy } = await rendered({});
    expect(copy.resources).toEqual(envoy.resources);
    expect((await rendered({ global: { local: true } })).copy.resources).toEqual({});
  });

  it('comes before a plugin server in the pod', async () => {
    const { pod } = await rendered({ pluginServer: { mode: 'sidecar' } });
    expect(pod.initContainers.map(({ name }: { name: string }) => name)).toEqual(['native-module', 'plugin-server']);
  });

  it("brings the pull secrets of the controller's image", async () => {
    const values = { controller: { imagePullSecrets: ['ours'] }, gateway: { imagePullSecrets: ['theirs'] } };
    expect((await rendered(values)).pod.imagePullSecrets).toEqual([{ name: 'theirs' }, { name: 'ours' }]);
    const off = { ...values, gateway: { ...values.gateway, nativeModule: { enabled: false } } };
    expect((await rendered(off)).pod.imagePullSecrets).toEqual([{ name: 'theirs' }]);
  });

  it('has one name in the bootstrap and for the controller, which goes with the image', async () => {
    for (const [values, name] of [
      [{}, '0.1.0'],
      [{ controller: { tag: '1.2.3-rc.1' } }, '1.2.3-rc.1'],
    ] as const) {
      const { data } = find(await render(values), 'ConfigMap', 'higress-gateway-bootstrap');
      expect(parse(data['bootstrap.yaml']).node).toEqual({ metadata: { native_module: name } });
      expect((await rendered(values)).controller.args).toContain(`--nativeModuleName=${name}`);
    }
  });

  it.each([
    ['v1.40.0', null, true],
    ['v1.40.3', null, true],
    ['v1.40-latest', null, true],
    ['distroless-v1.40.1', null, true],
    ['v1.39.2', null, false],
    ['v1.41.0', null, false],
    ['v11.40.0', null, false],
    ['v2.1.40', null, false],
    ['mine', null, false],
    ['mine', true, true],
    ['v1.40.0', false, false],
  ])('with the tag %s of Envoy and enabled=%s: %s', async (tag, enabled, there) => {
    const { pod, copy, searched, told } = await rendered({ gateway: { tag, nativeModule: { enabled } } });
    expect(copy !== undefined).toBe(there);
    expect(searched !== undefined).toBe(there);
    expect(pod.volumes.some(({ name }: { name: string }) => name === 'native')).toBe(there);
    expect(told).toBe(`--nativeModule=${there}`);
  });
});
