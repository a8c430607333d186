/** Runs mutations in a thread of its own, so that one that never ends can be ended. Tells the parent before and after each. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { checkText } from '#cli/check.ts';
import { renderText } from '#cli/render.ts';
import { mutation } from './mutation.ts';

/** Mutations `from` to `to` (exclusive) of a seed. */
export interface WorkerTask {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

export type WorkerMessage =
  | { readonly type: 'start'; readonly index: number; readonly sample: string }
  | { readonly type: 'done'; readonly index: number; readonly ms: number; readonly clean: boolean }
  | { readonly type: 'finding'; readonly index: number; readonly what: string };

const OPTIONS = { systemNamespace: 'higress-system', ingressClass: 'higress' };
const SUMMARY = /^\d+ errors?, \d+ warnings?$/;
/** A line of `check`: where it stands (some things stand nowhere), how bad, why, and a sentence. */
const LINE = /^(?:.+?:\d+: )?(?:error|warning): [A-Z][A-Za-z]+: \S.*\S/;

/** What is wrong with the answers; undefined when nothing is. */
function judge(file: string, text: string): string | undefined {
  const check = checkText([file], { ...OPTIONS, output: 'text' });
  const json = JSON.parse(checkText([file], { ...OPTIONS, output: 'json' }).text) as { problems: readonly Told[] };
  const render = renderText([file], { ...OPTIONS, output: 'json' });
  const explain = renderText([file], { ...OPTIONS, output: 'yaml', explain: true });
  JSON.parse(render.text);
  if (check.status !== render.status || check.status !== explain.status)
    return `check ends with ${check.status}, render with ${render.status}`;
  const lines = check.text.trimEnd().split('\n');
  if (!SUMMARY.test(lines.at(-1) ?? '')) return `check ends without a summary: ${lines.at(-1)}`;
  const errors = json.problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0 !== (check.status === 1)) return `status ${check.status} with ${errors} errors`;
  if (lines.length !== json.problems.length + 1) return `${json.problems.length} problems in ${lines.length} lines`;
  const odder = lines.slice(0, -1).find((line) => !LINE.test(line));
  if (odder !== undefined) return `no sentence: ${JSON.stringify(odder)}`;
  for (const problem of json.problems) {
    const { reason, message, origin } = problem;
    if (reason === 'NotEncodable') return `Envoy would not get it: ${message}`;
    if (origin.kind === '' || (origin.name === '' && origin.file === undefined))
      return `no object: ${JSON.stringify(problem)}`;
    const odd = ['[object ', 'undefined', 'NaN'].find((word) => message.includes(word) && !text.includes(word));
    if (odd !== undefined) return `"${odd}" in a message: ${message}`;
  }
  return undefined;
}

interface Told {
  readonly severity: string;
  readonly reason: string;
  readonly message: string;
  readonly origin: { readonly kind: string; readonly name: string; readonly file?: string };
}

function run({ seed, from, to }: WorkerTask, tell: (message: WorkerMessage) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'higress-fuzz-'));
  const file = join(dir, 'mutated.yaml');
  try {
    for (let index = from; index < to; index += 1) {
      const { name, bytes } = mutation(seed, index);
      tell({ type: 'start', index, sample: name });
      writeFileSync(file, bytes);
      const begun = performance.now();
      let finding: string | undefined;
      try {
        finding = judge(file, bytes.toString('utf8'));
      } catch (error) {
        finding = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
      tell({ type: 'done', index, ms: performance.now() - begun, clean: finding === undefined });
      if (finding !== undefined) tell({ type: 'finding', index, what: `${name}: ${finding}` });
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

if (parentPort !== null) {
  const port = parentPort;
  run(workerData as WorkerTask, (message) => port.postMessage(message));
}
