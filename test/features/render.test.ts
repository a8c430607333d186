/** `higress render`: what Envoy would get, and the way that each plugin takes. */
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { renderText } from '#cli/render.ts';
import { runCli } from '#test/cli.ts';

const SEED = 'test/fuzz/seeds/plugins.yaml';
const OPTIONS = { systemNamespace: 'higress-system', ingressClass: 'higress' };

describe('higress render', () => {
  it('prints the same in YAML and in JSON, and no secret', () => {
    const yaml = renderText([SEED], { ...OPTIONS, output: 'yaml' });
    const json = renderText([SEED], { ...OPTIONS, output: 'json' });
    const value = JSON.parse(json.text);
    expect(parse(yaml.text)).toEqual(value);
    expect(value.cluster.map(({ name }: { name: string }) => name)).toContain(
      'outbound|443||vendor.higress-system.svc.cluster.local',
    );
    expect(value.route.map(({ name }: { name: string }) => name)).toContain('http');
    for (const secret of ['key-1', 'key-2', 'sk-1', 'sk-2']) expect(json.text).not.toContain(secret);
  });

  it('--explain tells by host and route which way each plugin takes', () => {
    const { text } = renderText([SEED], { ...OPTIONS, output: 'json', explain: true });
    const routes = JSON.parse(text)['llm.example.com'] as Record<string, { plugin: string; way: string }[]>;
    const [plugins = []] = Object.values(routes);
    const ways = Object.fromEntries(plugins.map(({ plugin, way }) => [plugin, way]));
    expect(Object.keys(ways)).toEqual(expect.arrayContaining(['key-auth', 'request-block', 'model-mapper']));
    expect(ways['key-auth']).toBe('lowered');
  });

  it('as a command prints problems on standard error, and its exit status is 1 when something does not work', async () => {
    const { status, stdout, stderr } = await runCli(['render', SEED, '-o', 'json']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: SecretMissing: WasmPlugin higress-system\/ai-proxy/m);
    expect(() => JSON.parse(stdout)).not.toThrow();
  });
});
