import { describe, expect, it } from '@jest/globals';
import { Gauge, Registry } from 'prom-client';
import { metricSamples } from './exposition.ts';

describe('metricSamples', () => {
  it('reads what a Prometheus client writes', async () => {
    const registry = new Registry();
    const gauge = new Gauge({
      name: 'a:b_c',
      help: 'with "quotes" and {braces}',
      labelNames: ['x', 'y'],
      registers: [registry],
    });
    gauge.set({ x: 'back\\slash "quoted" {brace}, comma', y: 'two\nlines' }, 0.25);
    gauge.set({ x: '', y: '' }, Number.POSITIVE_INFINITY);
    new Gauge({ name: 'other', help: 'not asked for', registers: [registry] }).set(1);
    expect(metricSamples(await registry.metrics(), new Set(['a:b_c']))).toEqual([
      { name: 'a:b_c', labels: { x: 'back\\slash "quoted" {brace}, comma', y: 'two\nlines' }, value: 0.25 },
      { name: 'a:b_c', labels: { x: '', y: '' }, value: Number.POSITIVE_INFINITY },
    ]);
  });

  it('reads time stamps, blanks and exponents, and passes over lines that are not of the format', () => {
    const text = 'a 1e3 1700000000000\na{ } -2\r\na { l="v" , } 3\na{l=v} 4\na{l="v} 5\na\na x\nab 6\n# a 7\na NaN';
    expect(metricSamples(text, new Set(['a']))).toEqual([
      { name: 'a', labels: {}, value: 1000, timestampMs: 1_700_000_000_000 },
      { name: 'a', labels: {}, value: -2 },
      { name: 'a', labels: { l: 'v' }, value: 3 },
      { name: 'a', labels: {}, value: Number.NaN },
    ]);
  });
});
