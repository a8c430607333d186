/** What the native module's sources say of themselves: their own tests, mutated bytes among them, and their form. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { runCommand } from '#app/envoy/command.ts';
import { findZig, zigEnvironment } from '#app/envoy/native-build.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (text: string) => process.stderr.write(`${text}\n`);

describe('the sources of the native module', () => {
  it.each([
    ['pass their own tests', ['test', 'src/native.zig', '-lc']],
    ['are formatted', ['fmt', '--check', 'src']],
  ])(
    '%s',
    async (_, args) => {
      const zig = await findZig({ env: process.env, say });
      const result = await runCommand(zig, args, { env: zigEnvironment(process.env), cwd: root });
      expect(result).toMatchObject({ ok: true });
    },
    300_000,
  );
});
