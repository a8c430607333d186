/** Keeps the problems of every object, tells changes to the log once, and answers what is wrong with an object now. */
import type { Origin, Problem } from '#ir/types.ts';
import { canonicalJson } from '#lib/hash.ts';
import type { Logger } from '#lib/log.ts';

/** One line for people: what, where, why, and the way out. */
export function describeProblem(problem: Problem): string {
  const { origin } = problem;
  const where = origin.path === undefined ? '' : ` ${origin.path}`;
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  return `${origin.kind} ${nameOf(origin)}${where}: ${problem.message}${hint}`;
}

export function nameOf(origin: Origin): string {
  return origin.namespace === '' ? origin.name : `${origin.namespace}/${origin.name}`;
}

export class ProblemBook {
  readonly #log: Logger;
  readonly #bySource = new Map<string, readonly Problem[]>();
  #known = new Map<string, Problem>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Replaces what one source of problems (files, translation, registries, Envoy) reports. */
  set(source: string, problems: readonly Problem[]): void {
    this.#bySource.set(source, problems);
    const now = new Map<string, Problem>();
    for (const list of this.#bySource.values()) for (const problem of list) now.set(canonicalJson(problem), problem);
    for (const [key, problem] of now) {
      if (this.#known.has(key)) continue;
      const fields = {
        reason: problem.reason,
        object: `${problem.origin.kind} ${nameOf(problem.origin)}`,
        file: problem.origin.file,
      };
      if (problem.severity === 'error') this.#log.error(fields, describeProblem(problem));
      else this.#log.warn(fields, describeProblem(problem));
    }
    for (const [key, problem] of this.#known) {
      if (!now.has(key))
        this.#log.info(
          { reason: problem.reason, object: `${problem.origin.kind} ${nameOf(problem.origin)}` },
          'problem is gone',
        );
    }
    this.#known = now;
  }

  all(): readonly Problem[] {
    return [...this.#known.values()];
  }

  /** Count by severity and reason, for metrics. */
  counts(): { severity: string; reason: string; count: number }[] {
    const counts = new Map<string, { severity: string; reason: string; count: number }>();
    for (const { severity, reason } of this.#known.values()) {
      const key = `${severity} ${reason}`;
      const entry = counts.get(key) ?? { severity, reason, count: 0 };
      entry.count += 1;
      counts.set(key, entry);
    }
    return [...counts.values()];
  }
}
