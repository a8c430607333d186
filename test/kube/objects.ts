/** Objects as users of Higress write them: every field of the three kinds, in the forms that manifests in the wild have. */
export const GOOD: Readonly<Record<string, string>> = {
  'registries of every type': `
kind: McpBridge
apiVersion: networking.higress.io/v1
metadata: {name: default}
spec:
  registries:
    - {type: nacos, name: old, domain: 192.0.2.1, port: 8848, nacosGroups: [DEFAULT_GROUP]}
    - type: nacos2
      name: n2
      domain: nacos.example.com
      port: 8848
      nacosNamespaceId: d8ac64f3
      nacosNamespace: dev
      nacosGroups: [DEFAULT_GROUP, BLUE]
      nacosRefreshInterval: 30000000000
      nacosAccessKey: ak
      nacosSecretKey: sk
      authSecretName: nacos-auth
      vport: {default: 8080, services: [{name: orders.DEFAULT-GROUP.dev.nacos, value: 8081}]}
    - type: nacos3
      name: n3
      nacosAddressServer: address.example.com:8080
      enableMCPServer: true
      enableScopeMcpServers: false
      allowMcpServers: []
      mcpServerBaseUrl: /mcp
      mcpServerExportDomains: [mcp.example.com]
      metadata: {labels: {innerMap: {team: blue}}}
    - {type: zookeeper, name: zk, domain: 192.0.2.2, port: 2181, zkServicesPath: [/services-root]}
    - {type: consul, name: c, domain: 192.0.2.3, port: 8500, consulDatacenter: dc1, consulServiceTag: web, consulNamespace: team, consulRefreshInterval: 15s}
    - {type: eureka, name: e, domain: eureka.example.com, port: 8761}
    - {type: static, name: s, domain: '192.0.2.4:8080,192.0.2.5:8080', port: 80}
    - {type: static, name: s2, domain: '192.0.2.4:8080', port: 80, protocol: TCP}
    - {type: dns, name: d, domain: api.example.com, port: 443, protocol: https, sni: api.example.com, proxyName: corp}
    - {type: dns, name: d2, domain: api.example.org, port: 80, protocol: http}
  proxies:
    - {type: HTTP, name: corp, serverAddress: proxy.example.com, serverPort: 3128, listenerPort: 50001, connectTimeout: 500}
    - {type: http, name: other, serverAddress: 192.0.2.9, serverPort: 3128}`,
  'an empty bridge': `
apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: {name: empty}
spec: {}`,
  'a bridge whose registry has no name': `
apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: {name: nameless}
spec: {registries: [{type: nacos2, domain: 192.0.2.1, port: 8848}]}`,
  'nulls where something could stand': `
apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: {name: nulls}
spec: {registries: [{type: dns, name: d, domain: a.example.com, port: 80, sni: null, nacosGroups: null, enableMCPServer: null}], proxies: null}`,
  'a Dubbo service': `
apiVersion: networking.higress.io/v1
kind: Http2Rpc
metadata: {name: dubbo}
spec:
  dubbo:
    service: com.example.Greeter
    version: 1.0.0
    group: dev
    methods:
      - serviceMethod: hello
        headersAttach: "*"
        httpPath: /hello
        httpMethods: [GET, POST]
        params: [{paramSource: QUERY, paramKey: name, paramType: java.lang.String}]
      - serviceMethod: save
        httpPath: /save/{id}
        httpMethods: [POST]
        paramFromEntireBody: {paramType: com.example.Order}`,
  'a Dubbo service without group, version and methods': `
apiVersion: networking.higress.io/v1
kind: Http2Rpc
metadata: {name: bare}
spec: {dubbo: {service: com.example.Bare}}`,
  'a gRPC service': `
apiVersion: networking.higress.io/v1
kind: Http2Rpc
metadata: {name: grpc}
spec: {grpc: {}}`,
  'a plugin for everything': `
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: {name: everywhere}
spec:
  url: oci://registry.example.com/plugins/request-block:1.0.0
  phase: UNSPECIFIED_PHASE
  priority: 100
  imagePullPolicy: Always
  defaultConfig: {block_urls: [swagger.html], nested: {any: {thing: [1, 2.5, true, null]}}}`,
  'a plugin with rules': `
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: {name: rules, annotations: {higress.io/wasm-runtime: wasm}}
spec:
  url: oci://registry.example.com/plugins/key-auth:1.0.0
  phase: AUTHN
  priority: 310
  failStrategy: FAIL_OPEN
  defaultConfig: null
  defaultConfigDisable: true
  matchRules:
    - {ingress: [default/shop, blog], config: {allow: [consumer1]}, configDisable: false}
    - {domain: ['*.example.com', test.com], ingress: [], config: {_rules_: [{_match_route_prefix_: [a]}]}}
    - {service: ['web.shop.svc.cluster.local:80', orders.dns]}
    - {ingress: [calls], routeType: GRPC, config: null}
    - {config: {a: 1}, configDisable: true}`,
  'a plugin as the gateway hands it over': `
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: {name: raw}
spec:
  url: file:///opt/plugins/waf.wasm
  priority: null
  pluginName: waf
  pluginConfig: {_rules_: [{_match_domain_: [a.example.com], mode: strict}]}
  matchRules: [{config: {not: used}}]
  vmConfig: {env: [{name: LEVEL, value: debug}, {name: POD_NAME, valueFrom: HOST}]}`,
  'a plugin pinned by its digest': `
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: {name: pinned}
spec:
  url: registry.example.com/p@sha256:${'ab'.repeat(32)}
  sha256: ${'ab'.repeat(32)}
  imagePullSecret: pull
  imagePullPolicy: IfNotPresent
  verificationKey: key
  phase: STATS`,
};

/** By what is wrong: the object, and what the refusal must say. */
export const REFUSED: Readonly<
  Record<string, { readonly kind: string; readonly spec: string; readonly says: string }>
> = {
  'a registry of an unknown type': {
    kind: 'McpBridge',
    spec: '{registries: [{type: etcd, name: a, domain: b}]}',
    says: 'spec.registries[0].type: Unsupported value: "etcd": supported values: "nacos", "nacos2"',
  },
  'a registry without a type': {
    kind: 'McpBridge',
    spec: '{registries: [{name: a, domain: b}]}',
    says: 'spec.registries[0].type: Required value: a registry needs a type: nacos, nacos2',
  },
  'a registry without an address': {
    kind: 'McpBridge',
    spec: '{registries: [{type: static, name: s, domain: "192.0.2.1:80"}, {type: consul, name: a, nacosAddressServer: b}]}',
    says: 'spec.registries[1].domain: Required value: a registry needs its address in domain',
  },
  'a static registry without a name': {
    kind: 'McpBridge',
    spec: '{registries: [{type: static, domain: "192.0.2.1:80"}]}',
    says: 'spec.registries[0].name: Required value: a registry of type static or dns needs a name',
  },
  'a DNS registry without a port': {
    kind: 'McpBridge',
    spec: '{registries: [{type: dns, name: a, domain: a.example.com, port: 0}]}',
    says: 'spec.registries[0].port: Required value: a registry of type dns needs the port',
  },
  'a DNS registry with an unknown protocol': {
    kind: 'McpBridge',
    spec: '{registries: [{type: dns, name: a, domain: a.example.com, port: 80, protocol: ftp}]}',
    says: 'spec.registries[0].protocol: Invalid value: "object": protocol must be one of tcp, http, http2, https, grpc, grpcs, tri, triple, dubbo, not ftp',
  },
  'a port out of range': {
    kind: 'McpBridge',
    spec: '{registries: [{type: nacos, name: a, domain: b, port: 70000}]}',
    says: 'spec.registries[0].port in body should be less than or equal to 65535',
  },
  'a text as port': {
    kind: 'McpBridge',
    spec: '{registries: [{type: nacos, name: a, domain: b, port: "8848"}]}',
    says: 'spec.registries[0].port in body must be of type integer: "string"',
  },
  'an interval that is neither number nor text': {
    kind: 'McpBridge',
    spec: '{registries: [{type: nacos, name: a, domain: b, nacosRefreshInterval: {}}]}',
    says: 'spec.registries[0].nacosRefreshInterval in body must be of type integer,string',
  },
  'Dubbo and gRPC at once': {
    kind: 'Http2Rpc',
    spec: '{dubbo: {service: a}, grpc: {}}',
    says: 'spec: Forbidden: dubbo and grpc exclude each other',
  },
  'a Dubbo service without its name': {
    kind: 'Http2Rpc',
    spec: '{dubbo: {version: "1"}}',
    says: 'spec.dubbo.service: Required value',
  },
  'a Dubbo method without an HTTP method': {
    kind: 'Http2Rpc',
    spec: '{dubbo: {service: a, methods: [{serviceMethod: b, httpPath: /b, httpMethods: []}]}}',
    says: 'spec.dubbo.methods[0].httpMethods in body should have at least 1 items',
  },
  'a plugin without a module': {
    kind: 'WasmPlugin',
    spec: '{defaultConfig: {}}',
    says: 'spec.url: Required value: a plugin needs the address of its module, such as oci://host/repository:tag',
  },
  'an unknown phase': {
    kind: 'WasmPlugin',
    spec: '{url: a, phase: FIRST}',
    says: 'spec.phase: Unsupported value: "FIRST": supported values: "UNSPECIFIED_PHASE", "AUTHN", "AUTHZ", "STATS"',
  },
  'an unknown pull policy': {
    kind: 'WasmPlugin',
    spec: '{url: a, imagePullPolicy: Sometimes}',
    says: 'spec.imagePullPolicy: Unsupported value: "Sometimes"',
  },
  'a priority that is no whole number': {
    kind: 'WasmPlugin',
    spec: '{url: a, priority: 1.5}',
    says: 'spec.priority in body must be of type integer: "number"',
  },
  'a configuration that is no map': {
    kind: 'WasmPlugin',
    spec: '{url: a, defaultConfig: text}',
    says: 'spec.defaultConfig in body must be of type object: "string"',
  },
  'a rule that matches nothing': {
    kind: 'WasmPlugin',
    spec: '{url: a, matchRules: [{ingress: [b]}, {ingress: [], domain: null, config: {}}]}',
    says: 'spec.matchRules: Invalid value: "object": each rule needs at least one ingress, domain or service',
  },
  'two checksums that differ': {
    kind: 'WasmPlugin',
    spec: '{url: "a@sha256:0123", sha256: "4567"}',
    says: 'spec.sha256: Invalid value: "object": sha256 and the digest in url differ',
  },
};
