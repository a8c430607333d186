/** `status`, `config`, `explain` and `diff` on a running gateway, as its operator uses them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { selfSigned } from '#test/certificate.ts';
import { type CliResult, runCli } from '#test/cli.ts';
import { type Echo, ingressYaml, serviceYaml, startEcho } from '#test/echo.ts';
import { eventually, type Gateway, startGateway } from '#test/gateway.ts';

const pair = selfSigned('shop.test');
const SECRETS = ['vendor-key-0123', 'consumer-key-4567', 'Bearer other-key-89'];

const secretYaml = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'pair', namespace: 'default' },
  type: 'kubernetes.io/tls',
  stringData: { 'tls.crt': pair.cert, 'tls.key': pair.key },
});

/** A key in a native filter of Envoy's, one in a script, one in a header edit. */
function pluginsYaml(realm: string): string {
  return `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: key-auth }
spec:
  url: oci://higress/plugins/key-auth:1.0.0
  phase: AUTHN
  priority: 310
  defaultConfig:
    global_auth: false
    realm: ${realm}
    keys: [x-api-key, authorization]
    in_header: true
    consumers:
    - { name: ann, credentials: ["${SECRETS[1]}", "${SECRETS[2]}"] }
  matchRules:
  - ingress: [default/shop]
    config: { allow: [ann] }
---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ai-proxy }
spec:
  url: oci://higress/plugins/ai-proxy:1.0.0
  priority: 100
  defaultConfigDisable: true
  matchRules:
  - ingress: [default/llm]
    config: { provider: { type: openai, apiTokens: ["${SECRETS[0]}"] } }
`;
}

describe('the commands of an operator', () => {
  let echo: Echo;
  let gateway: Gateway;
  let files: Record<string, string>;

  beforeAll(async () => {
    echo = await startEcho();
    files = {
      'services.yaml': `${serviceYaml('web', echo.port)}---\n${secretYaml}\n`,
      'shop.yaml': `${ingressYaml('shop', 'shop.test', '/cart', 'web', { 'higress.io/timeout': '5' })}  tls: [{ hosts: [shop.test], secretName: pair }]\n`,
      'llm.yaml': ingressYaml('llm', 'llm.test', '/v1', 'web'),
      'plugins.yaml': pluginsYaml('R'),
    };
    gateway = await startGateway({ files });
  }, 90_000);

  afterAll(async () => {
    await gateway?.stop();
    await echo?.stop();
  });

  const ask = (...args: string[]): Promise<CliResult> => runCli([...args, '--admin', gateway.urls.admin]);

  it('status tells who runs, what each holds, and what is wrong', async () => {
    const { status, stdout } = await ask('status');
    expect(status).toBe(0);
    expect(stdout).toContain(`gateway        ready (${gateway.urls.admin})`);
    expect(stdout).toMatch(/control plane {2}\d+\.\d+\.\d+, Node v\d+/);
    expect(stdout).toMatch(/Envoy {10}standalone, 1\.\d+\.\d+, connected since 20/);
    expect(stdout).toMatch(/plugin server {2}standalone-plugin-server, connected since/);
    expect(stdout).toMatch(/standalone +route +up to date +[0-9a-f]{16} +2 +2 +20\d\d-/);
    expect(stdout).toContain('0 errors, 0 warnings');
  });

  it('status shows a problem with its place, and as JSON', async () => {
    gateway.write('bad.yaml', ingressYaml('bad', 'bad.test', '/', 'nobody'));
    await eventually('the problem', async () => (await ask('status')).stdout.includes('1 error'));
    const { status, stdout } = await ask('status', '-o', 'json');
    expect(status).toBe(0);
    const page = JSON.parse(stdout);
    expect(page).toMatchObject({ ready: true, notReadyBecause: [], problems: [{ origin: { name: 'bad' } }] });
    expect(page.nodes.map(({ role }: { role: string }) => role).sort()).toEqual(['gateway', 'plugin-server']);
    gateway.remove('bad.yaml');
    await eventually('that it is gone', async () => (await ask('status')).stdout.includes('0 errors'));
  });

  it.each([
    ['bootstrap', 'higress.xds'],
    ['listener', 'higress.egress'],
    ['route', 'shop.test'],
    ['cluster', 'outbound|80||web.default.svc.cluster.local'],
    ['endpoint', '127.0.0.1'],
    ['secret', 'default/pair'],
  ])('config %s prints what Envoy has, and no secret', async (section, expected) => {
    const { status, stdout } = await ask('config', section);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)['@type']).toMatch(/^type\.googleapis\.com\/envoy\.admin\.v3\.\w+ConfigDump$/);
    expect(stdout).toContain(expected);
    for (const secret of [...SECRETS, pair.key]) {
      expect(stdout).not.toContain(secret);
      expect(stdout).not.toContain(Buffer.from(secret).toString('base64'));
    }
    const yaml = await ask('config', section, '-o', 'yaml');
    expect(yaml.stdout).toMatch(/^"@type": type/m);
  });

  it('config route does hold the filters that use those secrets', async () => {
    const { stdout } = await ask('config', 'route');
    expect(stdout).toContain('[redacted]');
    expect(stdout).toContain('dynamic_module/higress-system/key-auth');
  });

  it('explain asks the running gateway, and agrees with what it does', async () => {
    const url = 'http://shop.test/cart/1';
    const { status, stdout } = await ask('explain', url, '-o', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: { type: 'forward', clusters: ['outbound|80||web.default.svc.cluster.local'] },
      host: { name: 'shop.test', because: 'the exact name' },
      route: {
        name: 'default/shop',
        source: { object: 'Ingress default/shop', file: join(gateway.dir, 'shop.yaml') },
        plugins: [{ plugin: 'key-auth', way: 'native', phase: 'AUTHN', priority: 310 }],
        destinations: [{ endpoints: [`127.0.0.1:${echo.port}`] }],
      },
    });
    for (const secret of SECRETS) expect(stdout).not.toContain(secret);
    const answer = await gateway.get('/cart/1', { host: 'shop.test', 'x-api-key': SECRETS[1]! });
    expect([answer.status, echo.seen.at(-1)?.path]).toEqual([200, '/cart/1']);
    expect((await gateway.get('/nothing', { host: 'shop.test' })).status).toBe(404);
    expect((await ask('explain', 'http://shop.test/nothing')).status).toBe(1);
  });

  it('diff is silent about the folder that runs, and tells what a change would do', async () => {
    const same = await ask('diff', gateway.dir);
    expect(same.stdout).toBe('no difference\n');
    expect(same.status).toBe(0);
    const next = mkdtempSync(join(tmpdir(), 'higress-next-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(next, name), text);
    writeFileSync(join(next, 'shop.yaml'), files['shop.yaml']!.replace('"5"', '"7"'));
    writeFileSync(join(next, 'plugins.yaml'), pluginsYaml('S'));
    const changed = await ask('diff', next);
    rmSync(next, { recursive: true });
    expect(changed.status).toBe(1);
    expect(changed.stdout.split('\n')).toEqual([
      '~ route shop.test default/shop (path /cart and below) (Ingress default/shop)',
      '    action.timeoutMs: 5000 -> 7000',
      '~ plugin higress-system/key-auth (key-auth) (WasmPlugin higress-system/key-auth)',
      '    on 1 route: shop.test default/shop',
      '    config.realm: R -> S',
      '0 added, 0 removed, 2 changed; 0 new problems, 0 gone',
      '',
    ]);
    expect(changed.stderr).toContain('secret values of plugins and keys are not compared');
  });
});

describe('without a gateway', () => {
  it.each(
    [['status'], ['config', 'route'], ['explain', 'http://a.test/'], ['diff', 'samples']].map(
      (args) => [args.join(' '), args] as const,
    ),
  )('%s says that nobody answers, and what to do', async (_, args) => {
    const { status, stdout, stderr } = await runCli([...args, '--admin', 'http://127.0.0.1:1']);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      'higress: no gateway answers at http://127.0.0.1:1 (ECONNREFUSED); start one, name its admin address with --admin URL, or its cluster with -n NAMESPACE\n',
    );
  });

  it('an address of another server is told apart', async () => {
    const other = createServer((_request, response) => response.writeHead(404).end('<html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { stderr, status } = await runCli([
      'config',
      'route',
      '--admin',
      `127.0.0.1:${(other.address() as AddressInfo).port}`,
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('has no page /debug/envoy');
    await new Promise((resolve) => other.close(resolve));
  });
});
