/** An explanation as text: the outcome first, then each decision with the place that it comes from. */
import { stringify } from 'yaml';
import type { DestinationInForce } from '#explain/destinations.ts';
import type { Candidate, Explanation, Outcome } from '#explain/explanation.ts';
import type { PluginInForce } from '#explain/plugins.ts';
import type { Source } from '#explain/source.ts';
import type { Problem } from '#ir/types.ts';
import { plural } from './ask.ts';

const MAX_CANDIDATES = 8;
const MAX_ENDPOINTS = 10;

/** `problems`: of the whole gateway; errors among them may be why something is not there. */
export function explanationText(explanation: Explanation, problems: readonly Problem[]): string {
  const { request, outcome, tls, host, route } = explanation;
  const lines = [`${request.method} ${request.scheme}://${request.host}${request.path}`, `  ${outcomeText(outcome)}`];
  if (tls !== undefined) {
    const client = tls.clientCertificates ? ', clients need a certificate' : '';
    const versions = [tls.minVersion, tls.maxVersion].filter((one) => one !== undefined).join(' to ');
    lines.push('', `TLS      ${tls.name} (${tls.because})`);
    lines.push(
      `         certificate ${tls.certificate}${client}${versions === '' ? '' : `, ${versions}`}`,
      ...from(tls.sources),
    );
  }
  if (host !== undefined) {
    lines.push('', `Host     ${host.name} (${host.because}), ${plural(host.routes, 'route')}`);
    if (host.passedOver.length > 0) lines.push(`         passed over: ${host.passedOver.join(', ')}`);
  }
  if (route !== undefined) {
    lines.push('', `Route    ${route.name}, number ${route.position} in the order of the host`);
    lines.push(`         ${route.match.join('; ')}`);
    if (route.inheritedFrom !== undefined)
      lines.push(`         a rule of host ${route.inheritedFrom}, which covers this one`);
    lines.push(...from([route.source]));
    if (route.policies.length > 0) lines.push('', 'Policies');
    for (const { name, text, isDefault, sources } of route.policies)
      lines.push(`  ${name}: ${text}${isDefault === true ? ' (default)' : ''}`, ...from(sources));
    if (route.plugins.length > 0) lines.push('', 'Plugins, in order');
    for (const [index, plugin] of route.plugins.entries()) lines.push(...pluginLines(plugin, index + 1));
    if (route.mayBeReroutedBy.length > 0)
      lines.push(
        `  ${route.mayBeReroutedBy.join(', ')} may send the request on to another route of the host, by its body.`,
      );
    if (route.destinations.length > 0) lines.push('', route.destinations.length === 1 ? 'Cluster' : 'Clusters');
    for (const destination of route.destinations) lines.push(...destinationLines(destination));
  }
  lines.push(...candidateLines(explanation.candidates));
  if (explanation.problems.length > 0) lines.push('', 'Problems of these objects');
  for (const { severity, reason, message, source } of explanation.problems)
    lines.push(`  ${severity}: ${reason}: ${message}`, ...from([source]));
  if (explanation.didYouMean.length > 0) lines.push('', `Did you mean: ${explanation.didYouMean.join(', ')}`);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (outcome.type === 'nothing' && errors > 0)
    lines.push(
      '',
      `The configuration has ${plural(errors, 'error')}, which may be why: see \`higress check\` or \`higress status\`.`,
    );
  return `${lines.join('\n')}\n`;
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.type) {
    case 'forward':
      return `is sent to ${outcome.clusters.join(' or ')}`;
    case 'redirect':
      return `is answered ${outcome.status} to ${outcome.location}`;
    case 'respond':
      return `is answered ${outcome.status}${outcome.because === undefined ? '' : `: ${outcome.because}`}`;
    case 'serve':
      return `is answered by the plugin ${outcome.plugin}${outcome.clusters.length === 0 ? '' : `, before ${outcome.clusters.join(', ')}`}`;
    case 'nothing':
      return `matches nothing${outcome.status === undefined ? '' : ` (${outcome.status})`}: ${outcome.because}`;
  }
}

function from(sources: readonly Source[]): string[] {
  return sources.map(({ object, path, file, line }) => {
    const place = file === undefined ? '' : ` at ${file}:${line}`;
    return `         from ${object}${path === undefined ? '' : ` ${path}`}${place}`;
  });
}

function pluginLines(plugin: PluginInForce, number: number): string[] {
  const { phase, priority, failStrategy, filters } = plugin;
  const by = filters.length === 0 ? '' : ` by ${filters.join(', ')}`;
  const config = stringify(plugin.config ?? {}, { lineWidth: 0 })
    .trimEnd()
    .split('\n');
  return [
    `  ${number}. ${plugin.plugin} (${plugin.instance}): ${plugin.way}${by}`,
    `     phase ${phase}, priority ${priority}, fails ${failStrategy}`,
    ...(plugin.reason === undefined ? [] : [`     because ${plugin.reason}`]),
    ...(plugin.notes ?? []).map((note) => `     note: ${note}`),
    ...config.map((line) => `       ${line}`),
    ...from(plugin.sources),
  ];
}

function destinationLines(destination: DestinationInForce): string[] {
  const {
    cluster,
    percent,
    endpoints,
    protocol,
    tls,
    loadBalancing,
    resolution,
    headers,
    fallbacks,
    sources,
    endpointsUnknown,
  } = destination;
  const secure =
    tls === undefined
      ? ''
      : ` over TLS${tls.sni === undefined ? '' : ` to ${tls.sni}`}${tls.verify ? ', verified' : ''}`;
  const shown = endpoints.slice(0, MAX_ENDPOINTS).join(', ');
  const more = endpoints.length > MAX_ENDPOINTS ? ` and ${endpoints.length - MAX_ENDPOINTS} more` : '';
  const found =
    endpoints.length === 0
      ? (endpointsUnknown ?? 'no endpoints')
      : `${shown}${more}${resolution === 'dns' ? ' (names that Envoy resolves)' : ''}`;
  return [
    `  ${cluster}: ${percent} %${protocol === undefined ? '' : `, ${protocol}${secure}, ${loadBalancing}`}`,
    `     ${found}`,
    ...(fallbacks === undefined ? [] : [`     without endpoints: ${fallbacks.join(', then ')}`]),
    ...(headers === undefined ? [] : [`     ${headers}`]),
    ...from(sources),
  ];
}

/** Those whose path fits are told one by one; the others only counted, unless there is nothing better to tell. */
function candidateLines(all: readonly Candidate[]): string[] {
  const near = all.filter((one) => one.near);
  const shown = (near.length > 0 ? near : all).slice(0, MAX_CANDIDATES);
  if (shown.length === 0) return [];
  const lines = shown.map(({ name, position, place, match, because, source }) => {
    const why =
      place === 'before'
        ? `did not match: ${because.join('; ')}`
        : `matches too, but comes later: ${because.join('; ')}`;
    return [`  ${position}. ${name} (${match.join('; ')})`, `     ${why}`, ...from([source])].join('\n');
  });
  const rest = all.length - shown.length;
  return ['', 'Other routes', ...lines, ...(rest === 0 ? [] : [`  and ${rest} more, whose path does not match`])];
}
