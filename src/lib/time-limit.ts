/** Ends synchronous work that takes too long: a regular expression that backtracks for ever would hold up everything else in the process. */
import { createContext, Script } from 'node:vm';

const globals: { work: (() => unknown) | undefined } = { work: undefined };
const context = createContext(globals);
const script = new Script('work()');

/** The work took longer than it may. */
export class TimeLimitError extends Error {
  constructor(limitMs: number) {
    super(`took longer than ${limitMs} ms`);
    this.name = 'TimeLimitError';
  }
}

/**
 * What `work` returns. The limit is for the time of the processor: work that only waited for its turn on a busy machine is begun anew, so it must
 * be synchronous and may be done twice. Costs a tenth of a millisecond. @throws TimeLimitError, and what `work` throws
 */
export function withTimeLimit<T>(limitMs: number, work: () => T): T {
  for (let timeout = limitMs; ; timeout *= 2) {
    const before = process.threadCpuUsage();
    const result = attempt(timeout, work);
    if (result !== TIMED_OUT) return result;
    const { user, system } = process.threadCpuUsage(before);
    // The clock of the timeout and that of the processor do not agree to the millisecond.
    if ((user + system) / 1000 > limitMs * 0.9) throw new TimeLimitError(limitMs);
  }
}

const TIMED_OUT = Symbol('timed out');

function attempt<T>(timeout: number, work: () => T): T | typeof TIMED_OUT {
  const outer = globals.work;
  globals.work = work;
  try {
    return script.runInContext(context, { timeout }) as T;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return TIMED_OUT;
    throw error;
  } finally {
    globals.work = outer;
  }
}
