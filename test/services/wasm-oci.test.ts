/** A user's module, built here, pushed to a real OCI registry, pulled, made ready for a stock Envoy, and run. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Echo, ingressYaml, serviceYaml, startEcho } from '../support/echo.ts';
import { eventually, type Gateway, startGateway } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';
import { buildWasm } from '../support/wasm.ts';

const REGISTRY = fileURLToPath(new URL('../../hack/services/registry.sh', import.meta.url));
const CACHE =
  process.env.SERVICES_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'test-services');

let dir: string;
let env: NodeJS.ProcessEnv;
let reference: string;
let echo: Echo;
let gateway: Gateway;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'higress-oci-'));
  const port = await freePort();
  env = { ...process.env, SERVICES_CACHE: CACHE, SERVICES_STATE: join(dir, 'state'), REGISTRY_PORT: String(port) };
  execFileSync('bash', [REGISTRY, 'start'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const module = join(dir, 'plugin.wasm');
  writeFileSync(module, buildWasm('add-header'));
  execFileSync('tar', ['-czf', join(dir, 'plugin.tar.gz'), '-C', dir, 'plugin.wasm']);
  reference = `127.0.0.1:${port}/plugins/add-header:1.0.0`;
  execFileSync(
    join(CACHE, 'go', 'bin', 'crane'),
    ['append', '--insecure', '-f', join(dir, 'plugin.tar.gz'), '-t', reference],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  echo = await startEcho();
}, 180_000);

afterAll(async () => {
  await gateway?.stop();
  await echo?.stop();
  if (env !== undefined) execFileSync('bash', [REGISTRY, 'stop'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  rmSync(dir, { recursive: true, force: true });
});

describe('a Wasm module from an OCI registry', () => {
  it('is pulled, renamed to an ABI that Envoy has, and runs', async () => {
    gateway = await startGateway({
      files: {
        'svc.yaml': `${serviceYaml('web', echo.port)}---\n${ingressYaml('web', 'web.example.com', '/', 'web')}`,
        'plugin.yaml': `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: mine }
spec:
  url: oci://${reference}
  defaultConfig: { greeting: hello }
`,
      },
    });
    const seen = await eventually('the header arrives', async () => {
      const answer = await gateway.get('/', { host: 'web.example.com' });
      return answer.status === 200 ? (JSON.parse(answer.body).headers['x-wasm'] as string | undefined) : undefined;
    });
    expect(seen).toBe('{"greeting":"hello"}');
  }, 90_000);
});

describe('a registry that wants a login', () => {
  const plugin = (url: string) => `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: private, namespace: higress-system }
spec:
  url: ${url}
  imagePullSecret: registry-login
  defaultConfigDisable: true
  matchRules:
  - ingress: [default/private]
    config: { greeting: private }
`;
  const secret = (host: string, password: string) => `apiVersion: v1
kind: Secret
type: kubernetes.io/dockerconfigjson
metadata: { name: registry-login, namespace: higress-system }
stringData:
  .dockerconfigjson: '${JSON.stringify({ auths: { [host]: { username: 'ann', password } } })}'
`;
  const greeting = async () => {
    const answer = await gateway.get('/', { host: 'private.example.com' });
    return answer.status === 200 ? (JSON.parse(answer.body).headers['x-wasm'] as string | undefined) : undefined;
  };

  it('gets that of imagePullSecret; a wrong one is told, and one that is corrected works', async () => {
    const [upstream = ''] = reference.split('/');
    const guard = createHttpServer((request, response) => demandLogin(request, response, upstream, 'ann:right'));
    await new Promise<void>((resolve) => guard.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const host = `127.0.0.1:${(guard.address() as AddressInfo).port}`;
    try {
      const url = `oci://${host}/plugins/add-header:1.0.0`;
      gateway.write('private.yaml', `${plugin(url)}---\n${ingressYaml('private', 'private.example.com', '/', 'web')}`);
      await eventually('the missing Secret is told', () =>
        gateway.log.includes('the Secret higress-system/registry-login that imagePullSecret names does not exist'),
      );
      gateway.write('login.yaml', secret(host, 'wrong'));
      await eventually('the wrong password is told', () => gateway.log.includes('the token service answered 401'));
      expect(await greeting()).not.toContain('private');
      gateway.write('login.yaml', secret(host, 'right'));
      await eventually('the module runs', async () => (await greeting())?.includes('"greeting":"private"'));
      expect(gateway.log).not.toContain('right"');
    } finally {
      guard.close();
      guard.closeAllConnections();
    }
  }, 60_000);
});

/** The token flow of public registries in front of a real one: a challenge, a token for the login, then every request with the token. */
function demandLogin(request: IncomingMessage, response: ServerResponse, upstream: string, login: string): void {
  const { host = '', authorization } = request.headers;
  if (request.url?.startsWith('/token')) {
    const right = authorization === `Basic ${Buffer.from(login).toString('base64')}`;
    response.writeHead(right ? 200 : 401).end(right ? JSON.stringify({ token: 'granted' }) : '');
    return;
  }
  if (authorization !== 'Bearer granted') {
    const challenge = `Bearer realm="http://${host}/token",service="registry"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
    return;
  }
  const { accept = '*/*' } = request.headers;
  httpRequest(`http://${upstream}${request.url}`, { headers: { accept } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  }).end();
}
