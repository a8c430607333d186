/** Http2Rpcs are read but turned into nothing yet: each is told so, those outside the system namespace that they would not count there anyway. */
import type { Problem } from '#ir/types.ts';
import type { Http2Rpc } from '#model/http2rpc.ts';
import { originOf } from '#model/object.ts';

export function ignoredRpcs(rpcs: readonly Http2Rpc[], systemNamespace: string): Problem[] {
  return rpcs.map((rpc) => {
    const { namespace, name } = rpc.metadata;
    if (namespace === systemNamespace)
      return {
        severity: 'warning',
        reason: 'KindNotSupported',
        origin: originOf(rpc),
        message: `Http2Rpc ${namespace}/${name} has no effect: calls to Dubbo services are not supported yet`,
        hint: 'until then route to a service that speaks HTTP or gRPC',
      };
    return {
      severity: 'warning',
      reason: 'WrongNamespace',
      origin: originOf(rpc, 'metadata.namespace'),
      value: namespace,
      message: `Http2Rpc ${namespace}/${name} is ignored: only those of namespace ${systemNamespace} count`,
      hint: `move it to namespace ${systemNamespace}`,
    };
  });
}
