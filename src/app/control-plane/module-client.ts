/** Asks plugin servers for a Wasm module. Behind a host name there may be several replicas, and Envoy may fetch from any of them. */
import { lookup } from 'node:dns/promises';
import { type RequestOptions, request } from 'node:http';
import type { ModuleRequest, ModuleState } from '#plugin-server/wasm/store.ts';

/** Where the plugin server's HTTP face listens; a name that does not exist has no replicas. */
export type ModuleServer =
  | { readonly socketPath: string }
  | { readonly hosts: readonly string[]; readonly port: number };

const TIMEOUT_MS = 5_000;

/** `ready` when every replica that can be reached has the module, the same one; `unreachable` while none can be reached. */
export async function askForModule(
  server: ModuleServer,
  module: ModuleRequest,
): Promise<ModuleState | { readonly state: 'unreachable' }> {
  const states = await Promise.all((await replicas(server)).map((replica) => ask(replica, module)));
  const known = states.filter((state) => state !== undefined);
  if (known.length === 0) return { state: 'unreachable' };
  const failed = known.find(({ state }) => state === 'failed');
  if (failed !== undefined) return failed;
  const [first] = known;
  const same = known.every(
    (state) => state.state === 'ready' && first?.state === 'ready' && state.sha256 === first.sha256,
  );
  return first !== undefined && same ? first : { state: 'pending' };
}

async function replicas(server: ModuleServer): Promise<readonly RequestOptions[]> {
  if ('socketPath' in server) return [server];
  const found = await Promise.all(server.hosts.map((host) => lookup(host, { all: true }).catch(() => [])));
  return found.flat().map(({ address }) => ({ host: address, port: server.port }));
}

/** Undefined for a replica that does not answer: it is not there yet, or no longer. */
function ask(replica: RequestOptions, module: ModuleRequest): Promise<ModuleState | undefined> {
  const body = JSON.stringify(module);
  return new Promise((resolve) => {
    const call = request(
      {
        ...replica,
        path: '/wasm/modules',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        timeout: TIMEOUT_MS,
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', () => resolve(undefined));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          resolve(response.statusCode === 200 ? (JSON.parse(text) as ModuleState) : undefined);
        });
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
    call.on('close', () => resolve(undefined));
    call.end(body);
  });
}
