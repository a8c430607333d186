// Reads all code of the subcommands once, so that Node keeps what it made of it in NODE_COMPILE_CACHE. Run when the image is built.
import { readdirSync } from 'node:fs';
import { flushCompileCache, getCompileCacheDir } from 'node:module';

if (getCompileCacheDir() === undefined) throw new Error('NODE_COMPILE_CACHE names no folder that can be written');
const commands = new URL('../src/cli/', import.meta.url);
const files = readdirSync(commands).filter((name) => name.endsWith('.ts') && !/^main\.ts$|\.test\.ts$/.test(name));
for (const name of files) await import(new URL(name, commands));
for (const name of ['authority', 'issuing-process']) await import(new URL(`../app/controller/${name}.ts`, commands));
flushCompileCache();
// What was imported may hold the event loop.
process.exit(0);
