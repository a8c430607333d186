/** `higress status`: is the gateway well, who is connected and what has each taken, what is wrong. Exit status 1 when it is not ready, 2 when nobody answers. */
import { type ControllerStatus, readStatus } from '#app/admin/status.ts';
import { readClusterStatus } from '#app/cluster/status.ts';
import { answering, type PlaceFlags, placeOf, printJson } from './ask.ts';
import { clusterLines } from './cluster-status-text.ts';
import { nodeTable, problemLines, refusedLines, registryLines } from './status-text.ts';

interface Options extends PlaceFlags {
  readonly output: string;
}

export function status(options: Options): Promise<void> {
  return answering(async () => {
    const place = await placeOf(options);
    const say = <T extends { readonly ready: boolean }>(found: T, lines: (found: T) => string[]) => {
      if (options.output === 'json') printJson(found);
      else process.stdout.write(`${lines(found).join('\n')}\n`);
      if (!found.ready) process.exitCode = 1;
    };
    if ('admin' in place) say(await readStatus(place.admin), localLines);
    else say(await readClusterStatus(place.cluster), clusterLines);
  });
}

function localLines(status: ControllerStatus): string[] {
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
  return [
    ...out,
    '',
    ...nodeTable(nodes, served),
    ...refusedLines(rejections),
    ...registryLines(registries),
    '',
    ...problemLines(status.problems),
  ];
}
