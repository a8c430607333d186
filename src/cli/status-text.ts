/** Tables and lists of `higress status`, the same for a gateway on this machine and one in a cluster. */
import { describeProblem } from '#app/control-plane/problem-book.ts';
import type { Problem } from '#ir/types.ts';
import type { RegistryStatus } from '#sources/registry/manager.ts';
import type { AdsStatus, NodeStatus } from '#xds/server/status.ts';
import { plural } from './ask.ts';

const MAX_PROBLEMS = 20;

export interface RefusedResource {
  readonly type: string;
  readonly name: string;
  readonly detail: string;
}

/** What each node has confirmed, type by type. */
export function nodeTable(nodes: readonly NodeStatus[], served: AdsStatus['served']): string[] {
  const rows = nodes.flatMap(({ id, types }) =>
    Object.entries(types).map(([type, one]) => [
      id,
      type,
      one.lastNack !== undefined && !one.settled ? 'refused' : one.settled ? 'up to date' : 'waiting',
      one.ackedVersion === '' ? '-' : one.ackedVersion,
      String(Object.keys(one.resources).length),
      String(served[type as keyof AdsStatus['served']]?.count ?? 0),
      one.lastAck ?? '-',
      one.lastNack === undefined ? '-' : `${one.lastNack.time} ${one.lastNack.detail}`,
    ]),
  );
  return columns([['NODE', 'TYPE', 'STATE', 'VERSION', 'HELD', 'SERVED', 'LAST ACK', 'LAST NACK'], ...rows]);
}

export function refusedLines(rejections: readonly RefusedResource[]): string[] {
  if (rejections.length === 0) return [];
  const lines = rejections.map(({ type, name, detail }) => `  ${type} ${name}: ${detail}`);
  return ['', 'Refused (the last accepted version serves)', ...lines];
}

export function registryLines(registries: readonly RegistryStatus[]): string[] {
  if (registries.length === 0) return [];
  const lines = registries.map(({ type, name, health }) => {
    const state = health.healthy ? 'healthy' : 'FAILING';
    const error = health.lastError === undefined ? '' : `: ${health.lastError}`;
    return `  ${name} (${type}): ${state}, ${plural(health.services, 'service')}${health.healthy ? '' : error}`;
  });
  return ['', 'Registries', ...lines];
}

export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export function problemLines(problems: readonly Problem[]): string[] {
  const of = (severity: Problem['severity']) => problems.filter((problem) => problem.severity === severity);
  const [errors, warnings] = [of('error'), of('warning')];
  const sorted = [...errors, ...warnings];
  const rest = sorted.length - MAX_PROBLEMS;
  return [
    `${plural(errors.length, 'error')}, ${plural(warnings.length, 'warning')}`,
    ...sorted.slice(0, MAX_PROBLEMS).map((problem) => {
      const place = problem.origin.file === undefined ? '' : `${problem.origin.file}: `;
      return `  ${place}${problem.severity}: ${problem.reason}: ${describeProblem(problem)}`;
    }),
    ...(rest > 0 ? [`  and ${rest} more; -o json lists all`] : []),
  ];
}
