/** The wildcard hosts among `hosts` that cover a name, nearest (longest) first, `*` last; never the name itself. */
export function coveringHosts(name: string, hosts: { has(name: string): boolean }): string[] {
  const out: string[] = [];
  let rest = name.startsWith('*.') ? name.slice(2) : name;
  for (let dot = rest.indexOf('.'); dot >= 0; dot = rest.indexOf('.')) {
    rest = rest.slice(dot + 1);
    const wildcard = `*.${rest}`;
    if (wildcard !== name && hosts.has(wildcard)) out.push(wildcard);
  }
  if (name !== '*' && hosts.has('*')) out.push('*');
  return out;
}
