/** Whether HTTP/3 can be served: a client that comes over QUIC must not get round what a host asks of TLS clients. */
import type { DownstreamSettings, Problem, TlsHost } from '#ir/types.ts';
import type { HigressConfig } from '#model/config-map.ts';

export function withHttp3(
  { downstream, origin }: HigressConfig,
  hosts: readonly TlsHost[],
): { readonly downstream: DownstreamSettings; readonly problems: readonly Problem[] } {
  if (!downstream.http3) return { downstream, problems: [] };
  const barred = hosts.filter(({ clientCa, maxVersion = downstream.tls.maxVersion }) => {
    return clientCa !== undefined || (maxVersion !== undefined && maxVersion !== 'TLSv1_3');
  });
  if (barred.length === 0) return { downstream, problems: [] };
  const path = 'data.mesh.mseIngressGlobalConfig.enableH3';
  const names = barred.map(({ name }) => name).join(', ');
  const problem: Problem = {
    severity: 'warning',
    reason: 'Http3NotServed',
    origin: { ...origin, path },
    value: names,
    message: `${path}: HTTP/3 is served for no host while ${names} asks for client certificates or TLS below 1.3, which there is none of over QUIC`,
    hint: 'serve such hosts with a gateway of their own, or leave HTTP/3 off',
  };
  return { downstream: { ...downstream, http3: false }, problems: [problem] };
}
