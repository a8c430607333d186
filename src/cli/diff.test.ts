/** `higress diff` between folders, as a user runs it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { VERSION } from '#app/version.ts';
import { runCli } from '#test/cli.ts';
import { ingressYaml, serviceYaml } from '#test/echo.ts';

/** Each command is a process of its own. */
jest.setTimeout(60_000);

const plugin = (key: string) => `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: key-auth }
spec:
  url: oci://higress/plugins/key-auth:1.0.0
  defaultConfig:
    keys: [x-api-key]
    in_header: true
    consumers: [{ name: ann, credential: ${key} }]
`;

const BASE: Readonly<Record<string, string>> = {
  'services.yaml': serviceYaml('web', 8081),
  'a.yaml': ingressYaml('a', 'a.test', '/a', 'web'),
  'b.yaml': ingressYaml('b', 'a.test', '/b', 'web'),
};

describe('higress diff', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'higress-diff-'));
    for (const side of ['old', 'new']) {
      mkdirSync(join(dir, side));
      for (const [name, text] of Object.entries(BASE)) writeFileSync(join(dir, side, name), text);
    }
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const write = (file: string, text: string) => writeFileSync(join(dir, file), text);
  const diff = (...args: string[]) => runCli(['diff', 'new', '--against', 'old', ...args], dir);
  const lines = async () => (await diff()).stdout.trimEnd().split('\n');

  it('is silent with status 0 when only files and lines differ', async () => {
    rmSync(join(dir, 'new/a.yaml'));
    write('new/c.yaml', `# moved\n\n${BASE['a.yaml']}`);
    expect(await diff()).toEqual({ status: 0, stdout: 'no difference\n', stderr: '' });
  });

  it('tells routes, hosts and clusters that come and go', async () => {
    rmSync(join(dir, 'new/b.yaml'));
    write('new/c.yaml', `${ingressYaml('c', 'c.test', '/', 'other')}---\n${serviceYaml('other', 8082)}`);
    expect((await diff()).status).toBe(1);
    expect(await lines()).toEqual([
      '- route a.test default/b (path /b and below) to outbound|80||web.default.svc.cluster.local (Ingress default/b)',
      '+ host c.test without https',
      '+ route c.test default/c (path any) to outbound|80||other.default.svc.cluster.local (Ingress default/c)',
      '+ cluster outbound|80||other.default.svc.cluster.local (Service default/other)',
      '3 added, 1 removed, 0 changed; 0 new problems, 0 gone',
    ]);
  });

  it('tells fields that change, endpoints one by one', async () => {
    write(
      'new/a.yaml',
      ingressYaml('a', 'a.test', '/a', 'web', { 'higress.io/timeout': '3', 'higress.io/match-method': 'GET' }),
    );
    write('new/services.yaml', serviceYaml('web', 9000));
    expect(await lines()).toEqual([
      '~ route a.test default/a (path /a and below, method GET) (Ingress default/a)',
      '    match.methods: added ["GET"]',
      '    action.timeoutMs: added 3000',
      '~ cluster outbound|80||web.default.svc.cluster.local (Service default/web)',
      '    resolution.endpoints.127.0.0.1:8081: removed {"weight":1}',
      '    resolution.endpoints.127.0.0.1:9000: added {"weight":1}',
      '0 added, 0 removed, 2 changed; 0 new problems, 0 gone',
    ]);
  });

  it('tells when routes are tried in another order', async () => {
    const regex = (name: string, path: string, day: number) =>
      ingressYaml(name, 'r.test', path, 'web', { 'higress.io/use-regex': 'true' }).replace(
        'metadata:',
        `metadata:\n  creationTimestamp: "2026-01-0${day}T00:00:00Z"`,
      );
    write('old/r.yaml', [regex('x', '/x.*', 1), regex('y', '/.*y', 2)].join('---\n'));
    write('new/r.yaml', [regex('x', '/x.*', 2), regex('y', '/.*y', 1)].join('---\n'));
    expect(await lines()).toEqual([
      '~ host r.test',
      '    order of routes: ["default/x (path like /x.*.*)","default/y (path like /.*y.*)"] -> ["default/y (path like /.*y.*)","default/x (path like /x.*.*)"]',
      '0 added, 0 removed, 1 changed; 0 new problems, 0 gone',
    ]);
  });

  it('tells a plugin once, with its routes, and a secret only as changed', async () => {
    write('new/p.yaml', plugin('first-key'));
    expect(await lines()).toEqual([
      '+ plugin higress-system/key-auth (key-auth) (WasmPlugin higress-system/key-auth)',
      '    on 2 routes: a.test default/a, a.test default/b',
      '1 added, 0 removed, 0 changed; 0 new problems, 0 gone',
    ]);
    write('old/p.yaml', plugin('second-key'));
    const { stdout, status } = await diff();
    expect(status).toBe(1);
    expect(stdout).toContain('    config (a secret in it changed)\n');
    expect(stdout).not.toMatch(/first-key|second-key/);
  });

  it('tells problems that come and go', async () => {
    write('old/x.yaml', ingressYaml('x', 'x.test', '/', 'nobody'));
    write('new/y.yaml', ingressYaml('y', 'a.test', '/a', 'web'));
    const all = await lines();
    expect(all.filter((line) => line.includes(' problem '))).toEqual([
      expect.stringMatching(
        /^\+ problem error RouteConflict: Ingress default\/y: path \/a of host a\.test is taken by/,
      ),
      expect.stringMatching(/^- problem error \w+: Ingress default\/x: /),
    ]);
    expect(all.at(-1)).toMatch(/; 1 new problem, 1 gone$/);
    const page = JSON.parse((await diff('-o', 'json')).stdout);
    expect(page.summary).toMatchObject({ newProblems: 1, goneProblems: 1 });
    expect(page.notes).toEqual([]);
  });

  it('fails with status 2 for a path that is not there', async () => {
    const { status, stderr } = await runCli(['diff', 'new', '--against', 'nix'], dir);
    expect([status, stderr]).toEqual([2, 'higress: "nix" does not exist; name a file or a folder of YAML manifests\n']);
  });
});

it('higress --version tells the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect([VERSION, (await runCli(['--version'])).stdout]).toEqual([version, `${version}\n`]);
});
