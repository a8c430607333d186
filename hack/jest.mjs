// Runs jest on ES modules: jest needs Node's vm-modules flag, which an npm script cannot pass portably.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
// `--selectProjects` takes every word that follows it, so it goes last and paths can be given on the command line.
const words = process.argv.slice(2);
const at = words.indexOf('--selectProjects');
const args = at < 0 ? words : [...words.slice(0, at), ...words.slice(at + 2), ...words.slice(at, at + 2)];
// With TEST_RESULTS, a folder, the results of each tier are kept there for hack/compatibility.mjs.
const results = process.env.TEST_RESULTS;
if (results !== undefined && at >= 0) args.unshift('--json', `--outputFile=${join(results, `${words[at + 1]}.json`)}`);
const result = spawnSync('node', [...flags, jest, ...args], { cwd: root, stdio: 'inherit' });
process.exit(result.status ?? 1);
