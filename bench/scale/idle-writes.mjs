// How often a restarted controller writes when nothing changed, by the API server's own count.
import { eventually } from '../../test/support/gateway.ts';
import { kubectl, objectWrites } from '../../test/support/kube.ts';
import { NAMESPACE } from './higress.mjs';
import { WRITERS } from './objects.mjs';

const ADDRESS = '192.0.2.7';
const PATIENCE_MS = 300_000;

/**
 * Writes of a controller over two starts, besides the addresses of the two Ingresses that are created meanwhile. Statuses are written in turn, so the address
 * of a new one comes after all that would have been written for the `size` Ingresses that have theirs.
 */
export async function idleWrites({ startController }, objects, size) {
  const { client } = objects;
  let expected = await objectWrites();
  await addressAll(objects, size);
  expected += size;
  const service = {
    metadata: { name: 'higress-gateway', labels: { app: 'higress-gateway' } },
    spec: { externalIPs: [ADDRESS], ports: [{ port: 80 }] },
  };
  await client.request(`/api/v1/namespaces/${NAMESPACE}/services`, { method: 'POST', body: service });
  try {
    for (const n of [size, size + 1]) {
      const controller = startController();
      try {
        await objects.create(n);
        const addresses = async () => (await objects.read(n)).status?.loadBalancer?.ingress?.length === 1;
        await eventually('the new Ingress has its address', addresses, PATIENCE_MS);
        // The server counts a write once it is answered, which may be after others can read it.
        expected += 2;
        await eventually('both writes are counted', async () => (await objectWrites()) >= expected);
      } finally {
        await controller.kill();
      }
    }
    return (await objectWrites()) - expected;
  } finally {
    for (const n of [size, size + 1]) await objects.remove(n).catch(() => undefined);
    await kubectl(['--namespace', NAMESPACE, 'delete', 'service', 'higress-gateway']);
  }
}

/** Gives the Ingresses the address that the controller will want for them. */
async function addressAll(objects, size) {
  const status = { loadBalancer: { ingress: [{ ip: ADDRESS }] } };
  let next = 0;
  const writer = async () => {
    for (let n = next++; n < size; n = next++) await objects.writeStatus(n, status);
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}
