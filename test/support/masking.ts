/** ai-data-masking on one Ingress. */
export function maskingYaml(ingress: string, config: object): string {
  return `---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ${ingress}-masking, namespace: higress-system }
spec:
  url: oci://higress/plugins/ai-data-masking:2.0.1
  defaultConfigDisable: true
  matchRules:
  - ingress: [${ingress}]
    config: ${JSON.stringify(config)}
`;
}
