/** HTTP to a port of a pod, each exchange over a port-forward of its own. */
import { type AdminDoor, AdminError, exchange } from '#app/admin/client.ts';
import { type Cluster, ClusterError } from './connect.ts';
import { openPort } from './port-forward.ts';

/** `/ready`, `/debug` of a controller pod. */
export const CONTROLLER_PORT = 8888;
/** Admin interface of Envoy, on the loopback of a gateway pod. */
export const ENVOY_ADMIN_PORT = 15000;

export function podDoor(cluster: Cluster, pod: string, port: number): AdminDoor {
  const name = `pod ${cluster.namespace}/${pod}`;
  return {
    name,
    exchange: async (path, body) => {
      const stream = await openPort(cluster, pod, port);
      try {
        return await exchange(`http://localhost:${port}${path}`, { createConnection: () => stream }, body);
      } finally {
        stream.destroy();
      }
    },
    unreachable: (error) =>
      error instanceof ClusterError
        ? error
        : new AdminError(`${name} does not answer on port ${port}: ${(error as Error).message}`),
  };
}
