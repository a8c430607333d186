/** HTTP towards Nacos: picks a server, logs in, signs, times out, and leaves no socket behind. */
import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { RegistryCredentials } from '../registry.ts';

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** A token is renewed after this part of its life. */
const TOKEN_LIFE_USED = 0.8;
const DEFAULT_TOKEN_TTL_S = 18_000;
const LOGIN_PATHS = ['/nacos/v1/auth/login', '/nacos/v1/auth/users/login'];

/** Why a call failed. The message names server and path, never parameters: they may hold a token. */
export class NacosError extends Error {
  readonly status: number | undefined;
  /** The server refused who we are. */
  readonly unauthorized: boolean;

  constructor(message: string, options: { status?: number; unauthorized?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'NacosError';
    this.status = options.status;
    this.unauthorized = options.unauthorized ?? (options.status === 401 || options.status === 403);
  }
}

export interface NacosHttpOptions {
  /** `host:port`, optionally with `http://` or `https://` in front. */
  servers: readonly string[];
  readonly credentials?: RegistryCredentials;
  readonly accessKey?: { readonly id: string; readonly secret: string };
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly random: () => number;
}

export type Params = Readonly<Record<string, string>>;

export class NacosHttp {
  readonly #options: NacosHttpOptions;
  readonly #agents = {
    http: new HttpAgent({ keepAlive: true, maxSockets: 16 }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: 16 }),
  };
  readonly #abort = new AbortController();
  #servers: readonly string[];
  #token: { readonly text: string; readonly renewAt: number } | undefined;
  #login: Promise<void> | undefined;

  constructor(options: NacosHttpOptions) {
    this.#options = options;
    this.#servers = options.servers;
  }

  setServers(servers: readonly string[]): void {
    this.#servers = servers;
  }

  /** Body of a 200 answer. Tries each server once, beginning with a random one. */
  async call(method: string, path: string, params: Params, headers: Params = {}): Promise<string> {
    await this.#authenticate();
    try {
      return await this.#anyServer(method, path, this.#withIdentity(params), undefined, headers);
    } catch (error) {
      if (!(error instanceof NacosError && error.unauthorized && this.#token !== undefined)) throw error;
      // The token may have been revoked, for example by a restart of the server: one more login, one more attempt.
      this.#token = undefined;
      await this.#authenticate();
      return this.#anyServer(method, path, this.#withIdentity(params), undefined, headers);
    }
  }

  /** A GET of a whole URL, without identity. */
  fetch(url: string, headers: Params): Promise<string> {
    return this.#send(new URL(url), 'GET', undefined, headers);
  }

  /** Ends calls in flight and closes all connections. */
  close(): void {
    this.#abort.abort();
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #withIdentity(params: Params): Params {
    const { accessKey } = this.#options;
    if (accessKey !== undefined) {
      const stamp = String(this.#options.now());
      const data = params.serviceName === undefined ? stamp : `${stamp}@@${params.serviceName}`;
      const signature = createHmac('sha1', accessKey.secret).update(data).digest('base64');
      return { ...params, ak: accessKey.id, data, signature };
    }
    return this.#token === undefined ? params : { ...params, accessToken: this.#token.text };
  }

  async #authenticate(): Promise<void> {
    const { credentials, now } = this.#options;
    if (credentials === undefined || (this.#token !== undefined && now() < this.#token.renewAt)) return;
    this.#login ??= this.#logIn(credentials).finally(() => {
      this.#login = undefined;
    });
    await this.#login;
  }

  async #logIn(credentials: RegistryCredentials): Promise<void> {
    const body = { username: credentials.username, password: credentials.password };
    for (const path of LOGIN_PATHS) {
      try {
        const answer: unknown = JSON.parse(await this.#anyServer('POST', path, {}, body));
        const { accessToken, tokenTtl = DEFAULT_TOKEN_TTL_S } = answer as { accessToken?: unknown; tokenTtl?: unknown };
        if (typeof accessToken !== 'string')
          throw new NacosError('login at Nacos gave no token', { unauthorized: true });
        const lifeMs = Number(tokenTtl) * 1000 * TOKEN_LIFE_USED;
        this.#token = { text: accessToken, renewAt: this.#options.now() + Math.max(lifeMs, 0) };
        return;
      } catch (error) {
        // A server without that path: the other one is for other versions; without both it asks for no login.
        if (error instanceof NacosError && (error.status === 404 || error.status === 501)) continue;
        if (error instanceof NacosError && error.unauthorized) {
          throw new NacosError(`Nacos refuses user "${credentials.username}" or its password`, {
            unauthorized: true,
            cause: error,
          });
        }
        throw error;
      }
    }
  }

  async #anyServer(method: string, path: string, query: Params, form?: Params, headers: Params = {}): Promise<string> {
    const servers = this.#servers;
    if (servers.length === 0) throw new NacosError('no Nacos server is known');
    const first = Math.floor(this.#options.random() * servers.length) % servers.length;
    for (let n = 0; ; n++) {
      const server = servers[(first + n) % servers.length] ?? '';
      const url = new URL((/^https?:\/\//.test(server) ? server : `http://${server}`).replace(/\/+$/, '') + path);
      url.search = new URLSearchParams({ ...query }).toString();
      try {
        return await this.#send(
          url,
          method,
          form === undefined ? undefined : new URLSearchParams({ ...form }).toString(),
          { 'request-module': 'Naming', ...headers },
        );
      } catch (error) {
        const answered = error instanceof NacosError && error.status !== undefined && error.status < 500;
        if (answered || n + 1 >= servers.length) throw error;
      }
    }
  }

  #send(url: URL, method: string, body: string | undefined, headers: Params): Promise<string> {
    const where = `${url.host}${url.pathname}`;
    const secure = url.protocol === 'https:';
    const form =
      body === undefined
        ? {}
        : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const fail = (cause: NodeJS.ErrnoException) =>
        reject(
          cause instanceof NacosError
            ? cause
            : new NacosError(`${where} cannot be reached: ${cause.code ?? cause.message}`, { cause }),
        );
      if (this.#abort.signal.aborted) return fail(new Error('the registry is closed'));
      const call = (secure ? httpsRequest : httpRequest)(
        url,
        {
          method,
          headers: { ...headers, ...form },
          agent: secure ? this.#agents.https : this.#agents.http,
          signal: this.#abort.signal,
        },
        (answer) => {
          textOf(answer).then((text) => {
            clearTimeout(timer);
            if (answer.statusCode === 200) resolve(text);
            else
              reject(
                new NacosError(`${where} answered ${answer.statusCode}: ${text.slice(0, 200)}`, {
                  status: answer.statusCode ?? 0,
                }),
              );
          }, fail);
        },
      );
      // One limit for the whole exchange, not for each pause in it.
      const timer = setTimeout(
        () => call.destroy(new NacosError(`${where} did not answer within ${this.#options.timeoutMs} ms`)),
        this.#options.timeoutMs,
      );
      call.on('error', (error) => {
        clearTimeout(timer);
        fail(error);
      });
      call.end(body);
    });
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) throw new NacosError('the answer is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
