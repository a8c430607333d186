/** Certificates from Secrets, chosen by server name and swapped while the gateway serves. */
import { connect } from 'node:tls';
import { describe, expect } from '@jest/globals';
import { tlsSecret } from '#test/certificate.ts';
import { eventually } from '#test/gateway.ts';
import { gatewaySuite, type Scenario } from '#test/scenario.ts';
import { send } from '#test/send.ts';

const suite = gatewaySuite({ web: ['web'] });

function configMap(cert: string): unknown {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'higress-https' }, data: { cert } };
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
      gateway.write('stays.yaml', tlsSecret('stays', ['other.example.com']));
      gateway.write('swap.yaml', tlsSecret('swap', ['first.test', host]));
      await eventually('the first certificate', async () => (await servedName(scenario, host)) === 'first.test');
      const listener = gateway.children().envoy;
      gateway.write('swap.yaml', tlsSecret('swap', ['second.test', host]));
      await eventually('the second certificate', async () => (await servedName(scenario, host)) === 'second.test');
      expect(await servedName(scenario, 'other.example.com')).toBe('other.example.com');
      expect((await scenario.askTls('/')).status).toBe(200);
      expect((await ask('/')).status).toBe(200);
      expect(gateway.children().envoy).toBe(listener);
    },
  );

  suite.it(
    'certificates of higress-https are shown to hosts without a Secret of their own, and follow the ConfigMap',
    [
      { host: 'a.shared.test', tls: '' },
      { host: 'b.shared.test', tls: 'lost' },
      { host: 'plain.shared.test' },
      { host: 'own.shared.test', tls: 'own' },
    ],
    async (scenario) => {
      const { gateway } = scenario;
      const shown = () =>
        Promise.all(['a', 'b', 'plain', 'own'].map((name) => servedName(scenario, `${name}.shared.test`)));
      const configure = (...lines: readonly string[]) =>
        gateway.write('https.yaml', JSON.stringify(configMap(['automaticHttps: false', ...lines].join('\n'))));
      gateway.write(
        'shared.yaml',
        [
          tlsSecret('own', ['own.shared.test']),
          tlsSecret('wide', ['*.shared.test']),
          tlsSecret('narrow', ['a.shared.test']),
        ].join('\n---\n'),
      );
      const becomes = (what: string, ...names: readonly (string | undefined)[]) =>
        eventually(what, async () => JSON.stringify(await shown()) === JSON.stringify(names));
      await becomes('one Secret', undefined, undefined, undefined, 'own.shared.test');
      configure('credentialConfig: [{domains: ["*.shared.test"], tlsSecret: default/wide}]');
      await becomes('the shared certificate', '*.shared.test', undefined, undefined, 'own.shared.test');
      configure(
        'fallbackForInvalidSecret: true',
        'credentialConfig:',
        '- {domains: [a.shared.test], tlsSecret: default/narrow}',
        '- {domains: ["*.shared.test"], tlsSecret: default/wide}',
      );
      await becomes(
        'the first entry, and the fallback',
        'a.shared.test',
        '*.shared.test',
        undefined,
        'own.shared.test',
      );
      const reply = await send(Number(new URL(gateway.urls.https).port), '/', {
        host: 'b.shared.test',
        sni: 'b.shared.test',
      });
      expect(reply.status).toBe(200);
      expect((await scenario.problems()).map(({ reason, severity }) => `${severity} ${reason}`)).toEqual([
        'warning SecretMissing',
      ]);
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
