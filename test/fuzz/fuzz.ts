/** Feeds mutated manifests to `check` and `render`: they must neither throw nor hang, and say what is wrong. */
import { Worker } from 'node:worker_threads';
import type { WorkerMessage, WorkerTask } from './worker.ts';

/** No manifest of a few kilobytes may take longer; generous, as machines may be busy. */
export const TIME_LIMIT_MS = 20_000;

export interface Finding {
  /** Number of the mutation: `npm run fuzz -- --seed SEED --only NUMBER` runs it alone. */
  readonly index: number;
  readonly what: string;
}

export interface FuzzResult {
  readonly ran: number;
  readonly findings: readonly Finding[];
  readonly slowestMs: number;
}

export async function fuzz(
  seed: number,
  { from = 0, to, onProgress = () => undefined }: { from?: number; to: number; onProgress?: (done: number) => void },
): Promise<FuzzResult> {
  const findings: Finding[] = [];
  let slowestMs = 0;
  let next = from;
  while (next < to) {
    // A thread that died or was ended is followed by another one behind the mutation that ended it.
    const stopped = await runThread({ seed, from: next, to }, (message) => {
      if (message.type === 'finding') findings.push({ index: message.index, what: message.what });
      if (message.type !== 'done') return;
      slowestMs = Math.max(slowestMs, message.ms);
      onProgress(message.index + 1 - from);
    });
    if (stopped === undefined) break;
    findings.push(stopped);
    next = stopped.index + 1;
  }
  return { ran: to - from, findings, slowestMs };
}

/** Undefined when the thread did all of its task. */
function runThread(task: WorkerTask, onMessage: (message: WorkerMessage) => void): Promise<Finding | undefined> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task });
    let at = task.from;
    let name = '';
    let timer: NodeJS.Timeout | undefined;
    const end = (finding: Finding | undefined) => {
      clearTimeout(timer);
      resolve(finding);
      void worker.terminate();
    };
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => end({ index: at, what: `${name}: takes longer than ${TIME_LIMIT_MS} ms` }),
        TIME_LIMIT_MS,
      );
    };
    watch();
    worker.on('message', (message: WorkerMessage) => {
      watch();
      at = message.index;
      if (message.type === 'start') name = message.sample;
      onMessage(message);
    });
    worker.once('error', (error) => end({ index: at, what: `${name}: the thread died: ${error.stack ?? error}` }));
    worker.once('exit', (code) =>
      end(code === 0 ? undefined : { index: at, what: `${name}: the thread ended with status ${code}` }),
    );
  });
}
