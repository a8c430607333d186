/** The other side of the admin door: reads the pages of a running gateway. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** The gateway could not be asked; the message names the address and the way out. */
export class AdminError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AdminError';
  }
}

export const DEFAULT_ADMIN_URL = 'http://127.0.0.1:8888';
const TIMEOUT_MS = 20_000;

export class AdminClient {
  readonly url: string;

  /** `http://host:port`, or `host:port`. Throws AdminError when it is no such address. */
  constructor(address: string) {
    const url = URL.parse(/^[a-z]+:\/\//i.test(address) ? address : `http://${address}`);
    if (url === null || !/^https?:$/.test(url.protocol))
      throw new AdminError(`--admin: "${address}" is no http address; write for example ${DEFAULT_ADMIN_URL}`);
    this.url = url.origin;
  }

  /** JSON of `/debug/NAME`. */
  async page(name: string): Promise<unknown> {
    const { status, body } = await this.#get(`/debug/${name}`);
    if (status === 404) throw new AdminError(this.#noPage(`/debug/${name}`, body));
    if (status !== 200)
      throw new AdminError(`${this.url}/debug/${name} answered ${status}: ${body.trim().slice(0, 200)}`);
    return this.#json(`/debug/${name}`, body);
  }

  /** What keeps the gateway from being ready; empty = ready. */
  async notReadyBecause(): Promise<readonly string[]> {
    const { body } = await this.#get('/ready');
    const { reasons } = this.#json('/ready', body) as { readonly reasons?: readonly string[] };
    return reasons ?? [];
  }

  #noPage(path: string, body: string): string {
    const pages = /"pages":\s*(\[[^\]]*\])/.exec(body)?.[1]?.replace(/\s+/g, ' ');
    return pages === undefined
      ? `${this.url} has no page ${path}: is this the admin address of the gateway?`
      : `${this.url} has no page ${path}; what it has: ${pages}. A control plane without an Envoy beside it cannot show its configuration`;
  }

  #json(path: string, body: string): unknown {
    try {
      return JSON.parse(body) as unknown;
    } catch {
      throw new AdminError(`${this.url}${path} did not answer with JSON: is this the admin address of the gateway?`);
    }
  }

  async #get(path: string): Promise<{ status: number; body: string }> {
    try {
      return await get(`${this.url}${path}`);
    } catch (error) {
      throw new AdminError(
        `no gateway answers at ${this.url} (${reasonOf(error)}); start one, or name its admin address with --admin URL`,
      );
    }
  }
}

/** Not `fetch`, which refuses a list of ports that an operator may well have chosen. */
function get(url: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, { agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }),
      );
    });
    request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error(`nothing within ${TIMEOUT_MS / 1000} s`)));
    request.on('error', reject);
    request.end();
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
