/** What is mutated: the samples that users get, the manifests of tests, and seeds that use every field; each folder is one text. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PATTERNS = ['samples/**/*.{yaml,yaml.in}', 'bench/manifests/**/*.yaml', 'src/translate/testdata/*.in.yaml'];

export interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
}

export function loadSamples(): readonly Sample[] {
  const files = PATTERNS.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort();
  const folders = Map.groupBy(files, (file) => dirname(file));
  const seeds = globSync('test/fuzz/seeds/*.yaml', { cwd: ROOT }).sort();
  return [...[...folders].map(([name, list]) => sample(name, list)), ...seeds.map((file) => sample(file, [file]))];
}

function sample(name: string, files: readonly string[]): Sample {
  const texts = files.map((file) => readFileSync(join(ROOT, file), 'utf8'));
  return { name, bytes: Buffer.from(texts.join('\n---\n')) };
}
