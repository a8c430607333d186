/** The tests that stand in the Zig sources themselves, run by their own compiler. */
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { runCommand } from '#app/envoy/command.ts';
import { findZig, zigEnvironment } from '#app/envoy/native-build.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const say = (text: string) => process.stderr.write(`${text}\n`);
const TIMEOUT_MS = 300_000;

async function zig(...args: readonly string[]) {
  const program = await findZig({ env: process.env, say });
  const result = await runCommand(program, args, { env: zigEnvironment(process.env), cwd: ROOT });
  if (!result.ok) throw new Error(`zig ${args.join(' ')} failed:\n${result.output}${result.errors || result.reason}`);
  return result;
}

describe('the Zig sources', () => {
  it(
    'pass their own tests, and each is among those that ran',
    async () => {
      say('running the tests of the native module (they are compiled first, about 10 s) …');
      const { errors: report } = await zig('test', 'src/native.zig', '-lc');
      const written: string[] = [];
      for await (const file of glob('src/**/*.zig', { cwd: ROOT }))
        for (const [, name] of (await readFile(`${ROOT}/${file}`, 'utf8')).matchAll(/^test "(.+)" \{/gm))
          written.push(name!);
      expect(written.length).toBeGreaterThan(0);
      expect(written.filter((name) => !report.includes(`.test.${name}...OK`))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'are laid out as zig fmt has it',
    async () => {
      await zig('fmt', '--check', 'src', 'test/fixtures');
    },
    TIMEOUT_MS,
  );
});
