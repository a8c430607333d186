import type { Problem } from '#ir/types.ts';
import { compareText } from '#lib/sorted.ts';
import { memoEach } from './memo.ts';

/** By object, field and reason; equal ones once. The order does not depend on who reported first. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const byKey = new Map(problems.map((problem) => [keyOf(problem), problem]));
  return [...byKey].sort(([a], [b]) => compareText(a, b)).map(([, problem]) => problem);
}

const keyOf = memoEach(({ origin, reason, message, severity }: Problem) =>
  [origin.kind, origin.namespace, origin.name, origin.path ?? '', reason, severity, message, origin.file ?? ''].join(
    '\0',
  ),
);
