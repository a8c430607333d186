/** `higress check`: every problem of the manifests with file, line, field, reason and way out. Exit status 1 when something does not work. */
import { describeProblem } from '#app/control-plane/problem-book.ts';
import { type OfflineOptions, translateOffline } from '#app/offline.ts';
import type { Problem } from '#ir/types.ts';
import { createLocator } from '#sources/files/locate.ts';

interface Options extends OfflineOptions {
  readonly output: string;
  readonly strict?: boolean;
}

export interface Printed {
  readonly text: string;
  readonly status: number;
}

export function check(paths: readonly string[], options: Options): void {
  const { text, status } = checkText(paths, options);
  process.stdout.write(text);
  if (status !== 0) process.exitCode = status;
}

/** What `check` prints, and its exit status. */
export function checkText(paths: readonly string[], options: Options): Printed {
  const { problems } = translateOffline(paths, options);
  const locate = createLocator();
  const placed = problems.map((problem) => ({ problem, place: locate(problem.origin) })).sort(byPlace);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const status = errors > 0 || (options.strict === true && warnings > 0) ? 1 : 0;
  if (options.output === 'json') {
    const rows = placed.map(({ problem, place }) => ({ ...problem, file: place?.file, line: place?.line }));
    return { text: `${JSON.stringify({ errors, warnings, problems: rows }, null, 2)}\n`, status };
  }
  const lines = placed.map(({ problem, place }) => {
    const where = place === undefined ? '' : `${place.file}:${place.line}: `;
    return `${where}${problem.severity}: ${problem.reason}: ${describeProblem(problem)}\n`;
  });
  const summary = `${errors} error${errors === 1 ? '' : 's'}, ${warnings} warning${warnings === 1 ? '' : 's'}\n`;
  return { text: lines.join('') + summary, status };
}

type Placed = {
  readonly problem: Problem;
  readonly place: { readonly file: string; readonly line: number } | undefined;
};

function byPlace(a: Placed, b: Placed): number {
  const [x, y] = [a.place?.file ?? '', b.place?.file ?? ''];
  if (x !== y) return x < y ? -1 : 1;
  return (a.place?.line ?? 0) - (b.place?.line ?? 0);
}
