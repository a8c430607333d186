/** Manifests that are wrong in one way each, and what must be said of them. */
import type { KeyPair } from './certificate.ts';

export interface BadInput {
  readonly name: string;
  readonly yaml: string;
  /** `warning`: nothing that was asked for is lost. */
  readonly severity: 'error' | 'warning';
  readonly reason: string;
  /** What the line of `higress check` holds: object, field, value, way out. `FILE` stands for the path of the file. */
  readonly says: readonly string[];
  /** Line of the file that is named. */
  readonly line: number;
  /** What its own host `bad.test` answers; absent: nothing of it is served (404). */
  readonly serves?: number;
  /** True for what only a running gateway can know. */
  readonly runtime?: true;
}

const WEB = 'service: { name: web, port: { number: 80 } }';
const BRIDGE = 'resource: { apiGroup: networking.higress.io, kind: McpBridge, name: default }';

interface Parts {
  readonly annotations?: string;
  readonly backend?: string;
  readonly path?: string;
  readonly tls?: string;
}

/** Lines: 3 annotations, 6 TLS, 9 path, 11 backend. */
function ingress({ annotations = '', backend = WEB, path = '/', tls = '[]' }: Parts): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: bad, annotations: { ${annotations} } }
spec:
  ingressClassName: higress
  tls: ${tls}
  rules:
  - http:
      paths:
      - path: ${path}
        backend: { ${backend} }
        pathType: Prefix
    host: bad.test
`;
}

function secret(name: string, data: Readonly<Record<string, string>>): string {
  return `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: data })}\n`;
}

function bridge(registry: string): string {
  return `apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: { name: default, namespace: higress-system }
spec:
  registries:
  - ${registry}
`;
}

function plugin(spec: string): string {
  return `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: bad }
spec:
${spec}`;
}

const tls = (name: string) => `[{ hosts: [bad.test], secretName: ${name} }]`;

/** Two pairs: the key of one does not belong to the certificate of the other. */
export function badInputs(pair: KeyPair, other: KeyPair): readonly BadInput[] {
  return [
    {
      name: 'what is not YAML',
      yaml: 'apiVersion: v1\nkind: Service\nmetadata: { name: [broken\n',
      severity: 'error',
      reason: 'YamlInvalid',
      says: ['File FILE', 'is not YAML', 'must be sufficiently indented and end with a ]'],
      line: 4,
    },
    {
      name: 'a tab as indentation',
      yaml: 'apiVersion: v1\nkind: Service\nmetadata:\n\tname: x\n',
      severity: 'error',
      reason: 'YamlInvalid',
      says: ['FILE:4 is not YAML', 'Tabs are not allowed as indentation'],
      line: 4,
    },
    {
      name: 'bytes that are no text',
      yaml: '\u0000\u0001\u0002',
      severity: 'error',
      reason: 'FileUnreadable',
      says: ['File FILE', 'is not text', 'save it as UTF-8'],
      line: 1,
    },
    {
      name: 'YAML that is no manifest',
      yaml: 'just some text\n',
      severity: 'error',
      reason: 'NotAManifest',
      says: ['FILE:1 is not a manifest: it is a text', 'every document needs apiVersion, kind and metadata.name'],
      line: 1,
    },
    {
      name: 'YAML of no known kind',
      yaml: 'apiVersion: networking.k8s.io/v1\nkind: Ingres\nmetadata: { name: bad }\n',
      severity: 'warning',
      reason: 'KindIgnored',
      says: ['Ingres default/bad', 'is not a kind that is read here; the object is ignored', 'did you mean Ingress?'],
      line: 1,
    },
    {
      name: 'a field of the wrong type',
      yaml: ingress({ backend: 'service: { name: web, port: { number: eighty } }' }),
      severity: 'error',
      reason: 'Invalid',
      says: [
        'Ingress default/bad',
        'spec.rules[0].http.paths[0].backend.service.port.number must be a number, not the text "eighty"',
      ],
      line: 11,
    },
    {
      name: 'an annotation that is no text',
      yaml: ingress({ annotations: 'higress.io/timeout: 5' }),
      severity: 'error',
      reason: 'Invalid',
      says: ['Ingress default/bad', 'higress.io/timeout must be a text, not the number 5', 'put it in quotes'],
      line: 3,
      serves: 200,
    },
    {
      name: 'a missing Service',
      yaml: ingress({ backend: 'service: { name: nowhere, port: { number: 80 } }' }),
      severity: 'error',
      reason: 'ServiceNotFound',
      says: [
        'Ingress default/bad spec.rules[0].http.paths[0].backend',
        'Service default/nowhere does not exist; requests get 503',
        'create the Service',
      ],
      line: 11,
      serves: 503,
    },
    {
      name: 'a port that the Service does not have',
      yaml: ingress({ backend: 'service: { name: web, port: { name: grpc } }' }),
      severity: 'error',
      reason: 'ServicePortNotFound',
      says: ['Ingress default/bad', 'Service default/web has no port grpc', 'its ports are 80 (http)'],
      line: 11,
    },
    {
      name: 'a missing registry',
      yaml: ingress({ annotations: 'higress.io/destination: gone.static', backend: BRIDGE }),
      severity: 'error',
      reason: 'ServiceNotFound',
      says: ['Ingress default/bad', 'no registry has a service "gone.static"', 'check the registries of the McpBridge'],
      line: 11,
      serves: 503,
    },
    {
      name: 'a registry of no known type',
      yaml: bridge('{ type: wibble, name: n, domain: 127.0.0.1, port: 80 }'),
      severity: 'error',
      reason: 'RegistryInvalid',
      says: [
        'McpBridge higress-system/default',
        'spec.registries[0].type',
        '"wibble" is not supported',
        'types that work',
      ],
      line: 6,
    },
    {
      name: 'a registry without its Secret',
      yaml: bridge(
        '{ type: nacos2, name: n, domain: 127.0.0.1, port: 8848, nacosGroups: [A], authSecretName: absent }',
      ),
      severity: 'error',
      reason: 'SecretMissing',
      says: [
        'spec.registries[0].authSecretName',
        'Secret higress-system/absent is not there; the registry is not started',
        'create it with the keys nacosUsername and nacosPassword',
      ],
      line: 6,
    },
    {
      name: 'a registry that nobody answers for',
      yaml: bridge('{ type: nacos2, name: n, domain: 127.0.0.1, port: 1, nacosGroups: [A] }'),
      severity: 'error',
      reason: 'RegistryUnavailable',
      says: ['McpBridge higress-system/default', 'nacos2/n'],
      line: 6,
      runtime: true,
    },
    {
      name: 'a missing Secret of a certificate',
      yaml: ingress({ tls: tls('absent') }),
      severity: 'error',
      reason: 'SecretMissing',
      says: [
        'Ingress default/bad spec.tls[0]',
        'host bad.test is not served over TLS: Secret default/absent does not exist',
        'kubectl create secret tls',
      ],
      line: 6,
      serves: 200,
    },
    {
      name: 'a Secret without a certificate',
      yaml: `${ingress({ tls: tls('empty') })}${secret('empty', { other: 'x' })}`,
      severity: 'error',
      reason: 'SecretInvalid',
      says: ['Ingress default/bad spec.tls[0]', 'Secret default/empty has no tls.crt and tls.key'],
      line: 6,
      serves: 200,
    },
    {
      name: 'a certificate that is none',
      yaml: `${ingress({ tls: tls('none') })}${secret('none', { 'tls.crt': 'nonsense', 'tls.key': pair.key })}`,
      severity: 'error',
      reason: 'CertificateInvalid',
      says: ['Ingress default/bad spec.tls[0]', 'Secret default/none has a tls.crt that is no PEM certificate'],
      line: 6,
      serves: 200,
    },
    {
      name: 'a key that does not match its certificate',
      yaml: `${ingress({ tls: tls('mixed') })}${secret('mixed', { 'tls.crt': pair.cert, 'tls.key': other.key })}`,
      severity: 'error',
      reason: 'CertificateKeyMismatch',
      says: [
        'Ingress default/bad spec.tls[0]',
        'Secret default/mixed has a tls.key that does not belong to its tls.crt',
        'store the key that the certificate was made with',
      ],
      line: 6,
      serves: 200,
    },
    {
      name: 'an unknown annotation value',
      yaml: ingress({ annotations: 'higress.io/load-balance: fairest' }),
      severity: 'error',
      reason: 'AnnotationInvalid',
      says: [
        'Ingress default/bad',
        'higress.io/load-balance: "fairest" is not allowed; the Ingress works as if it were absent',
        'allowed: round_robin, least_conn',
      ],
      line: 3,
      serves: 200,
    },
    {
      name: 'an unknown annotation',
      yaml: ingress({ annotations: 'higress.io/timout: "5"' }),
      severity: 'warning',
      reason: 'AnnotationUnknown',
      says: [
        'Ingress default/bad',
        'higress.io/timout is unknown and has no effect',
        'did you mean "higress.io/timeout"?',
      ],
      line: 3,
      serves: 200,
    },
    {
      name: 'a path that RE2 refuses',
      yaml: ingress({ annotations: 'higress.io/use-regex: "true"', path: '/a(?=b)' }),
      severity: 'error',
      reason: 'RegexInvalid',
      says: ['Ingress default/bad spec.rules[0].http.paths[0].path', '"/a(?=b)"', '`(?=`', 'no look-around'],
      line: 10,
    },
    {
      name: 'a match condition that RE2 refuses',
      yaml: ingress({ annotations: 'higress.io/regex-match-header-x: "(a"' }),
      severity: 'error',
      reason: 'AnnotationInvalid',
      says: ['higress.io/regex-match-header-x: "(a" is not allowed; the Ingress has no routes', 'missing closing )'],
      line: 3,
    },
    {
      name: 'a plugin configuration that the schema refuses',
      yaml: plugin(
        '  url: oci://higress/plugins/key-auth:1.0.0\n  defaultConfig:\n    keys: [x-api-key]\n    in_header: true\n    consumers: everyone\n',
      ),
      severity: 'error',
      reason: 'PluginConfigInvalid',
      says: ['WasmPlugin higress-system/bad', 'spec.defaultConfig.consumers must be a list, not a text'],
      line: 9,
    },
    {
      name: 'a plugin field with a value that is none of its choices',
      yaml: plugin('  url: oci://higress/plugins/key-auth:1.0.0\n  failStrategy: FAIL_MAYBE\n'),
      severity: 'error',
      reason: 'Invalid',
      says: [
        'WasmPlugin higress-system/bad',
        'spec.failStrategy must be one of',
        'FAIL_CLOSE',
        'not the text "FAIL_MAYBE"',
      ],
      line: 6,
    },
    {
      name: 'a Wasm URL that is down',
      yaml: `${ingress({})}---\n${plugin('  url: http://127.0.0.1:2/plugin.wasm\n  phase: AUTHN\n  matchRules: [{ ingress: [default/bad] }]\n')}`,
      severity: 'error',
      reason: 'WasmModuleUnavailable',
      says: [
        'WasmPlugin higress-system/bad',
        'http://127.0.0.1:2/plugin.wasm cannot be reached: connect ECONNREFUSED 127.0.0.1:2',
      ],
      line: 19,
      serves: 503,
      runtime: true,
    },
  ];
}
