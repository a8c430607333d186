// Compiles the native module, for the image: `build-native.mjs FOLDER` puts it there, `build-native.mjs --compiler` only fetches the compiler.
// Needs Node 24 and pip, and no npm package.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildNativeModule, findZig, MODULE_FILE } from '../src/app/envoy/native-build.ts';

const place = {
  root: fileURLToPath(new URL('..', import.meta.url)),
  env: process.env,
  say: (text) => process.stderr.write(`${text}\n`),
};
const [what] = process.argv.slice(2);
if (what === undefined) throw new Error('usage: node hack/build-native.mjs FOLDER | --compiler');
if (what === '--compiler') await findZig(place);
else {
  const made = await buildNativeModule(place);
  mkdirSync(what, { recursive: true });
  copyFileSync(join(made, MODULE_FILE), join(what, MODULE_FILE));
}
