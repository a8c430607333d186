/** Builds the fixture modules with AssemblyScript. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ASC = fileURLToPath(new URL('../../node_modules/assemblyscript/bin/asc.js', import.meta.url));

/** Compiles `test/fixtures/wasm/NAME.as.ts`. */
export function buildWasm(name: string): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'higress-wasm-'));
  const source = fileURLToPath(new URL(`../fixtures/wasm/${name}.as.ts`, import.meta.url));
  const out = join(dir, 'module.wasm');
  try {
    const args = [
      ASC,
      source,
      '--outFile',
      out,
      '--runtime',
      'stub',
      '--use',
      'abort=',
      '--exportStart',
      '_initialize',
      '-O',
    ];
    const result = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`asc failed: ${result.stderr || result.stdout}`);
    return readFileSync(out);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
