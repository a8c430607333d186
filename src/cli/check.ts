/** `higress check`: every problem of the manifests with file, line, field, reason and way out. Exit status 1 when something does not work. */
import { describeProblem } from '#app/control-plane/problem-book.ts';
import { type OfflineOptions, translateOffline } from '#app/offline.ts';
import type { Problem } from '#ir/types.ts';
import { createLocator } from '#sources/files/locate.ts';

interface Options extends OfflineOptions {
  readonly output: string;
  readonly strict?: boolean;
}

export function check(paths: readonly string[], options: Options): void {
  const { problems } = translateOffline(paths, options);
  const locate = createLocator();
  const placed = problems.map((problem) => ({ problem, place: locate(problem.origin) })).sort(byPlace);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  if (options.output === 'json') {
    const rows = placed.map(({ problem, place }) => ({ ...problem, file: place?.file, line: place?.line }));
    process.stdout.write(`${JSON.stringify({ errors, warnings, problems: rows }, null, 2)}\n`);
  } else {
    for (const { problem, place } of placed) {
      const where = place === undefined ? '' : `${place.file}:${place.line}: `;
      process.stdout.write(`${where}${problem.severity}: ${problem.reason}: ${describeProblem(problem)}\n`);
    }
    process.stdout.write(
      `${errors} error${errors === 1 ? '' : 's'}, ${warnings} warning${warnings === 1 ? '' : 's'}\n`,
    );
  }
  if (errors > 0 || (options.strict === true && warnings > 0)) process.exitCode = 1;
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
