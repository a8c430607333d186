/** The whole gateway as a user starts it: `higress standalone` on a folder of the test's own, on free ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refuseCrash } from './crash.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const START_TIMEOUT_MS = 60_000;

export interface GatewayUrls {
  readonly http: string;
  readonly https: string;
  readonly admin: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export class Gateway {
  readonly urls: GatewayUrls;
  readonly dir: string;
  readonly #process: ChildProcess;
  readonly #log: () => string;
  readonly #ownsDir: boolean;

  constructor(urls: GatewayUrls, dir: string, process: ChildProcess, log: () => string, ownsDir: boolean) {
    this.urls = urls;
    this.dir = dir;
    this.#process = process;
    this.#log = log;
    this.#ownsDir = ownsDir;
  }

  /** Everything the gateway printed so far, standard error and output. */
  get log(): string {
    return this.#log();
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  write(file: string, yaml: string): void {
    writeTo(this.dir, file, yaml);
  }

  remove(file: string): void {
    unlinkSync(join(this.dir, file));
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return fetchRaw(`${this.urls.http}${path}`, { headers });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return fetchRaw(`${this.urls.http}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: text,
    });
  }

  async debug(page: string): Promise<unknown> {
    return JSON.parse((await fetchRaw(`${this.urls.admin}/debug/${page}`)).body);
  }

  /** Pids of the supervised processes by a word of their command line: `control-plane`, `plugin-server`, `envoy`. */
  children(): Record<string, number> {
    const found: Record<string, number> = {};
    for (const pid of descendants(this.pid)) {
      const line = commandLine(pid);
      if (line.includes('control-plane')) found['control-plane'] = pid;
      else if (line.includes('plugin-server')) found['plugin-server'] = pid;
      else if (/envoy/.test(line)) found.envoy = pid;
    }
    return found;
  }

  /** Ends it as Ctrl-C does; resolves with the exit status. Throws when one of its processes ended by an error before. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    const exited = new Promise<number | null>((resolve) => {
      if (this.#process.exitCode !== null) resolve(this.#process.exitCode);
      else this.#process.once('exit', (code) => resolve(code));
    });
    this.#process.kill(signal);
    const code = await exited;
    if (this.#ownsDir) rmSync(this.dir, { recursive: true, force: true });
    refuseCrash(this.log);
    return code;
  }
}

export interface StartOptions {
  /** Files of a fresh folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Or an existing folder. */
  readonly configDir?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function startGateway({ files = {}, configDir, args = [], env = {} }: StartOptions): Promise<Gateway> {
  const dir = configDir ?? mkdtempSync(join(tmpdir(), 'higress-test-'));
  for (const [name, yaml] of Object.entries(files)) writeTo(dir, name, yaml);
  const flags = [
    '--config-dir',
    dir,
    '--http-port',
    '0',
    '--https-port',
    '0',
    '--admin-port',
    '0',
    '--envoy-concurrency',
    '1',
    ...args,
  ];
  const child = spawn(process.execPath, [MAIN, 'standalone', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '', ...env },
  });
  let log = '';
  const urls = await new Promise<GatewayUrls>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGTERM');
      reject(new Error(`the gateway did not become ready:\n${log}`));
    }, START_TIMEOUT_MS);
    let out = '';
    child.stdout.on('data', (data: Buffer) => {
      log += data.toString();
      out += data.toString();
      const line = out.split('\n').find((text) => text.startsWith('{"event":"ready"'));
      if (line === undefined) return;
      clearTimeout(timer);
      resolve((JSON.parse(line) as { urls: GatewayUrls }).urls);
    });
    child.stderr.on('data', (data: Buffer) => {
      log += data.toString();
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the gateway ended with status ${code}:\n${log}`));
    });
  });
  return new Gateway(urls, dir, child, () => log, configDir === undefined);
}

/** Repeats until the condition holds (returns what it returned) or the time is over. */
export async function eventually<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 15_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end)
      throw new Error(
        `not within ${timeoutMs} ms: ${what}; last: ${last instanceof Error ? last.message : String(last)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** One request on a connection of its own; the path goes out byte for byte. */
export function fetchRaw(
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const path = url.slice(url.indexOf('/', url.indexOf('//') + 2));
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest(
      { host: hostname, port, path, method, headers: { ...length, ...headers }, agent: false },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts).toString('utf8'),
          }),
        );
      },
    );
    request.setTimeout(20_000, () => request.destroy(new Error(`no answer from ${url} within 20 s`)));
    request.on('error', reject);
    request.end(body);
  });
}

function writeTo(dir: string, file: string, text: string): void {
  const path = join(dir, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function descendants(pid: number): number[] {
  try {
    const direct = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
    return direct.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}
