/** `higress.keepEdits`: what users changed in `higress-config` stays at an upgrade, what they left alone follows the values. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CHART, helm } from './helm.ts';

/** A chart of nothing but the helper. */
let chart: string;

beforeAll(() => {
  chart = mkdtempSync(join(tmpdir(), 'chart-'));
  mkdirSync(join(chart, 'templates'));
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: test\nversion: 1.0.0\n');
  cpSync(join(CHART, 'templates/_values.tpl'), join(chart, 'templates/_values.tpl'));
  const call = '{{- include "higress.keepEdits" (dict "new" .Values.new "live" .Values.live "base" .Values.base) }}';
  writeFileSync(join(chart, 'templates/result.yaml'), `${call}\nresult: {{ toJson .Values.new }}\n`);
});

afterAll(() => rmSync(chart, { recursive: true, force: true }));

it.each([
  ['nobody touched it: the values hold', { a: 1 }, { a: 1 }, { a: 2 }, { a: 2 }],
  ['an edit stays', { a: 1 }, { a: 7 }, { a: 2 }, { a: 7 }],
  ['an edit to false stays', { a: true }, { a: false }, { a: true }, { a: false }],
  ['an addition stays', { a: 1 }, { a: 1, b: { c: 1 } }, { a: 1 }, { a: 1, b: { c: 1 } }],
  ['a removal stays', { a: 1, b: 1 }, { a: 1 }, { a: 1, b: 1 }, { a: 1 }],
  ['a new value comes', { a: 1 }, { a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2 }],
  ['what the values no longer have goes', { a: 1, b: 1 }, { a: 1, b: 1 }, { a: 1 }, { a: 1 }],
  ['but not when it was edited', { a: 1, b: 1 }, { a: 1, b: 5 }, { a: 1 }, { a: 1, b: 5 }],
  ['deep inside', { s: { x: 1, y: 1 } }, { s: { x: 9, y: 1 } }, { s: { x: 2, y: 2 } }, { s: { x: 9, y: 2 } }],
  ['lists as a whole', { l: [1, 2] }, { l: [1, 2, 3] }, { l: [4] }, { l: [1, 2, 3] }],
  [
    'without a last time, what is there stays',
    {},
    { a: 7, s: { x: 1 } },
    { a: 1, s: { x: 2, y: 2 } },
    { a: 7, s: { x: 1, y: 2 } },
  ],
])('%s', async (_name, base, live, next, result) => {
  const rendered = await helm(['template', 'x', chart, '--values', '-'], {
    input: JSON.stringify({ base, live, new: next }),
  });
  expect(parse(rendered).result).toEqual(result);
});
