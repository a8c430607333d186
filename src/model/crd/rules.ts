/**
 * What the API server refuses beyond types, words and ranges. The measure: an object that Higress can work with is taken. So there is a rule
 * only for what Higress itself refuses, crashes on or can never reach; everything else is a matter for the controller's conditions.
 */
import { REGISTRY_TYPES } from '../mcp-bridge.ts';
import type { OpenApiSchema } from './openapi.ts';

interface Rule {
  /** CEL; `self` is the value at the field path. */
  readonly rule: string;
  readonly message: string;
  /** CEL for the message, where it quotes a value. */
  readonly messageExpression?: string;
  /** Field that the refusal names, relative to the value. */
  readonly fieldPath?: string;
  readonly reason?: 'FieldValueRequired' | 'FieldValueInvalid' | 'FieldValueForbidden';
}

const rules = (...list: readonly Rule[]): OpenApiSchema => ({ 'x-kubernetes-validations': list });

/** The cost of a rule is estimated from the greatest possible length of its list. No object of etcd's 1.5 MB has that many entries. */
const MAX_ENTRIES = 16_384;
const MAX_MATCH_RULES = 65_536;

const filled = (field: string) => `has(self.${field}) && self.${field} != ''`;

const PROTOCOLS = ['tcp', 'http', 'http2', 'https', 'grpc', 'grpcs', 'tri', 'triple', 'dubbo'];

export const MCP_BRIDGE_RULES: Readonly<Record<string, OpenApiSchema>> = {
  'spec.registries': { maxItems: MAX_ENTRIES },
  'spec.registries[].type': { enum: REGISTRY_TYPES },
  'spec.registries[].protocol': { maxLength: 64 },
  'spec.registries[]': rules(
    {
      rule: 'has(self.type)',
      message: `a registry needs a type: ${REGISTRY_TYPES.join(', ')}`,
      fieldPath: '.type',
      reason: 'FieldValueRequired',
    },
    {
      rule: `${filled('domain')} || (has(self.type) && self.type in ['nacos2', 'nacos3'] && ${filled('nacosAddressServer')})`,
      message: 'a registry needs its address in domain (nacos2 and nacos3: or nacosAddressServer)',
      fieldPath: '.domain',
      reason: 'FieldValueRequired',
    },
    {
      rule: `!has(self.type) || !(self.type in ['static', 'dns']) || (${filled('name')})`,
      message: 'a registry of type static or dns needs a name: its service is called <name>.<type>',
      fieldPath: '.name',
      reason: 'FieldValueRequired',
    },
    {
      rule: "!has(self.type) || self.type != 'dns' || (has(self.port) && self.port > 0)",
      message: 'a registry of type dns needs the port of its service',
      fieldPath: '.port',
      reason: 'FieldValueRequired',
    },
    {
      rule: `!has(self.type) || !(self.type in ['static', 'dns']) || !has(self.protocol) || self.protocol == '' || self.protocol.lowerAscii() in [${PROTOCOLS.map((name) => `'${name}'`).join(', ')}]`,
      message: `protocol must be one of ${PROTOCOLS.join(', ')}`,
      messageExpression: `'protocol must be one of ${PROTOCOLS.join(', ')}, not ' + self.protocol`,
      fieldPath: '.protocol',
      reason: 'FieldValueInvalid',
    },
  ),
};

export const HTTP2RPC_RULES: Readonly<Record<string, OpenApiSchema>> = {
  spec: rules({
    rule: '!(has(self.dubbo) && has(self.grpc))',
    message: 'dubbo and grpc exclude each other',
    reason: 'FieldValueForbidden',
  }),
  'spec.dubbo': { required: ['service'] },
  'spec.dubbo.methods[]': { required: ['serviceMethod', 'httpPath', 'httpMethods'] },
  'spec.dubbo.methods[].httpMethods': { minItems: 1 },
};

export const WASM_PLUGIN_RULES: Readonly<Record<string, OpenApiSchema>> = {
  spec: rules(
    {
      rule: filled('url'),
      message: 'a plugin needs the address of its module, such as oci://host/repository:tag',
      fieldPath: '.url',
      reason: 'FieldValueRequired',
    },
    {
      rule: "!has(self.url) || !has(self.sha256) || self.sha256 == '' || !self.url.contains('@sha256:') || self.url.endsWith('@sha256:' + self.sha256)",
      message: 'sha256 and the digest in url differ; leave one of them out',
      fieldPath: '.sha256',
      reason: 'FieldValueInvalid',
    },
    {
      rule: 'has(self.pluginConfig) || !has(self.matchRules) || self.matchRules.all(rule, (has(rule.configDisable) && rule.configDisable) || (has(rule.ingress) && size(rule.ingress) > 0) || (has(rule.domain) && size(rule.domain) > 0) || (has(rule.service) && size(rule.service) > 0))',
      message:
        'each rule needs at least one ingress, domain or service; a rule for everything belongs in defaultConfig',
      fieldPath: '.matchRules',
      reason: 'FieldValueInvalid',
    },
  ),
  'spec.url': { maxLength: 4096 },
  'spec.sha256': { maxLength: 128 },
  'spec.matchRules': { maxItems: MAX_MATCH_RULES },
};
