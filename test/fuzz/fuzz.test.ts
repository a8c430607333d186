/** A short run of what `npm run fuzz` does at length. */
import { describe, expect, it } from '@jest/globals';
import { fuzz } from './fuzz.ts';
import { createRandom, mutate } from './mutate.ts';

const MUTATIONS = 300;
/** The same in every run: `npm run fuzz` draws another one each time. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_123);

describe('mutated manifests', () => {
  it('are the same for the same seed', () => {
    const sample = Buffer.from('kind: Service\nmetadata: { name: web }\n');
    const twice = [1, 1, 2].map((one) => mutate(sample, [sample], createRandom(one)).toString());
    expect(twice[0]).toBe(twice[1]);
    expect(twice[0]).not.toBe(twice[2]);
  });

  it('neither crash nor hang check and render, and problems are told in words', async () => {
    const { findings, ran } = await fuzz(seed, { to: MUTATIONS });
    expect({ seed, findings }).toEqual({ seed, findings: [] });
    expect(ran).toBe(MUTATIONS);
  }, 180_000);
});
