// Our controller, and an Envoy as a gateway pod runs it.
import * as parts from '../../test/support/controller.ts';
import { kubectl } from '../../test/support/kube.ts';
import { INGRESS_CLASS } from './objects.mjs';

export const NAMESPACE = 'higress-system';

/** `dir`: a folder for certificates and data. */
export async function higress(dir) {
  const ports = await parts.controllerPorts();
  const startController = () =>
    parts.startController({ namespace: NAMESPACE, ports, ingressClass: INGRESS_CLASS, dir });
  // The first start makes the certificates that a gateway pod would have mounted.
  await kubectl(['create', 'namespace', NAMESPACE]).catch(ignoreExisting);
  const first = startController();
  await parts.mountSecret(NAMESPACE, 'higress-xds-gateway', `${dir}/gateway`).finally(() => first.kill());
  return {
    name: 'higress-ts',
    startController,
    start: async () => {
      const controller = startController();
      const envoy = await parts.startGatewayEnvoy(ports, `${dir}/gateway`);
      return { controller, envoy, port: ports.gatewayHttp, cluster: 'xds' };
    },
  };
}

function ignoreExisting(error) {
  if (!/AlreadyExists/.test(error.message)) throw error;
}
