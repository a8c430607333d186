/** What a request that nothing answers was probably meant for. */
import type { Gateway, Host } from '#ir/types.ts';
import { didYouMean } from '#lib/did-you-mean.ts';

const LISTED = 5;

/** Host names near to a name that no host covers. */
export function nearestHosts(gateway: Gateway, name: string, tls: boolean): string[] {
  const served = gateway.hosts.filter((host) => !tls || host.tls).map((host) => host.name);
  const near = didYouMean(
    name,
    served.filter((one) => !one.startsWith('*')),
  );
  // A parent or a child of a known name is nearer to what was meant than any spelling.
  const related = served.filter((one) => one.endsWith(`.${name}`) || name.endsWith(`.${one.replace(/^\*\./, '')}`));
  const known =
    tls && gateway.hosts.some((host) => host.name === name) ? [`http://${name} (not served over https)`] : [];
  return [...new Set([...known, ...(near === undefined ? [] : [near]), ...related])].slice(0, LISTED);
}

/** Paths of the host near to one that none of its routes takes. */
export function nearestPaths(host: Host, path: string): string[] {
  const paths = [...new Set(host.routes.map((route) => route.match.path).filter(({ type }) => type !== 'regex'))];
  const values = paths.map(({ value }) => value);
  const lower = path.toLowerCase();
  const sameButCase = values.filter((value) => {
    const other = value.toLowerCase();
    return other !== '/' && (lower === other || lower.startsWith(`${other}/`));
  });
  const heads = values.flatMap((value) => {
    const depth = value.split('/').length;
    const head = path.split('/').slice(0, depth).join('/');
    return didYouMean(head, [value]) === undefined ? [] : [value];
  });
  return [...new Set([...sameButCase, ...heads])].slice(0, LISTED);
}
