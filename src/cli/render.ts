/** `higress render`: the Envoy configuration that manifests turn into, or with `--explain` the way that each plugin takes. */
import { stringify } from 'yaml';
import { describeProblem } from '#app/control-plane/problem-book.ts';
import { type OfflineOptions, translateOffline } from '#app/offline.ts';
import { shownMessage } from '#app/redact-message.ts';
import { catalogue } from '#plugins/index.ts';
import type { ExplainEntry } from '#xds/build/explain.ts';
import { RESOURCE_TYPES } from '#xds/snapshot/index.ts';

interface Options extends OfflineOptions {
  readonly output: string;
  readonly explain?: boolean;
}

export function render(paths: readonly string[], options: Options): void {
  const { text, complaints, status } = renderText(paths, options);
  process.stderr.write(complaints);
  process.stdout.write(text);
  if (status !== 0) process.exitCode = status;
}

/** What `render` prints on standard output and, about problems, on standard error; and its exit status. */
export function renderText(
  paths: readonly string[],
  options: Options,
): { readonly text: string; readonly complaints: string; readonly status: number } {
  const { resources, explain, problems } = translateOffline(paths, options);
  const value =
    options.explain === true
      ? explained(explain)
      : Object.fromEntries(
          RESOURCE_TYPES.map((type) => [
            type,
            [...resources[type].values()].map((resource) => shownMessage(resource, catalogue)),
          ]),
        );
  // SecretText prints redacted through JSON only, so the text is always made from JSON.
  const json = JSON.stringify(value, null, 2);
  const complaints = problems.map((problem) => `${problem.severity}: ${problem.reason}: ${describeProblem(problem)}\n`);
  return {
    text: options.output === 'json' ? `${json}\n` : stringify(JSON.parse(json), { lineWidth: 0 }),
    complaints: complaints.join(''),
    status: problems.some(({ severity }) => severity === 'error') ? 1 : 0,
  };
}

/** By host and route: the plugins in the order in which requests meet them. */
function explained(entries: readonly ExplainEntry[]): unknown {
  const hosts: Record<string, Record<string, unknown[]>> = {};
  for (const { host, route, plugin, instance, way, reason, notes, filters } of entries) {
    hosts[host] ??= {};
    hosts[host][route] ??= [];
    hosts[host][route].push({
      plugin,
      instance,
      way,
      ...(reason === undefined ? {} : { reason }),
      ...(notes === undefined || notes.length === 0 ? {} : { notes }),
      filters,
    });
  }
  return hosts;
}
