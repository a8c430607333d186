/** Keeps the problems of every object, tells changes to the log once, and answers what is wrong with an object now. */
import type { Origin, Problem } from '#ir/types.ts';
import { canonicalJson } from '#lib/hash.ts';
import type { Logger } from '#lib/log.ts';

/** Characters that would break a line or steer a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/** One line for people: what, where, why, and the way out. Control characters, which manifests may hold anywhere, are shown as escapes. */
export function describeProblem(problem: Problem): string {
  const { origin } = problem;
  // Many messages are sentences that begin with the path.
  const said = origin.path === undefined || problem.message.startsWith(origin.path);
  const where = said ? '' : ` ${origin.path}`;
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  const line = `${origin.kind} ${nameOf(origin)}${where}: ${problem.message}${hint}`;
  return line.replace(UNPRINTABLE, escaped);
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

export function nameOf(origin: Origin): string {
  const name = origin.name === '' ? '(without a name)' : origin.name;
  return origin.namespace === '' ? name : `${origin.namespace}/${name}`;
}

export class ProblemBook {
  readonly #log: Logger;
  readonly #bySource = new Map<string, readonly Problem[]>();
  #known = new Map<string, Problem>();
  #all: readonly Problem[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Replaces what one source of problems (files, translation, registries, Envoy) reports. */
  set(source: string, problems: readonly Problem[]): void {
    const before = this.#bySource.get(source);
    this.#bySource.set(source, problems);
    if (before !== undefined && before.length === problems.length && before.every((one, at) => one === problems[at]))
      return;
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
    this.#all = [...now.values()];
  }

  /** The same list as long as nothing changed. */
  all(): readonly Problem[] {
    return this.#all;
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
