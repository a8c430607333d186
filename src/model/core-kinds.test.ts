import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parseEndpointSlice } from './endpoint-slice.ts';
import { parseIngressClass } from './ingress-class.ts';
import { parseSecret } from './secret.ts';
import { parseService } from './service.ts';

const defaults = { namespace: 'default' };
const raw = (value: object) => ({ value: { metadata: { name: 'x' }, ...value } });

describe('Service', () => {
  it('reads ports by name, number and target', () => {
    const spec = {
      ports: [
        { name: 'http', port: 80, targetPort: 'web', appProtocol: 'grpc' },
        { name: 'b', port: 81, targetPort: 9 },
      ],
    };
    const { object, problems } = parseService(raw({ spec }), defaults);
    expect(problems).toEqual([]);
    expect(object?.spec).toEqual({
      type: 'ClusterIP',
      ports: [
        { name: 'http', port: 80, targetPort: 'web', appProtocol: 'grpc', protocol: 'TCP' },
        { name: 'b', port: 81, targetPort: 9, protocol: 'TCP' },
      ],
    });
  });

  it('reads headless and external ones', () => {
    const external = parseService(raw({ spec: { type: 'ExternalName', externalName: 'up.test' } }), defaults);
    expect(external.object?.spec).toMatchObject({ type: 'ExternalName', externalName: 'up.test', ports: [] });
    expect(parseService(raw({ spec: { clusterIP: 'None' } }), defaults).object?.spec.clusterIP).toBe('None');
  });

  it('names the wrong field', () => {
    const { object, problems } = parseService(raw({ spec: { ports: [{ port: 'http' }] } }), defaults);
    expect(object).toBeUndefined();
    expect(problems).toMatchObject([{ origin: { path: 'spec.ports[0].port' }, value: 'http' }]);
  });
});

describe('EndpointSlice', () => {
  it('reads loopback addresses and readiness', () => {
    const { object, problems } = parseEndpointSlice(
      raw({
        endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: false } }, { addresses: ['::1'] }],
        ports: [{ port: 80 }],
      }),
      defaults,
    );
    expect(problems).toEqual([]);
    expect(object).toMatchObject({
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['127.0.0.1'], conditions: { ready: false } },
        { addresses: ['::1'], conditions: {} },
      ],
      ports: [{ name: '', port: 80 }],
    });
  });
});

describe('IngressClass', () => {
  it('has no namespace', () => {
    expect(parseIngressClass(raw({}), defaults).object?.metadata).toMatchObject({ name: 'x', namespace: '' });
  });
});

describe('Secret', () => {
  it('decodes data, and stringData wins', () => {
    const { object, problems } = parseSecret(
      raw({ type: 'kubernetes.io/tls', data: { a: 'b25l', b: 'dHdv\n' }, stringData: { b: 'three' } }),
      defaults,
    );
    expect(problems).toEqual([]);
    expect(object?.type).toBe('kubernetes.io/tls');
    expect(object?.data.a?.reveal()).toBe('one');
    expect(object?.data.b?.reveal()).toBe('three');
  });

  it('never shows a value, right or wrong', () => {
    const { object, problems } = parseSecret(
      raw({ data: { a: 'not base64!', n: 1234567 }, stringData: { s: 'hunter2', t: ['hunter3'] } }),
      defaults,
    );
    expect(problems.map(({ origin }) => origin.path)).toEqual(['data.n', 'data.a', 'stringData.t']);
    const shown = `${JSON.stringify([object, problems])}${inspect([object, problems], { depth: 9 })}`;
    expect(shown).not.toMatch(/hunter|not base64!|1234567/);
  });
});
