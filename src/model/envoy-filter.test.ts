import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ingress, translated } from '#test/builders.ts';
import { parseEnvoyFilter } from './envoy-filter.ts';

const text = readFileSync(new URL('./testdata/console-fallback.yaml', import.meta.url), 'utf8');
const defaults = { namespace: 'higress-system' };
const value = parse(text) as { readonly spec: { readonly configPatches: readonly object[] } };
const written = () => value.spec.configPatches;
const read = (spec: object = value.spec) => parseEnvoyFilter({ value: { ...value, spec } }, defaults);

describe('an EnvoyFilter', () => {
  it('of the shape that the console writes for a fallback is read', () => {
    const { object, problems } = read();
    expect(object?.fallbacks).toEqual([
      { route: 'ai-route-chat.internal', from: 'ai-route-chat.internal', codes: ['4xx', '5xx'] },
    ]);
    expect(problems).toEqual([]);
  });

  it.each([
    ['another filter', [{ applyTo: 'HTTP_FILTER' }]],
    ['a further patch', [...written(), { applyTo: 'CLUSTER' }]],
    ['no patch', []],
  ])('of any other shape is ignored with a word (%s)', (_title, configPatches) => {
    const { object, problems } = read({ configPatches });
    expect(object?.fallbacks).toEqual([]);
    expect(problems.map(({ severity, reason }) => [severity, reason])).toEqual([['warning', 'KindIgnored']]);
  });

  it('makes the route fall back to the one that matches its header', () => {
    const chat = (name: string) =>
      ingress(name).annotate({ 'enable-rewrite': 'false' }).in('higress-system').rule('ai.test', '/v1');
    const { gateway } = translated(
      chat('ai-route-chat.internal'),
      chat('ai-route-chat.fallback.internal').annotate({
        'exact-match-header-x-higress-fallback-from': 'ai-route-chat.internal',
      }),
      text,
    );
    const routes = gateway.hosts[0]?.routes ?? [];
    const bound = routes.flatMap(({ name, plugins }) =>
      plugins.map((one) => [name, 'plugin' in one ? one.plugin : '', one.kind === 'builtin' ? one.config : undefined]),
    );
    expect(bound).toEqual([
      [
        'ai-route-chat.internal',
        'ai-fallback',
        { route: 'ai-route-chat.fallback.internal', from: 'ai-route-chat.internal', codes: ['4xx', '5xx'] },
      ],
    ]);
  });
});
