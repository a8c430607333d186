/** Certificates from Secrets, chosen by server name and swapped while the gateway serves. */
import { connect } from 'node:tls';
import { describe, expect } from '@jest/globals';
import { selfSigned } from '#test/certificate.ts';
import { eventually } from '#test/gateway.ts';
import { gatewaySuite, type Scenario } from '#test/scenario.ts';

const suite = gatewaySuite({ web: ['web'] });

function secretYaml(name: string, ...names: readonly string[]): string {
  const { cert, key } = selfSigned(...names);
  const stringData = { 'tls.crt': cert, 'tls.key': key };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'kubernetes.io/tls',
    stringData,
  });
}

/** Common name of the certificate that a server name gets; undefined when the handshake fails. */
function servedName({ gateway }: Scenario, servername: string): Promise<string | undefined> {
  const port = Number(new URL(gateway.urls.https).port);
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', () => resolve(undefined));
  });
}

describe('ingress: tls:', () => {
  suite.it(
    'a Secret that comes later, and one that changes, are served without a restart',
    [{ tls: 'swap' }, { host: 'other.example.com', tls: 'stays' }],
    async (scenario) => {
      const { gateway, host, ask } = scenario;
      gateway.write('stays.yaml', secretYaml('stays', 'other.example.com'));
      gateway.write('swap.yaml', secretYaml('swap', 'first.test', host));
      await eventually('the first certificate', async () => (await servedName(scenario, host)) === 'first.test');
      const listener = gateway.children().envoy;
      gateway.write('swap.yaml', secretYaml('swap', 'second.test', host));
      await eventually('the second certificate', async () => (await servedName(scenario, host)) === 'second.test');
      expect(await servedName(scenario, 'other.example.com')).toBe('other.example.com');
      expect((await scenario.askTls('/')).status).toBe(200);
      expect((await ask('/')).status).toBe(200);
      expect(gateway.children().envoy).toBe(listener);
    },
  );

  suite.it(
    'a server name that no Ingress has gets no certificate',
    [{ host: 'plain.example.com' }],
    async (scenario) => {
      expect(await servedName(scenario, 'nobody.test')).toBeUndefined();
    },
  );
});
