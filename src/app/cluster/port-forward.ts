/** A byte stream into a pod, as `kubectl port-forward` makes it, without a port on this machine: nobody else here can use it. */
import { Duplex, PassThrough, Writable } from 'node:stream';
import { asClusterError, type Cluster, ClusterError } from './connect.ts';

/** What comes back from the client library: a WebSocket, of which only this much is used. */
interface Closing {
  close(): void;
  addEventListener(type: 'close' | 'error', listener: () => void): void;
}

/** Rejects with ClusterError. The stream is destroyed with one when nobody listens on the port. */
export async function openPort(cluster: Cluster, pod: string, port: number): Promise<Duplex> {
  const { config, namespace } = cluster;
  const { PortForward } = await import('@kubernetes/client-node');
  const [there, back] = [new PassThrough(), new PassThrough()];
  let stream: Duplex | undefined;
  const complaints = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const said = chunk.toString('utf8').trim();
      if (said !== '')
        stream?.destroy(new ClusterError(`pod ${namespace}/${pod} has nothing on port ${port}: ${said}`));
      done();
    },
  });
  const socket = (await new PortForward(config)
    .portForward(namespace, pod, [port], back, complaints, there)
    .catch((error: unknown) => {
      throw refusal(cluster, pod, error);
    })) as unknown as Closing;
  stream = Duplex.from({ writable: there, readable: back }) as Duplex;
  // Whoever reads or writes hears of it.
  stream.on('error', () => undefined);
  stream.once('close', () => socket.close());
  socket.addEventListener('error', () => stream.destroy());
  socket.addEventListener('close', () => back.end());
  return stream;
}

/** The client library rejects with the error event of a WebSocket. */
function refusal(cluster: Cluster, pod: string, error: unknown): ClusterError {
  const { message = String(error) } = error as { readonly message?: string };
  const status = /server response: (\d+)/.exec(message)?.[1];
  const { namespace } = cluster;
  if (status === '403')
    return new ClusterError(
      `you may not forward ports to pod ${namespace}/${pod}: it takes the verbs get and create of pods/portforward in namespace ${namespace}; docs/kubernetes.md tells the role that is needed`,
    );
  if (status === '404') return new ClusterError(`pod ${namespace}/${pod} is gone; try again`);
  if (status !== undefined)
    return new ClusterError(`no port could be forwarded to pod ${namespace}/${pod}: the API server answered ${status}`);
  const { error: cause = error } = error as { readonly error?: unknown };
  return asClusterError(cluster, `forward ports to pod ${namespace}/${pod}`, cause);
}
