/**
 * A loopback door in front of the test cluster's API server, for a controller: requests pass with the rights of the cluster's administrator, lists come
 * in small pages, watches can be cut, held, and refused as a server does that has forgotten the version they ask for.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type RequestOptions, request as send } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { kubeConfig } from './kube.ts';

/**
 * What a watch gets until the collection is listed again. `status`: HTTP 410. `event`: an open stream with an ERROR. `page`: HTTP 410, and so does the second
 * page of the first new list.
 */
export type Refusal = 'status' | 'event' | 'page';

export interface KubeDoor {
  /** Of a kubeconfig that leads here. */
  readonly kubeconfig: string;
  /** Every 410 that went through, oldest first; `server`: the API server's own. */
  readonly gone: readonly { readonly path: string; readonly by: 'server' | 'door'; readonly as: Refusal }[];
  /** Ends all open watches and holds new ones until the function that it returns is called, which refuses those of `path`, default all, if told to. */
  cutWatches(): (refusal?: Refusal, path?: string) => void;
  /** Collections that are refused still. */
  readonly refusing: number;
  stop(): Promise<void>;
}

const GONE = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'too old resource version',
  reason: 'Expired',
  code: 410,
});
const FORGOTTEN = /^\{"type":"ERROR".*"code":410/;

export async function startKubeDoor(dir: string, pageSize: number): Promise<KubeDoor> {
  const config = kubeConfig();
  const target = config.getCurrentCluster()?.server ?? '';
  const gone: { path: string; by: 'server' | 'door'; as: Refusal }[] = [];
  const watches = new Map<ServerResponse, string>();
  const refusals = new Map<string, Refusal>();
  let held: Promise<void> | undefined;

  const refuse = (path: string, as: Refusal, response: ServerResponse) => {
    gone.push({ path, by: 'door', as });
    if (as === 'event') response.writeHead(200).end(`{"type":"ERROR","object":${GONE}}\n`);
    else response.writeHead(410, { 'content-type': 'application/json' }).end(GONE);
  };

  const pass = async (url: URL, request: IncomingMessage, response: ServerResponse, watching: boolean) => {
    const { host: _host, ...headers } = request.headers;
    const options: RequestOptions = { method: request.method ?? 'GET', headers };
    await config.applyToHTTPSOptions(options);
    const call = send(url, options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (watching && answer.statusCode === 410) gone.push({ path: url.pathname, by: 'server', as: 'status' });
      else if (watching)
        answer.once('data', (data: Buffer) => {
          if (FORGOTTEN.test(data.toString())) gone.push({ path: url.pathname, by: 'server', as: 'event' });
        });
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    call.on('error', () => response.destroy());
    response.on('close', () => {
      watches.delete(response);
      call.destroy();
    });
    request.pipe(call);
  };

  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(target + request.url);
    const { pathname: path, searchParams: query } = url;
    if (query.get('watch') === 'true') {
      await held;
      const refusal = refusals.get(path);
      if (refusal !== undefined) return refuse(path, refusal, response);
      watches.set(response, path);
      return pass(url, request, response, true);
    }
    if (query.has('limit')) query.set('limit', String(pageSize));
    const second = query.has('continue') && refusals.get(path) === 'page';
    if (request.method === 'GET' && (second || refusals.get(path) !== 'page')) refusals.delete(path);
    if (second) return refuse(path, 'page', response);
    return pass(url, request, response, false);
  };

  const listener: RequestListener = (request, response) => void take(request, response);
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kubeconfig = join(dir, 'door.kubeconfig');
  const name = 'door';
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } }],
      users: [{ name, user: {} }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    }),
  );
  return {
    kubeconfig,
    gone,
    get refusing() {
      return refusals.size;
    },
    cutWatches: () => {
      const open = new Set(watches.values());
      const gate = Promise.withResolvers<void>();
      held = gate.promise;
      for (const response of watches.keys()) response.end();
      return (refusal, path) => {
        const refused = path === undefined ? open : [path];
        if (refusal !== undefined) for (const one of refused) refusals.set(one, refusal);
        held = undefined;
        gate.resolve();
      };
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
