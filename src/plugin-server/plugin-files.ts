/** Modules as files, where consoles and WasmPlugins look for them: `/plugins/NAME/VERSION/plugin.wasm`, with `metadata.txt` beside it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import send from 'send';
import { answerText, type HttpHandler, pathOf } from './mounts.ts';

const FILES: readonly string[] = ['plugin.wasm', 'metadata.txt'];
const WORD = /^[\w+~-][\w.+~-]*$/;
/** As many names as an answer tells. */
const SHOWN = 20;

/** Serves `dir/NAME/VERSION/FILE`, read anew for every request, with ETags and ranges. Undefined: there is no folder, and every answer says so. */
export function pluginFiles(dir: string | undefined): HttpHandler {
  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return answerText(response, 405, `${request.method} is not possible here; GET and HEAD are\n`);
    }
    const path = pathOf(request);
    const [, , name = '', version = '', file = '', ...rest] = path.split('/');
    const named = WORD.test(name) && WORD.test(version) && FILES.includes(file) && rest.length === 0;
    if (!named)
      return answerText(response, 404, 'no such file; there are /plugins/NAME/VERSION/plugin.wasm and metadata.txt\n');
    if (dir === undefined)
      return answerText(response, 404, 'no plugins are here: give a folder by the value pluginServer.pluginsVolume\n');
    const stream = send(request, `${name}/${version}/${file}`, { root: dir, index: false });
    const status = await new Promise<number>((resolve) => {
      stream.on('error', (error: { status?: number }) => resolve(error.status ?? 500));
      stream.on('directory', () => resolve(404));
      response.once('close', () => resolve(0));
      stream.pipe(response);
    });
    // Other errors are of the request: a range that the file does not have, a precondition that does not hold.
    if (status === 404) answerText(response, 404, `${await missing(dir, name, version, file)}\n`);
    else if (status > 0) answerText(response, status, `${path} cannot be sent\n`);
  };
}

async function missing(dir: string, name: string, version: string, file: string): Promise<string> {
  const names = await folders(dir);
  if (!names.includes(name)) return `there is no plugin "${name}"; there are: ${listed(names)}`;
  const versions = await folders(join(dir, name));
  if (!versions.includes(version))
    return `plugin "${name}" has no version "${version}"; there are: ${listed(versions)}`;
  return `plugin "${name}" has no ${file} in version "${version}"`;
}

/** A volume has entries of its own, which begin with a dot. */
async function folders(dir: string): Promise<readonly string[]> {
  const found = await readdir(dir).catch((): string[] => []);
  return found.filter((entry) => WORD.test(entry)).sort();
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  return names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '');
}
