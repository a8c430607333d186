import { describe, expect, it } from '@jest/globals';
import { ManifestFile } from '#sources/files/file.ts';
import { EMPTY_PART, PART_KEYS } from '#sources/files/kinds.ts';
import { settings } from '#test/builders.ts';
import { ingressYaml, serviceYaml } from '#test/echo.ts';
import { previewDiff } from './preview.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const OLD = '2020-01-01T00:00:00Z';

const plugin = (key: string) => `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: key-auth, namespace: higress-system }
spec:
  url: oci://higress/plugins/key-auth:1.0.0
  defaultConfig:
    global_auth: true
    keys: [x-api-key]
    in_header: true
    consumers: [{ name: ann, credential: ${key} }]
`;

/** As a cluster has them: every object with its age. */
function running(...texts: readonly string[]) {
  const file = new ManifestFile('cluster', settings);
  file.update(Buffer.from(texts.join('---\n')));
  expect(file.content.problems).toEqual([]);
  const lists = PART_KEYS.map((part) => [
    part,
    file.content.entries
      .filter((entry) => entry.part === part)
      .map(({ object }) => ({ ...object, metadata: { ...object.metadata, creationTimestamp: OLD } })),
  ]);
  return { ...EMPTY_PART, ...Object.fromEntries(lists), registryServices: [] };
}

const world = running(serviceYaml('web', 8081), ingressYaml('shop', 'shop.test', '/', 'web'), plugin('planted-key-1'));
const changes = (text: string) =>
  previewDiff(world, settings, { files: [{ path: 'next.yaml', text }] }, NOW).changes.map(
    ({ change, kind, name, detail, fields }) =>
      [change, kind, name, ...(fields ?? []).map(({ path }) => path), ...(detail === undefined ? [] : [detail])].join(
        ' | ',
      ),
  );

describe('what manifests would change in a cluster', () => {
  it('lays them over what is there: what they do not name stays', () => {
    expect(changes(ingressYaml('blog', 'blog.test', '/', 'web'))).toEqual([
      'added | host | blog.test | without https',
      expect.stringMatching(/^added \| route \| blog.test default\/blog /),
      'added | plugin | higress-system/key-auth (key-auth)',
    ]);
  });

  it('says nothing of what is the same, nor of kinds that are not for a gateway', () => {
    const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n';
    expect(changes([deployment, ingressYaml('shop', 'shop.test', '/', 'web')].join('---\n'))).toEqual([]);
  });

  it('takes new objects for younger than those that are there, and those that change for as old as they were', () => {
    expect(changes(ingressYaml('a-late', 'shop.test', '/', 'web'))).toEqual([
      expect.stringMatching(/^added \| problem \| error RouteConflict \| .*taken by Ingress default\/shop/),
    ]);
    const changed = ingressYaml('shop', 'shop.test', '/', 'web', { 'higress.io/timeout': '5' });
    expect(changes(changed)).toEqual([expect.stringMatching(/^changed \| route \| .* \| policies|action.timeoutMs/)]);
  });

  it('tells that a secret changed, and never which', () => {
    const { changes: found } = previewDiff(
      world,
      settings,
      { files: [{ path: 'next.yaml', text: plugin('planted-key-2') }] },
      NOW,
    );
    expect(found).toMatchObject([{ kind: 'plugin', fields: [{ path: 'config (a secret in it changed)' }] }]);
    expect(JSON.stringify(found)).not.toContain('planted-key');
  });

  it('asks static registries of an McpBridge that is new, and tells what is wrong with it', () => {
    const bridge = (domain: string) => `apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: { name: default }
spec: { registries: [{ type: static, name: reg, domain: "${domain}", port: 80 }] }
`;
    const resource = 'resource: { apiGroup: networking.higress.io, kind: McpBridge, name: default }';
    const route = ingressYaml('reg', 'reg.test', '/', 'unused', { 'higress.io/destination': 'reg.static' }).replace(
      /service: \{ name: unused.*\} \}(?= \})/,
      resource,
    );
    const found = changes([bridge('192.0.2.1:80'), route].join('---\n'));
    expect(found.filter((one) => /^\w+ \| (cluster|problem)/.test(one))).toEqual([
      'added | cluster | outbound|80||reg.static',
    ]);
    expect(changes(bridge('nonsense'))).toEqual([expect.stringMatching(/^added \| problem \| error Registry/)]);
  });

  it('tells what is no manifest with its file', () => {
    expect(changes('kind: [')).toEqual([
      expect.stringMatching(/problem \| error YamlInvalid \| next.yaml:1 is not YAML/),
    ]);
  });
});
