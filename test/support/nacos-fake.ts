/** The few calls of a Nacos server that a registry makes, answered from a table, with failures on demand. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeHost {
  ip: string;
  port: number;
  weight?: number;
  healthy?: boolean;
  enabled?: boolean;
  metadata?: Record<string, string>;
}

export class FakeNacos {
  /** `group@@name` to its instances. */
  readonly services = new Map<string, FakeHost[]>();
  readonly requests: { readonly path: string; readonly query: Record<string, string>; readonly body: string }[] = [];
  /** Answer every request with this status. */
  failWith: number | undefined;
  /** Answer page N of the list in a wrong way. */
  page: { readonly number: number; readonly answer: string } | undefined;
  /** Ask for a token of this user. */
  user: { name: string; password: string } | undefined;
  tokens = 0;
  #server: Server | undefined;
  #port = 0;

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://x');
        const query = Object.fromEntries(url.searchParams);
        this.requests.push({ path: url.pathname, query, body });
        const [status, text] = this.#answer(url.pathname, query, new URLSearchParams(body));
        response.writeHead(status).end(text);
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  }

  get port(): number {
    return this.#port;
  }

  count(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  #answer(path: string, query: Record<string, string>, form: URLSearchParams): [number, string] {
    if (this.failWith !== undefined) return [this.failWith, 'no'];
    if (path === '/nacos/v1/auth/login') {
      if (this.user === undefined) return [404, ''];
      const right = form.get('username') === this.user.name && form.get('password') === this.user.password;
      return right
        ? [200, JSON.stringify({ accessToken: `token-${++this.tokens}`, tokenTtl: 100 })]
        : [403, 'unknown user!'];
    }
    if (path === '/nacos/serverlist') return [200, `127.0.0.1:${this.#port}\n`];
    if (this.user !== undefined && query.accessToken !== `token-${this.tokens}`) return [403, 'token invalid'];
    if (path === '/nacos/v1/ns/service/list') {
      if (this.page?.number === Number(query.pageNo)) return [200, this.page.answer];
      const names = [...this.services.keys()].flatMap((key) => {
        const [group, name] = key.split('@@');
        return group === query.groupName ? [name] : [];
      });
      const from = (Number(query.pageNo) - 1) * Number(query.pageSize);
      return [200, JSON.stringify({ count: names.length, doms: names.slice(from, from + Number(query.pageSize)) })];
    }
    if (path === '/nacos/v1/ns/instance/list') {
      const name = query.serviceName ?? '';
      return [
        200,
        JSON.stringify({
          name,
          clusters: '',
          cacheMillis: 200,
          lastRefTime: Date.now(),
          hosts: this.services.get(name) ?? [],
        }),
      ];
    }
    return [404, ''];
  }
}
