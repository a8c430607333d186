/** `higress status`: is the gateway well, who is connected and what has each taken, what is wrong. Exit status 1 when it is not ready, 2 when nobody answers. */
import { AdminClient, DEFAULT_ADMIN_URL } from '#app/admin/client.ts';
import { describeProblem } from '#app/control-plane/problem-book.ts';
import type { Problem } from '#ir/types.ts';
import type { RegistryStatus } from '#sources/registry/manager.ts';
import type { AdsStatus, NodeStatus } from '#xds/server/status.ts';
import { answering, plural, printJson } from './ask.ts';

interface Options {
  readonly admin?: string;
  readonly output: string;
}

interface Status {
  readonly admin: string;
  readonly ready: boolean;
  readonly notReadyBecause: readonly string[];
  readonly process: { readonly version: string; readonly node: string; readonly startedAt: string };
  readonly nodes: readonly NodeStatus[];
  readonly served: AdsStatus['served'];
  readonly rejections: readonly { readonly type: string; readonly name: string; readonly detail: string }[];
  readonly registries: readonly RegistryStatus[];
  readonly problems: readonly Problem[];
}

const MAX_PROBLEMS = 20;

export function status(options: Options): Promise<void> {
  return answering(async () => {
    const found = await ask(new AdminClient(options.admin ?? DEFAULT_ADMIN_URL));
    if (options.output === 'json') printJson(found);
    else process.stdout.write(`${lines(found).join('\n')}\n`);
    if (!found.ready) process.exitCode = 1;
  });
}

async function ask(admin: AdminClient): Promise<Status> {
  const [notReadyBecause, process, xds, registries, model] = await Promise.all([
    admin.notReadyBecause(),
    admin.page('process'),
    admin.page('xds'),
    admin.page('registries'),
    admin.page('model'),
  ]);
  const { nodes, served, rejections } = xds as AdsStatus;
  return {
    admin: admin.url,
    ready: notReadyBecause.length === 0,
    notReadyBecause,
    process: process as Status['process'],
    nodes,
    served,
    rejections: rejections.map(({ type, name, detail }) => ({ type, name, detail })),
    registries: registries as Status['registries'],
    problems: (model as { readonly problems: readonly Problem[] }).problems,
  };
}

function lines(status: Status): string[] {
  const { process, nodes, served, rejections, registries } = status;
  const out = [
    `gateway        ${status.ready ? 'ready' : 'NOT READY'} (${status.admin})`,
    ...status.notReadyBecause.map((reason) => `               ${reason}`),
    `control plane  ${process.version}, Node ${process.node}, since ${process.startedAt}`,
  ];
  for (const role of ['gateway', 'plugin-server'] as const) {
    const name = role === 'gateway' ? 'Envoy' : 'plugin server';
    const mine = nodes.filter((node) => node.role === role);
    if (mine.length === 0) out.push(`${name.padEnd(15)}none connected`);
    for (const node of mine)
      out.push(
        `${name.padEnd(15)}${node.id}${node.version === '' ? '' : `, ${node.version}`}, connected since ${node.connectedSince}`,
      );
  }
  out.push('', ...table(nodes, served));
  if (rejections.length > 0) out.push('', 'Refused (the last accepted version serves)');
  for (const { type, name, detail } of rejections) out.push(`  ${type} ${name}: ${detail}`);
  if (registries.length > 0) out.push('', 'Registries');
  for (const { type, name, health } of registries) {
    const state = health.healthy ? 'healthy' : 'FAILING';
    const error = health.lastError === undefined ? '' : `: ${health.lastError}`;
    out.push(`  ${name} (${type}): ${state}, ${plural(health.services, 'service')}${health.healthy ? '' : error}`);
  }
  return [...out, '', ...problemLines(status.problems)];
}

function table(nodes: readonly NodeStatus[], served: AdsStatus['served']): string[] {
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

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function problemLines(problems: readonly Problem[]): string[] {
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
