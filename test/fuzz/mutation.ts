/** The mutations of a seed, by number. */
import { createRandom, mutate } from './mutate.ts';
import { loadSamples } from './samples.ts';

const samples = loadSamples();
const pool = samples.map(({ bytes }) => bytes);

/** The mutation with this number: the same whatever ran before. */
export function mutation(seed: number, index: number): { readonly name: string; readonly bytes: Buffer } {
  const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const sample = samples[random.below(samples.length)]!;
  return { name: sample.name, bytes: mutate(sample.bytes, pool, random) };
}
