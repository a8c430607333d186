import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Keeps compiled code below the user's cache folder: half of a start is reading code. Where that folder cannot be written nothing is kept. Node's own
 * NODE_COMPILE_CACHE names another folder; it also tells the processes that this one starts.
 */
export function keepCompiledCode(): void {
  try {
    process.env.NODE_COMPILE_CACHE ??= join(homedir(), '.cache', 'higress-ts', 'compiled');
    enableCompileCache(process.env.NODE_COMPILE_CACHE);
  } catch {
    // A user without a home.
  }
}
