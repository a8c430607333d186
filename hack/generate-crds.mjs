// Writes crds/ from the schemas of src/model. A test compares both, so run it after a change of a schema.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crdFiles } from '../src/model/crd/definition.ts';

const folder = fileURLToPath(new URL('../crds', import.meta.url));
const files = crdFiles();
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (name.endsWith('.yaml') && !files.has(name)) rmSync(join(folder, name));
for (const [name, text] of files) writeFileSync(join(folder, name), text);
console.log(`${files.size} files in crds/`);
