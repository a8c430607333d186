// Makes a fresh clone ready: npm packages (Node 24 among them) and, unless --no-envoy, the Envoy binary. Plain JavaScript: it must run on the
// Node 20 that a machine may have, before anything is installed. Idempotent; takes milliseconds when nothing is to do.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules', '.higress-setup');

function say(text) {
  process.stderr.write(`[setup] ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}

/** Path with the project's own tools first, so that `node` is the pinned Node 24. */
export function toolPath() {
  return `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
}

function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('installing npm packages (first time: about a minute) …');
  const began = Date.now();
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.error) fail(`npm could not be started: ${result.error.message}. Install Node.js 20 or later with npm.`);
  if (result.status !== 0) fail(`npm ci ended with status ${result.status}; its messages stand above.`);
  writeFileSync(stamp, lock);
  say(`npm packages installed in ${Math.round((Date.now() - began) / 1000)} s`);
}

function checkNode() {
  const bin = join(root, 'node_modules', '.bin', 'node');
  try {
    const version = execFileSync(bin, ['--version'], { encoding: 'utf8' }).trim();
    if (!version.startsWith('v24.'))
      fail(`node_modules/.bin/node is ${version}, expected v24; remove node_modules and try again.`);
  } catch (error) {
    fail(`the pinned Node 24 (npm package "node") did not install for this platform: ${error.message}`);
  }
}

function ensureEnvoy() {
  const result = spawnSync(join(root, 'node_modules', '.bin', 'node'), ['src/cli/main.ts', 'envoy'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 2],
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

export function setup({ envoy = true } = {}) {
  if (Number(process.versions.node.split('.')[0]) < 20)
    fail(`Node.js ${process.versions.node} is too old; 20 or later is needed.`);
  installPackages();
  checkNode();
  if (envoy) ensureEnvoy();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup({ envoy: !process.argv.includes('--no-envoy') });
