/** From a zod schema to the structural OpenAPI v3 schema of a CRD. zod writes the JSON schema; here it is cut down to what Kubernetes takes. */
import { type ZodType, z } from 'zod';

export type OpenApiSchema = { readonly [keyword: string]: unknown };

export interface StructuralOptions {
  /**
   * For what users write: the schema refuses wrong types, unknown words and numbers out of range. That something is missing or empty is for
   * the controller to say, unless a refinement says otherwise: Higress' own schema lets it pass, and one bad entry must not keep out the rest.
   */
  readonly lenient: boolean;
  /** Additions by field path (`spec.registries[].type`). */
  readonly refinements?: Readonly<Record<string, OpenApiSchema>>;
}

/** Keywords that are taken over as they are, in the order in which they are written. */
const KEYWORDS = [
  'description',
  'type',
  'format',
  'nullable',
  'default',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'required',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
];
const STRUCTURE = ['properties', 'items', 'additionalProperties', 'anyOf'];

type Node = Readonly<Record<string, unknown>>;

/** `path` is the field path of the schema's root. Throws on a schema that no CRD can express, naming the field. */
export function structuralSchema(schema: ZodType, path: string, options: StructuralOptions): OpenApiSchema {
  const json = z.toJSONSchema(schema, { io: 'input', target: 'openapi-3.0', unrepresentable: 'any', reused: 'inline' });
  const unused = new Set(Object.keys(options.refinements ?? {}));
  const result = convert(json, path, options, unused);
  if (unused.size > 0) throw new Error(`no such fields: ${[...unused].join(', ')}`);
  return result;
}

function convert(json: unknown, path: string, options: StructuralOptions, unused: Set<string>): OpenApiSchema {
  unused.delete(path);
  const relaxed = relax(json as Node, options.lenient);
  const node: Node = { ...(path.includes('[]') ? told(relaxed) : relaxed), ...options.refinements?.[path] };
  const intOrString = node['x-kubernetes-int-or-string'] === true;
  for (const keyword of Object.keys(node)) {
    if (keyword === 'anyOf' && !intOrString)
      throw new Error(`${path}: a choice of types needs x-kubernetes-int-or-string`);
    if (!KEYWORDS.includes(keyword) && !STRUCTURE.includes(keyword))
      throw new Error(`${path}: ${keyword} has no place in a CRD`);
  }
  if (!intOrString && typeof node.type !== 'string') throw new Error(`${path}: has no type`);
  const out: Record<string, unknown> = {};
  for (const keyword of KEYWORDS) {
    const value = node[keyword];
    // zod bounds every integer by what a JavaScript number can hold.
    if (value !== undefined && Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER) out[keyword] = value;
  }
  const inside = (child: unknown, at: string) => convert(child, at, options, unused);
  if (isNode(node.properties)) {
    const fields = Object.entries(node.properties).map(([name, child]) => [name, inside(child, `${path}.${name}`)]);
    if (fields.length > 0) out.properties = Object.fromEntries(fields);
  } else if (isNode(node.additionalProperties) && Object.keys(node.additionalProperties).length > 0) {
    out.additionalProperties = inside(node.additionalProperties, `${path}.*`);
  }
  if (node.items !== undefined) out.items = inside(node.items, `${path}[]`);
  return out;
}

function relax(json: Node, lenient: boolean): Node {
  if (!lenient) return json;
  const { required: _, minLength: __, default: value, ...rest } = json;
  return isEmpty(value) ? rest : { ...rest, default: value };
}

/**
 * Inside lists a default is only told. Filled in by the API server it would make the stored list differ from the user's manifest for good, and
 * `kubectl apply` and GitOps tools, which compare lists as a whole, would report a change each time.
 */
function told(node: Node): Node {
  const { default: value, ...rest } = node;
  if (value === undefined) return node;
  return { ...rest, description: [node.description, `Default: ${String(value)}.`].filter(Boolean).join(' ') };
}

/** Such a default says what the absence of the field says: it would only swell every stored object. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0 || value === false) return true;
  return value !== null && typeof value === 'object' && Object.keys(value).length === 0;
}

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
