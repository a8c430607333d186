/**
 * Finds the native module: what runs plugins inside Envoy. `HIGRESS_NATIVE_MODULE`, then the file that the image carries, then one that is compiled from the
 * sources of this package. Without it everything works, with plugins in the plugin server.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENVOY_VERSION } from './binary.ts';
import type { Variables } from './cache.ts';
import { runCommand } from './command.ts';
import { buildNativeModule, hasModule, MODULE_FILE } from './native-build.ts';
import { PipError } from './python-wheel.ts';

/** Where Envoy looks for modules. */
export const SEARCH_PATH_VARIABLE = 'ENVOY_DYNAMIC_MODULES_SEARCH_PATH';
/** A module fits the Envoys of one minor release. */
const RELEASE = ENVOY_VERSION.split('.').slice(0, 2).join('.');
const PACKAGE_ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface NativeModuleLookup {
  readonly env: Variables;
  /** The Envoy that is to load it. */
  readonly envoy: string;
  /** Progress and warnings for people, one each. */
  readonly say: (text: string) => void;
  /** Folder with `src/` and perhaps `native/`. Default: this package. */
  readonly root?: string;
}

/** `HIGRESS_NATIVE_MODULE` names a folder that has no module. */
export class NativeModuleError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NativeModuleError';
  }
}

/** The folder for Envoy's search path; undefined when plugins are to run in the plugin server, with the reason said unless it was asked for. */
export async function findNativeModule(lookup: NativeModuleLookup): Promise<string | undefined> {
  const { env, envoy, say, root = PACKAGE_ROOT } = lookup;
  const named = env.HIGRESS_NATIVE_MODULE;
  if (named === 'off') return undefined;
  if (named && !(await hasModule(named)))
    throw new NativeModuleError(
      `HIGRESS_NATIVE_MODULE is "${named}", a folder without ${MODULE_FILE}. Correct it, unset it to have the module found or compiled, or set it to "off".`,
    );
  const without = (reason: string): undefined => {
    say(
      `warning: no native module: ${reason}\nPlugins that it would run inside Envoy run in the plugin server instead, which costs more time for each request.`,
    );
  };
  const unfit = await whyUnfit(envoy, env);
  if (unfit !== undefined) return without(unfit);
  if (named) return resolve(named);
  const shipped = join(root, 'native');
  if (await hasModule(shipped)) return shipped;
  try {
    return await buildNativeModule({ root, env, say });
  } catch (error) {
    const hint = error instanceof PipError ? '\nInstall Python 3 with pip, which brings the compiler.' : '';
    return without(`${error instanceof Error ? error.message : String(error)}${hint}`);
  }
}

/** Undefined when this Envoy can load the module. */
async function whyUnfit(envoy: string, env: Variables): Promise<string | undefined> {
  const asked = await runCommand(envoy, ['--version'], { env });
  if (!asked.ok) return `${envoy} --version failed: ${asked.reason}`;
  const version = / version: [^/\s]+\/([^/\s]+)/.exec(asked.output)?.[1];
  if (version?.startsWith(`${RELEASE}.`)) return undefined;
  const found = version === undefined ? 'does not tell its version' : `is version ${version}`;
  return `${envoy} ${found}, and the module is made for ${RELEASE}`;
}
