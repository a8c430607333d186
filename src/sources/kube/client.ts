/** Requests to the Kubernetes API as plain JSON: addresses and credentials are the connection's, objects stay as the server sent them. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { createInterface } from 'node:readline';
import type { KubeConnection } from './connection.ts';

export type Query = Readonly<Record<string, string | number | undefined>>;

/** What the API server answered instead of what was asked for. */
export class KubeError extends Error {
  readonly status: number;
  /** Kubernetes' own word for it, for example `NotFound`, `Conflict`, `Expired`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.name = 'KubeError';
    this.status = status;
    this.reason = reason;
  }
}

export interface KubeRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Query;
  readonly body?: unknown;
  /** Default for a body: `application/json`; patches name their kind. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** Body of a patch as JSON merge patch (RFC 7386). */
export const MERGE_PATCH = 'application/merge-patch+json';

const TIMEOUT_MS = 30_000;

export class KubeClient {
  readonly #connection: KubeConnection;

  constructor(connection: KubeConnection) {
    this.#connection = connection;
  }

  /** The parsed answer of a 2xx; everything else is a `KubeError` or a connection error. */
  async request<T = unknown>(path: string, options: KubeRequest = {}): Promise<T> {
    const url = this.#url(path, options.query);
    const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    const settings: RequestOptions = {
      method: options.method ?? 'GET',
      headers: {
        accept: 'application/json',
        'user-agent': 'higress-ts',
        ...(body && {
          'content-type': options.contentType ?? 'application/json',
          'content-length': String(body.length),
        }),
      },
      timeout: TIMEOUT_MS,
      ...(options.signal && { signal: options.signal }),
    };
    await this.#connection.applyToHTTPSOptions(settings);
    const { status, text } = await exchange(url, settings, body);
    const value: unknown = text === '' ? undefined : parse(text, status);
    if (status >= 200 && status < 300) return value as T;
    const said = (value ?? {}) as { reason?: string; message?: string };
    throw new KubeError(status, said.reason ?? '', said.message ?? `the API server answered ${status}`);
  }

  /**
   * A watch: `onEvent` for each line, resolves when the server ended it or said nothing for `silenceMs`. A refusal is a `KubeError`.
   */
  async watch(
    path: string,
    {
      query,
      signal,
      silenceMs,
      onOpen,
      onEvent,
    }: {
      query: Query;
      signal: AbortSignal;
      silenceMs: number;
      onOpen: () => void;
      onEvent: (event: WatchEvent) => void;
    },
  ): Promise<void> {
    const url = this.#url(path, { ...query, watch: 'true' });
    const settings: RequestOptions = { headers: { accept: 'application/json', 'user-agent': 'higress-ts' }, signal };
    await this.#connection.applyToHTTPSOptions(settings);
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
      const call = send(url, settings, (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          return reject(new KubeError(response.statusCode ?? 0, '', `the API server answered ${response.statusCode}`));
        }
        onOpen();
        const lines = createInterface({ input: response });
        // readline passes errors of its input on.
        lines.on('error', reject);
        lines.on('line', (line) => {
          try {
            onEvent(JSON.parse(line) as WatchEvent);
          } catch (error) {
            call.destroy(error as Error);
          }
        });
        response.on('error', reject);
        response.on('close', resolve);
      });
      call.setTimeout(silenceMs, () => call.destroy());
      call.on('error', reject);
      call.on('close', resolve);
      call.end();
    });
  }

  #url(path: string, query: Query = {}): URL {
    const server = this.#connection.getCurrentCluster()?.server;
    if (server === undefined) throw new Error('no Kubernetes cluster is configured');
    const url = new URL(server.replace(/\/$/, '') + path);
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, String(value));
    return url;
  }
}

function exchange(url: URL, settings: RequestOptions, body: Buffer | undefined) {
  const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const call = send(url, settings, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
      );
    });
    call.on('timeout', () => call.destroy(new Error(`the API server did not answer within ${TIMEOUT_MS / 1000} s`)));
    call.on('error', reject);
    call.end(body);
  });
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KubeError(status, '', `the API server answered ${status} with something that is no JSON`);
  }
}
