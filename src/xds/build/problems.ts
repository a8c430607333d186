import type { Origin, Problem } from '#ir/types.ts';

/** Collects problems of one host or one gateway; each distinct one is kept once. */
export class Problems {
  readonly #seen = new Set<string>();
  readonly list: Problem[] = [];

  add(problem: Problem): void {
    const key = `${problem.reason}|${origin(problem.origin)}|${problem.value ?? ''}|${problem.message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.list.push(problem);
  }

  addAll(problems: readonly Problem[]): void {
    for (const problem of problems) this.add(problem);
  }
}

function origin(o: Origin): string {
  return `${o.kind}/${o.namespace}/${o.name}/${o.path ?? ''}`;
}
