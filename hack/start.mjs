// `npm start [-- ARGS]`: sets everything up, then runs `higress standalone ARGS` on the pinned Node 24.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup, toolPath } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
setup({ envoy: false });

const child = spawn(
  join(root, 'node_modules', '.bin', 'node'),
  [join(root, 'src/cli/main.ts'), 'standalone', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: { ...process.env, PATH: toolPath() },
  },
);
// A terminal sends SIGINT to the whole group; the gateway ends in its own order, this launcher only waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
child.on('error', (error) => {
  process.stderr.write(`higress could not be started: ${error.message}\n`);
  process.exit(1);
});
