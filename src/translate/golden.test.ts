/** Whole meanings, for people to read: `testdata/NAME.in.yaml` to `NAME.ir.yaml`. `UPDATE_GOLDEN=1` rewrites them; read the diff. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { translated } from '#test/builders.ts';

const folder = new URL('testdata/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.in.yaml'))
  .map((file) => file.slice(0, -'.in.yaml'.length));

it.each(names)('%s', (name) => {
  const { gateway, problems } = translated(readFileSync(new URL(`${name}.in.yaml`, folder), 'utf8'));
  const { hosts, tls, backends } = gateway;
  const text = stringify(JSON.parse(JSON.stringify({ hosts, tls, backends, problems })), {
    aliasDuplicateObjects: false,
  });
  const file = new URL(`${name}.ir.yaml`, folder);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
});
