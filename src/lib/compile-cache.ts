import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Keeps compiled code below the user's cache folder: half of a start is reading code. Where that folder cannot be written nothing is kept. Node's own
 * NODE_COMPILE_CACHE names another folder.
 */
export function keepCompiledCode(): void {
  try {
    enableCompileCache(join(homedir(), '.cache', 'higress-ts', 'compiled'));
  } catch {
    // A user without a home.
  }
}
