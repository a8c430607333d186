/** What is fetched or compiled once and then kept for this user. */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

export type Variables = Readonly<Record<string, string | undefined>>;

/** `${XDG_CACHE_HOME:-~/.cache}/higress-ts`. */
export function cacheDir(env: Variables): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'higress-ts');
}

/**
 * The folder `target`, filled by `fill` unless `isGood` holds for it already. It is filled under another name beside it and renamed, so that nobody ever
 * sees half of it; of two processes that fill it at once the first to be done wins.
 */
export async function keptFolder(
  target: string,
  isGood: (folder: string) => Promise<boolean>,
  fill: (staging: string) => Promise<void>,
): Promise<string> {
  if (await isGood(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const staging = await mkdtemp(join(dirname(target), `${basename(target)}.new-`));
  try {
    await fill(staging);
    await rename(staging, target).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      if (await isGood(target)) return;
      await rm(target, { recursive: true, force: true });
      await rename(staging, target);
    });
    return target;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
