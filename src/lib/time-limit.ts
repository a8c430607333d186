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

/** What `work` returns; it must be synchronous. Costs a tenth of a millisecond. @throws TimeLimitError, and what `work` throws */
export function withTimeLimit<T>(limitMs: number, work: () => T): T {
  const outer = globals.work;
  globals.work = work;
  try {
    return script.runInContext(context, { timeout: limitMs }) as T;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TimeLimitError(limitMs);
    throw error;
  } finally {
    globals.work = outer;
  }
}
