/** Whole meanings, for people to read: `testdata/NAME.xds.yaml`. `UPDATE_GOLDEN=1` rewrites them; read the diff. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { cases, options, plugins } from '#test/build-cases.ts';
import { encode } from '#xds/proto/index.ts';
import { type ResourceType, TYPE_URL } from '#xds/snapshot/resources.ts';
import { createBuilder } from './build.ts';

describe.each(Object.entries(cases))('%s', (name, { gateway, show }) => {
  const built = createBuilder(options, plugins).build(gateway);

  it('means what the golden file says', () => {
    const resources = Object.fromEntries(
      show.map((type) => [type, [...built.resources[type].values()].map((resource) => resource.message)]),
    );
    const explain = built.explain.map(({ routeId: _, host: __, ...entry }) => entry);
    const problems = built.problems.map(({ origin: _, ...problem }) => problem);
    const text = stringify(JSON.parse(JSON.stringify({ explain, problems, ...resources })), {
      aliasDuplicateObjects: false,
    });
    const file = new URL(`testdata/${name}.xds.yaml`, import.meta.url);
    if (process.env.UPDATE_GOLDEN === '1' || !existsSync(file)) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('holds no field that Envoy does not know', () => {
    for (const [type, url] of Object.entries(TYPE_URL) as [ResourceType, string][]) {
      if (type === 'chain') continue;
      for (const { message } of built.resources[type].values()) {
        expect(encode(url.slice(url.indexOf('/') + 1), message).length).toBeGreaterThan(0);
      }
    }
  });
});
