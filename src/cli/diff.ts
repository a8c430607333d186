/**
 * `higress diff`: what manifests would change. A folder is the whole of a gateway on this machine; in a cluster, where more is applied than one folder, manifests are
 * laid over what is there. Exit status as of diff: 0 nothing, 1 something, 2 could not be found out.
 */
import { readFileSync } from 'node:fs';
import { DEFAULT_NAMESPACE } from '#app/cluster/connect.ts';
import type { OfflineOptions } from '#app/offline.ts';
import { offlineView, requirePaths, runningView } from '#app/view.ts';
import { type Change, diffGateways, type FieldChange, type GatewayDiff } from '#explain/diff.ts';
import { ManifestTree } from '#sources/files/tree.ts';
import { adminOf, answering, type PlaceFlags, placeOf, plural, printJson, STATUS_FAILED } from './ask.ts';

interface Options extends PlaceFlags, Omit<OfflineOptions, 'systemNamespace'> {
  readonly against?: readonly string[];
  readonly systemNamespace?: string;
  readonly output: string;
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;
const MAX_ROUTES = 5;
const MAX_VALUE_LENGTH = 200;

export function diff(paths: readonly string[], options: Options): Promise<void> {
  return answering(async () => {
    const { changes, notes } = await difference(paths, options);
    if (options.output === 'json') printJson({ summary: summaryOf(changes), changes, notes });
    else {
      for (const change of changes) process.stdout.write(`${changeLines(change).join('\n')}\n`);
      process.stdout.write(`${summaryText(changes)}\n`);
      for (const note of notes) process.stderr.write(`note: ${note}\n`);
    }
    process.exitCode = changes.length === 0 ? 0 : 1;
  }, STATUS_FAILED);
}

async function difference(paths: readonly string[], options: Options): Promise<GatewayDiff> {
  const { against, namespace, systemNamespace = namespace ?? DEFAULT_NAMESPACE, ingressClass } = options;
  const offline = { systemNamespace, ingressClass };
  requirePaths(paths);
  if (against === undefined) {
    const place = await placeOf(options);
    if ('cluster' in place)
      return (await (await adminOf(place)).ask('diff', { files: textsOf(paths, systemNamespace) })) as GatewayDiff;
    return diffGateways(await runningView(place.admin), offlineView(paths, offline));
  }
  return diffGateways(offlineView(against, offline), offlineView(paths, offline));
}

/** The files below the paths, as a gateway would read them. */
function textsOf(paths: readonly string[], systemNamespace: string): { path: string; text: string }[] {
  const tree = new ManifestTree(paths, { systemNamespace });
  tree.scan();
  return [...tree.paths].sort().map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

function changeLines(change: Change): string[] {
  const { kind, name, detail, object, routes, fields = [] } = change;
  const more = [detail, kind === 'problem' ? undefined : object && `(${object})`].filter((one) => one !== undefined);
  const title = kind === 'problem' ? `${name}: ${object}` : name;
  return [
    `${SIGNS[change.change]} ${kind} ${title}${more.length === 0 ? '' : `${kind === 'problem' ? ':' : ''} ${more.join(' ')}`}`,
    ...(routes === undefined ? [] : [`    on ${routesText(routes)}`]),
    ...fields.map((field) => `    ${fieldText(field)}`),
  ];
}

function routesText(routes: readonly string[]): string {
  const more = routes.length > MAX_ROUTES ? ` and ${routes.length - MAX_ROUTES} more` : '';
  return `${plural(routes.length, 'route')}: ${routes.slice(0, MAX_ROUTES).join(', ')}${more}`;
}

function fieldText(field: FieldChange): string {
  const { path } = field;
  if (!('before' in field) && !('after' in field)) return path;
  if (!('before' in field)) return `${path}: added ${valueText(field.after)}`;
  if (!('after' in field)) return `${path}: removed ${valueText(field.before)}`;
  return `${path}: ${valueText(field.before)} -> ${valueText(field.after)}`;
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
}

function summaryOf(
  changes: readonly Change[],
): Record<Change['change'], number> & { newProblems: number; goneProblems: number } {
  const count = (change: Change['change'], problem: boolean) =>
    changes.filter((one) => one.change === change && (one.kind === 'problem') === problem).length;
  return {
    added: count('added', false),
    removed: count('removed', false),
    changed: count('changed', false),
    newProblems: count('added', true),
    goneProblems: count('removed', true),
  };
}

function summaryText(changes: readonly Change[]): string {
  if (changes.length === 0) return 'no difference';
  const { added, removed, changed, newProblems, goneProblems } = summaryOf(changes);
  return `${added} added, ${removed} removed, ${changed} changed; ${plural(newProblems, 'new problem')}, ${goneProblems} gone`;
}
