import { describe, expect, it } from '@jest/globals';
import { translated } from '#test/builders.ts';

const rpc = (metadata: string) => `kind: Http2Rpc
metadata: ${metadata}
spec: { dubbo: { service: com.example.Greeter } }
`;

describe('Http2Rpcs', () => {
  it('are told that they have no effect, and outside the system namespace where they belong', () => {
    const { problems } = translated(rpc('{ name: mine }'), rpc('{ name: stray, namespace: team }'));
    expect(problems.map(({ reason, origin, hint }) => [reason, origin.name, origin.path, hint])).toEqual([
      ['KindNotSupported', 'mine', undefined, 'until then route to a service that speaks HTTP or gRPC'],
      ['WrongNamespace', 'stray', 'metadata.namespace', 'move it to namespace higress-system'],
    ]);
  });
});
