/** The other side of the admin door: reads the pages of a running gateway. */
import { request as httpRequest, type RequestOptions } from 'node:http';
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

export interface AdminAnswer {
  readonly status: number;
  readonly body: string;
}

/** A way to the admin door: GET, or POST when there is a body. */
export interface AdminDoor {
  /** For people. */
  readonly name: string;
  /** Rejects when nobody answers. */
  exchange(path: string, body?: string): Promise<AdminAnswer>;
  /** The error to throw then. */
  unreachable(error: unknown): Error;
}

export class AdminClient {
  readonly #door: AdminDoor;

  /** `http://host:port`, or `host:port`, or another way. Throws AdminError when it is no such address. */
  constructor(address: string | AdminDoor) {
    this.#door = typeof address === 'string' ? doorAt(address) : address;
  }

  /** Who is asked, for people; an address where there is one. */
  get url(): string {
    return this.#door.name;
  }

  /** Whether anybody is there at all. */
  answers(): Promise<boolean> {
    return this.#door.exchange('/healthz').then(
      () => true,
      () => false,
    );
  }

  /** JSON of `/debug/NAME`. */
  page(name: string): Promise<unknown> {
    return this.json(`/debug/${name}`);
  }

  /** Its answer to JSON that is sent to `/debug/NAME`. */
  async ask(name: string, question: unknown): Promise<unknown> {
    const { status, body } = await this.#get(`/debug/${name}`, JSON.stringify(question));
    return this.#answer(`/debug/${name}`, status, body);
  }

  /** JSON of another page, path and query. */
  async json(path: string): Promise<unknown> {
    const { status, body } = await this.#get(path);
    return this.#answer(path, status, body);
  }

  /** What keeps the gateway from being ready; empty = ready. */
  async notReadyBecause(): Promise<readonly string[]> {
    const { body } = await this.#get('/ready');
    const { reasons } = this.#json('/ready', body) as { readonly reasons?: readonly string[] };
    return reasons ?? [];
  }

  #answer(path: string, status: number, body: string): unknown {
    if (status === 404) throw new AdminError(this.#noPage(path, body));
    if (status !== 200) throw new AdminError(`${this.url}${path} answered ${status}: ${body.trim().slice(0, 200)}`);
    return this.#json(path, body);
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

  async #get(path: string, question?: string): Promise<AdminAnswer> {
    try {
      return await this.#door.exchange(path, question);
    } catch (error) {
      throw this.#door.unreachable(error);
    }
  }
}

function doorAt(address: string): AdminDoor {
  const url = URL.parse(/^[a-z]+:\/\//i.test(address) ? address : `http://${address}`);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new AdminError(`--admin: "${address}" is no http address; write for example ${DEFAULT_ADMIN_URL}`);
  return {
    name: url.origin,
    exchange: (path, body) => exchange(`${url.origin}${path}`, { agent: false }, body),
    unreachable: (error) =>
      new AdminError(
        `no gateway answers at ${url.origin} (${reasonOf(error)}); start one, name its admin address with --admin URL, or its cluster with -n NAMESPACE`,
      ),
  };
}

/** Not `fetch`, which refuses a list of ports that an operator may well have chosen, and takes no stream for a connection. */
export function exchange(url: string, options: RequestOptions, body?: string): Promise<AdminAnswer> {
  const given = body === undefined ? undefined : Buffer.from(body);
  const sent =
    given === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': given.length } };
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(url, { ...options, ...sent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => {
        parts.push(part);
        timer.refresh();
      });
      response.on('error', reject);
      response.on('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') });
      });
    });
    const timer = setTimeout(() => request.destroy(new Error(`nothing within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end(given);
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
