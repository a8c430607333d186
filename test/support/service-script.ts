/** Real servers for tests, by the scripts under `hack/services`: each test has its own, on its own port and with its own state. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports.ts';

export interface ServiceScript {
  readonly port: number;
  /** Folder of its files. */
  readonly state: string;
  start(): void;
  /** Ends the process the hard way, by its id. */
  kill(): void;
  signal(signal: NodeJS.Signals): void;
  /** Ends the process and removes its state. */
  dispose(): void;
}

const CACHE =
  process.env.SERVICES_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'test-services');

/** `offsets`: further ports, relative to the main one, that must be free as well. `more`: environment of the script. */
export async function serviceScript(
  name: string,
  offsets: readonly number[] = [],
  more: Readonly<Record<string, string>> = {},
): Promise<ServiceScript> {
  const state = mkdtempSync(join(tmpdir(), `higress-${name}-`));
  const port = await freePort(offsets);
  const env = {
    ...process.env,
    SERVICES_CACHE: CACHE,
    SERVICES_STATE: state,
    [`${name.toUpperCase()}_PORT`]: String(port),
    ...more,
  };
  const script = fileURLToPath(new URL(`../../hack/services/${name}.sh`, import.meta.url));
  const pidFile = join(state, `${name}-${port}.pid`);
  const signal = (which: NodeJS.Signals) => {
    process.kill(Number(readFileSync(pidFile, 'utf8')), which);
  };
  const run = (verb: string) => execFileSync('bash', [script, verb], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  return {
    port,
    state,
    start: () => run('start'),
    kill: () => {
      signal('SIGKILL');
      // For a moment the dead process still has its id, which would count as running.
      rmSync(pidFile);
    },
    signal,
    dispose: () => {
      run('stop');
      rmSync(state, { recursive: true, force: true });
    },
  };
}
