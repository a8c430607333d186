/** Modules that users bring run in Envoy's own Wasm filter, and bad ones break nothing. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Echo, ingressYaml, serviceYaml, startEcho } from '../support/echo.ts';
import { eventually, type Gateway, startGateway } from '../support/gateway.ts';
import { buildWasm } from '../support/wasm.ts';

let echo: Echo;
let gateway: Gateway;
let files: Server;
let base: string;
let module: Buffer;
let served: Record<string, Buffer>;

function plugin(name: string, url: string, config: string, more = ''): string {
  return `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ${name}, namespace: higress-system }
spec:
  url: ${url}
  defaultConfigDisable: true
  matchRules:
  - ingress: [default/${name}]
    config: ${config}
${more}`;
}

beforeAll(async () => {
  module = buildWasm('add-header');
  const foreign = Buffer.from(
    module.toString('latin1').replaceAll('proxy_add_header_map_value', 'proxy_foreign_redis_call_x'),
    'latin1',
  );
  served = { '/good.wasm': module, '/foreign.wasm': foreign };
  files = createServer((request, response) => {
    const data = served[request.url ?? ''];
    response.writeHead(data === undefined ? 404 : 200).end(data);
  });
  await new Promise<void>((resolve) => files.listen({ host: '127.0.0.1', port: 0 }, resolve));
  base = `http://127.0.0.1:${(files.address() as { port: number }).port}`;
  echo = await startEcho();
  const names = ['header', 'facts', 'foreign', 'hash', 'down', 'open'];
  gateway = await startGateway({
    files: {
      'svc.yaml': serviceYaml('web', echo.port),
      'routes.yaml': ['plain', ...names]
        .map((name) => ingressYaml(name, `${name}.example.com`, '/', 'web'))
        .join('---\n'),
      'header.yaml': plugin(
        'header',
        `${base}/good.wasm`,
        '{ value: one }',
        `  sha256: ${createHash('sha256').update(module).digest('hex')}`,
      ),
    },
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await echo?.stop();
  files?.close();
  files?.closeAllConnections();
});

const get = async (host: string) => {
  const answer = await gateway.get('/', { host: `${host}.example.com` });
  return {
    status: answer.status,
    wasm: answer.status === 200 ? (JSON.parse(answer.body).headers['x-wasm'] as string | undefined) : undefined,
  };
};

describe('a Wasm module from an http URL', () => {
  it('runs with the configuration of the rule that matches', async () => {
    const wasm = await eventually('the module runs', async () => (await get('header')).wasm);
    expect(wasm).toContain('"value":"one"');
  });

  it('leaves routes that no rule names alone', async () => {
    expect(await get('plain')).toEqual({ status: 200, wasm: undefined });
  });

  it('takes a changed configuration without a new download', async () => {
    gateway.write(
      'header.yaml',
      plugin(
        'header',
        `${base}/good.wasm`,
        '{ value: two }',
        `  sha256: ${createHash('sha256').update(module).digest('hex')}`,
      ),
    );
    await eventually('the new configuration', async () => (await get('header')).wasm?.includes('"value":"two"'));
  });
});

describe('the machine of a module', () => {
  it('has the root id and the environment of the object, and of Envoy only what is named', async () => {
    served['/facts.wasm'] = buildWasm('vm-facts');
    gateway.write(
      'facts.yaml',
      plugin(
        'facts',
        `${base}/facts.wasm`,
        '{}',
        `  pluginName: my-root
  verificationKey: taken without effect
  vmConfig:
    env:
    - { name: MODE, value: strict }
    - { name: EMPTY, valueFrom: INLINE, value: "" }
    - { name: PATH, valueFrom: HOST }
`,
      ),
    );
    const headers = await eventually('the module runs', async () => {
      const answer = await gateway.get('/', { host: 'facts.example.com' });
      const seen = answer.status === 200 ? (JSON.parse(answer.body).headers as Record<string, string>) : {};
      return seen['x-env'] === undefined ? undefined : seen;
    });
    expect(headers['x-root-id']).toBe('my-root');
    const variables = headers['x-env']?.split(';') ?? [];
    expect(variables.map((one) => one.split('=')[0])).toEqual(['EMPTY', 'MODE', 'PATH']);
    expect(variables).toContain('MODE=strict');
    expect(variables.find((one) => one.startsWith('PATH='))).not.toBe('PATH=');
  });
});

describe('a module that cannot be used', () => {
  it('because of its imports is reported with the list, and breaks nothing else', async () => {
    gateway.write('foreign.yaml', plugin('foreign', `${base}/foreign.wasm`, '{}', '  phase: AUTHN'));
    await eventually('the reason is told', () => /env\.proxy_foreign_redis_call_x/.test(gateway.log));
    await eventually('fail-closed routes answer 503', async () => (await get('foreign')).status === 503);
    expect((await get('plain')).status).toBe(200);
    await eventually('the problem stands on the object', async () => {
      const { problems } = (await gateway.debug('model')) as {
        problems: { origin: { name: string }; message: string }[];
      };
      return problems
        .find(({ origin }) => origin.name === 'foreign')
        ?.message.includes('env.proxy_foreign_redis_call_x');
    });
  });

  it('because of its hash names both digests', async () => {
    gateway.write('hash.yaml', plugin('hash', `${base}/good.wasm`, '{}', `  sha256: ${'b'.repeat(64)}`));
    await eventually('both digests are told', () =>
      /sha256 is b{64}, but what arrived has [0-9a-f]{64}/.test(gateway.log),
    );
    expect((await get('plain')).status).toBe(200);
  });

  it('because its URL is down is fetched when it comes back', async () => {
    gateway.write('down.yaml', plugin('down', `${base}/late.wasm`, '{ value: late }'));
    await eventually('the failure is told', () => /late\.wasm answered 404/.test(gateway.log));
    expect((await get('plain')).status).toBe(200);
    served['/late.wasm'] = module;
    await eventually('it runs in the end', async () => (await get('down')).wasm?.includes('late'), 30_000);
  }, 40_000);
});
