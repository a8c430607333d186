/** A gateway whose `higress-config` a test writes again and again, with an upstream that answers as the test says. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from '@jest/globals';
import type { Problem } from '#ir/types.ts';
import { ingressYaml, serviceYaml } from './echo.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { UPSTREAM } from './upstream.ts';

export const CONFIG_FILE = 'higress-config.yaml';

/** Values are objects of the keys' YAML, or text. */
export function configMapYaml(data: { readonly higress?: unknown; readonly mesh?: unknown }): string {
  const texts = Object.entries(data).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'higress-config', namespace: 'higress-system' },
    data: Object.fromEntries(texts),
  });
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Each part as it arrived. */
  readonly parts: readonly Buffer[];
}

export class ConfigSuite {
  #gateway: Gateway | undefined;
  readonly #close: (() => void)[] = [];

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error('the gateway has not started yet');
    return this.#gateway;
  }

  configure(higress: unknown, mesh: unknown = {}): void {
    this.gateway.write(CONFIG_FILE, configMapYaml({ higress, mesh }));
  }

  /** A request to `a.test`, whose body is handed out byte for byte. */
  ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    const { hostname, port } = new URL(this.gateway.urls.http);
    return new Promise((resolve, reject) => {
      const asked = request(
        { hostname, port, path, headers: { host: 'a.test', ...headers }, agent: false },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, parts }));
          answer.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end();
    });
  }

  /** What Envoy has, as JSON without spaces. */
  async envoy(): Promise<string> {
    return JSON.stringify(await this.gateway.debug('envoy'));
  }

  get port(): number {
    return Number(new URL(this.gateway.urls.http).port);
  }

  get tlsPort(): number {
    return Number(new URL(this.gateway.urls.https).port);
  }

  /** Of the ConfigMap: `severity path: message`. */
  async problems(): Promise<readonly string[]> {
    const { problems } = (await this.gateway.debug('model')) as { problems: readonly Problem[] };
    return problems
      .filter(({ origin }) => origin.kind === 'ConfigMap' && origin.name === 'higress-config')
      .map(({ severity, origin, message }) => `${severity} ${origin.path}: ${message}`);
  }

  async start(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    files: Readonly<Record<string, string>>,
  ): Promise<void> {
    const server = createServer(UPSTREAM, answer);
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    this.#close.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    this.#gateway = await startGateway({
      files: { 'web.yaml': serviceYaml('web', port), 'a.yaml': ingressYaml('a', 'a.test', '/', 'web'), ...files },
    });
  }

  async stop(): Promise<void> {
    await this.#gateway?.stop();
    for (const close of this.#close) close();
  }
}

export function configSuite(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  files: Readonly<Record<string, string>> = {},
): ConfigSuite {
  const suite = new ConfigSuite();
  beforeAll(() => suite.start(answer, files), 90_000);
  afterAll(() => suite.stop());
  return suite;
}
