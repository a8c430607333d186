/** Asks processes behind Unix sockets: Envoy's admin interface, the plugin server's HTTP face. */
import { request } from 'node:http';

/** Body of `GET path` over a Unix socket; rejects when nobody listens or the answer is anything but 200. */
export function unixGet(socket: string, path: string, timeoutMs = 2_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: socket, path, method: 'GET', timeout: timeoutMs }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(parts).toString('utf8');
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${socket} answered ${response.statusCode} to ${path}`));
      });
    });
    call.on('timeout', () => call.destroy(new Error(`${socket} did not answer ${path} within ${timeoutMs} ms`)));
    call.on('error', reject);
    call.end();
  });
}

/** Names of the listeners that are open now. */
export async function openListeners(socket: string): Promise<readonly string[]> {
  const text = await unixGet(socket, '/listeners?format=json');
  const { listener_statuses: listeners = [] } = JSON.parse(text) as { listener_statuses?: { name: string }[] };
  return listeners.map(({ name }) => name);
}
