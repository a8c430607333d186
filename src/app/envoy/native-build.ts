/** Compiles the Zig sources of this package into the module that Envoy loads: once for each content of them, into the user's cache. */
import { createHash } from 'node:crypto';
import { access, glob, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, keptFolder, type Variables } from './cache.ts';
import { runCommand } from './command.ts';
import { wheelProgram } from './python-wheel.ts';

export const ZIG_VERSION = '0.14.1';
/** Envoy looks for `lib` + name + `.so` on every platform. */
export const MODULE_FILE = 'libhigress.so';
const ROOT_SOURCE = join('src', 'native.zig');

const ZIG_WHEEL = {
  name: 'ziglang',
  version: ZIG_VERSION,
  program: join('ziglang', 'zig'),
  title: 'the Zig compiler',
  megabytes: 83,
};

export interface BuildPlace {
  /** Folder of this package, with `src/native.zig`. */
  readonly root: string;
  readonly env: Variables;
  readonly say: (text: string) => void;
}

/** Says which platform, source or step was wrong, in a text for people. */
export class NativeBuildError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NativeBuildError';
  }
}

/** Folder with the module; throws NativeBuildError or PipError. */
export async function buildNativeModule(place: BuildPlace): Promise<string> {
  const { root, env, say } = place;
  const target = targetOf(process.platform, process.arch);
  const flags = ['-dynamic', '-O', 'ReleaseSafe', '-fstrip', '-lc', '-fallow-shlib-undefined', '-target', target];
  const hash = createHash('sha256').update(`${ZIG_VERSION} ${flags.join(' ')}`);
  for (const file of await zigSources(root)) hash.update(`\n${file}\n`).update(await readFile(join(root, file)));
  const folder = join(cacheDir(env), 'native', hash.digest('hex').slice(0, 32));
  return keptFolder(folder, hasModule, async (staging) => {
    const zig = await findZig(place);
    say('compiling the native module (once, about 10 s) …');
    const began = Date.now();
    const output = join(staging, MODULE_FILE);
    const args = ['build-lib', ROOT_SOURCE, ...flags, '--name', 'higress', `-femit-bin=${output}`];
    const result = await runCommand(zig, args, { env: zigEnvironment(env), cwd: root });
    if (!result.ok)
      throw new NativeBuildError(`Zig could not compile ${ROOT_SOURCE}:\n${result.errors || result.reason}`);
    await rm(`${output}.o`, { force: true });
    say(`the native module is compiled (${((Date.now() - began) / 1000).toFixed(0)} s)`);
  });
}

export async function hasModule(folder: string): Promise<boolean> {
  return access(join(folder, MODULE_FILE)).then(
    () => true,
    () => false,
  );
}

/** Path of the compiler; fetched when it is not there. Throws PipError. */
export function findZig({ env, say }: Omit<BuildPlace, 'root'>): Promise<string> {
  return wheelProgram(ZIG_WHEEL, join(cacheDir(env), `zig-${ZIG_VERSION}`), { env, say });
}

/** The compiler keeps what it made in our cache, and nowhere else. */
export function zigEnvironment(env: Variables): Variables {
  const cache = join(cacheDir(env), 'zig-cache');
  return { ...env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
}

/** glibc 2.28 is that of Debian 10 and RHEL 8: older than what any Envoy 1.40 runs on. */
function targetOf(platform: string, architecture: string): string {
  const cpu = { x64: 'x86_64', arm64: 'aarch64' }[architecture];
  const system = { linux: 'linux-gnu.2.28', darwin: 'macos' }[platform];
  if (cpu === undefined || system === undefined)
    throw new NativeBuildError(`there is no Envoy with modules for ${platform} on ${architecture}`);
  return `${cpu}-${system}`;
}

async function zigSources(root: string): Promise<string[]> {
  const files = await Array.fromAsync(glob('src/**/*.zig', { cwd: root }));
  return files.sort();
}
