/** The chart's values: names and defaults as Higress has them, wrong ones refused, generated files up to date. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { DEFAULTS } from './defaults.ts';
import { CHART, find, helm, NAMESPACE, render, template } from './helm.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(path, 'utf8');
const values = parse(read(`${CHART}/values.yaml`));

function at(path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], values);
}

describe('the values', () => {
  it.each(Object.entries(DEFAULTS))('%s is %j', (path, wanted) => {
    expect(at(path)).toEqual(wanted);
  });

  it('offer tracers only as comments, so that an upgrade brings none', () => {
    expect(Object.keys(values.tracing)).toEqual(['enable', 'sampling', 'timeout']);
    expect(read(`${CHART}/values.yaml`)).toContain('# skywalking:');
  });

  it('may stand below higress-core, where they win, false and empty ones too', async () => {
    const objects = await render({
      gateway: { hostNetwork: true, replicas: 5 },
      'higress-core': { gateway: { hostNetwork: false, replicas: 3 }, global: { ingressClass: '' } },
    });
    const { spec } = find(objects, 'Deployment', 'higress-gateway');
    expect(spec.replicas).toBe(3);
    expect(spec.template.spec.hostNetwork).toBeUndefined();
    expect(objects.some(({ kind }) => kind === 'IngressClass')).toBe(false);
  });

  it.each([
    [{ gateway: { replicas: 'two' } }, /\/gateway\/replicas.*got string, want integer/],
    [{ gateway: { kind: 'StatefulSet' } }, /\/gateway\/kind.*one of 'Deployment', 'DaemonSet'/],
    [{ global: { local: 'yes' } }, /\/global\/local.*got string, want boolean/],
    [{ global: { imagePullPolicy: 'Sometimes' } }, /\/global\/imagePullPolicy.*one of '', 'Always'/],
    [{ downstream: { idleTimeout: -1 } }, /\/downstream\/idleTimeout.*minimum/],
    [{ gzip: { windowBits: 20 } }, /\/gzip\/windowBits.*maximum: got 20, want 15/],
    [{ tracing: { sampling: 101 } }, /\/tracing\/sampling.*maximum/],
    [{ pluginServer: { mode: 'daemonset' } }, /\/pluginServer\/mode.*one of 'deployment', 'sidecar'/],
    [{ controller: { tolerations: {} } }, /\/controller\/tolerations.*got object, want array/],
    [{ 'higress-core': { gateway: { httpPort: 70000 } } }, /\/higress-core\/gateway\/httpPort.*maximum/],
  ])('%j is refused, by its path', async (wrong, complaint) => {
    await expect(render(wrong)).rejects.toThrow(complaint);
  });

  it('that have no effect are named after the install, when somebody set them', async () => {
    const notes = async (set: string) =>
      helm(['install', 'higress', CHART, '-n', NAMESPACE, '--dry-run=client', ...(set === '' ? [] : ['--set', set])]);
    expect(await notes('')).not.toContain('have no effect');
    const named = await notes(
      'global.enableGatewayAPI=true,higress-core.pilot.image=other,higress-console.replicaCount=3',
    );
    const list = named.split('have no effect')[1] ?? '';
    expect(list.match(/^ {2}(\S+)$/gm)?.map((line) => line.trim())).toEqual([
      'global.enableGatewayAPI',
      'higress-console.replicaCount',
      'pilot.image',
    ]);
  });

  it('that Higress does not know either are let through', async () => {
    await expect(template('someday: { new: true }')).resolves.toContain('higress-controller');
  });
});

describe('generated parts', () => {
  it('are up to date (npm run generate:chart)', async () => {
    // A variable, since the type checker knows no types of scripts.
    const generator = '../../hack/generate-chart.mjs';
    const { chartFiles } = (await import(generator)) as { chartFiles: () => ReadonlyMap<string, string> };
    const files = chartFiles();
    for (const [path, text] of files) expect({ path, text: read(path) }).toEqual({ path, text });
    const crds = readdirSync(`${CHART}/crds`).filter((name) => !files.has(`${CHART}/crds/${name}`));
    expect(crds).toEqual([]);
  });

  it('have the version of the project', () => {
    const { version } = JSON.parse(read(`${root}/package.json`));
    expect(parse(read(`${CHART}/Chart.yaml`))).toMatchObject({ version, appVersion: version });
  });
});
