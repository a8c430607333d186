import { describe, expect, it } from '@jest/globals';
import { publishedAddresses, sameAddresses } from './addresses.ts';

describe('addresses of Ingresses', () => {
  it.each([
    [
      'a load balancer with an address',
      { type: 'LoadBalancer', ingress: [{ ip: '192.0.2.1' }] },
      [{ ip: '192.0.2.1' }],
    ],
    ['one with a host name', { type: 'LoadBalancer', ingress: [{ hostname: 'lb.test' }] }, [{ hostname: 'lb.test' }]],
    ['one that is pending', { type: 'LoadBalancer', clusterIP: '10.0.0.1' }, []],
    ['a cluster address', { type: 'ClusterIP', clusterIP: '10.0.0.1' }, [{ ip: '10.0.0.1' }]],
    ['a headless Service', { type: 'ClusterIP', clusterIP: 'None' }, []],
    ['a node port', { type: 'NodePort', clusterIP: '10.0.0.1', externalIPs: ['192.0.2.2'] }, [{ ip: '192.0.2.2' }]],
    ['an external name', { type: 'ExternalName', externalName: 'x.test' }, [{ hostname: 'x.test' }]],
  ])('%s', (_, service, expected) => {
    expect(publishedAddresses([service])).toEqual(expected);
  });

  it('are sorted and told once', () => {
    const service = { type: 'ClusterIP', externalIPs: ['192.0.2.9', '192.0.2.1', '192.0.2.9'] };
    expect(publishedAddresses([service, service])).toEqual([{ ip: '192.0.2.1' }, { ip: '192.0.2.9' }]);
    expect(sameAddresses([{ ip: 'a' }, { ip: 'b' }], [{ ip: 'b' }, { ip: 'a' }])).toBe(true);
    expect(sameAddresses([{ ip: 'a' }], [])).toBe(false);
  });
});
