/** CustomResourceDefinitions as files: what stands under `crds/`. */
import { stringify } from 'yaml';
import { CRD_KINDS, type CrdKind } from './kinds.ts';
import { structuralSchema } from './openapi.ts';

const HEADER = '# Generated from the schemas under src/model by `npm run generate:crds`; not edited by hand.\n';

/** The definition in the API's own form (`apiextensions.k8s.io/v1`). */
export function customResourceDefinition(kind: CrdKind) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${kind.group}`,
      // Uninstalling the chart must not take the users' objects along.
      annotations: { 'helm.sh/resource-policy': 'keep' },
    },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: kind.shortNames,
        categories: kind.categories,
      },
      scope: 'Namespaced',
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.columns,
          schema: {
            openAPIV3Schema: {
              description: kind.description,
              type: 'object',
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: structuralSchema(kind.spec, 'spec', { lenient: true, refinements: kind.rules }),
                status: structuralSchema(kind.status, 'status', { lenient: false }),
              },
            },
          },
        },
      ],
    },
  };
}

/** Text by file name. */
export function crdFiles(): ReadonlyMap<string, string> {
  return new Map(
    CRD_KINDS.map((kind) => {
      const text = stringify(customResourceDefinition(kind), { lineWidth: 0, aliasDuplicateObjects: false });
      return [`${kind.group}_${kind.plural}.yaml`, HEADER + text];
    }),
  );
}
