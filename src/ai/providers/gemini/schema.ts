/** JSON Schema to the part of OpenAPI's that Gemini reads. It refuses a whole request for one keyword that it does not know. */
import { asArray, asObject, asString, compact, type JsonObject, objectsOf } from '../../json.ts';

/** Kept as they are. */
const KEPT = [
  'title',
  'description',
  'nullable',
  'default',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'example',
  'required',
  'propertyOrdering',
] as const;

const FORMATS = new Set(['enum', 'date-time', 'float', 'double', 'int32', 'int64']);

/** References deeper than this are cut: Gemini has no recursive schemas. */
const MAX_DEPTH = 24;

export function toGeminiSchema(schema: JsonObject): JsonObject {
  return convert(schema, { ...asObject(schema.definitions), ...asObject(schema.$defs) }, 0);
}

function convert(source: JsonObject, definitions: JsonObject, depth: number): JsonObject {
  if (depth > MAX_DEPTH) return {};
  const schema = resolved(source, definitions);
  const inner = (value: unknown): JsonObject | undefined => {
    const object = asObject(value);
    return object && convert(object, definitions, depth + 1);
  };
  const kept = Object.fromEntries(KEPT.filter((name) => name in schema).map((name) => [name, schema[name]]));
  const { type, nullable } = typeOf(schema.type);
  const properties = asObject(schema.properties);
  const choices = objectsOf(schema.anyOf ?? schema.oneOf);
  const others = choices.filter((choice) => choice.type !== 'null');
  const isNullable = nullable || others.length < choices.length;
  const only = others.length === 1 && others.length < choices.length ? inner(others[0]) : undefined;
  return compact({
    ...only,
    ...kept,
    ...(type === undefined ? {} : { type }),
    ...(isNullable ? { nullable: true } : {}),
    ...(others.length > 0 && !only ? { anyOf: others.map((choice) => inner(choice)) } : {}),
    format: FORMATS.has(asString(schema.format) ?? '') ? schema.format : undefined,
    ...enumOf(schema),
    ...(properties
      ? {
          properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, inner(value) ?? {}])),
        }
      : {}),
    ...(schema.items === undefined ? {} : { items: inner(asArray(schema.items)?.[0] ?? schema.items) ?? {} }),
  });
}

/** `$ref` to a definition of the same document, and `allOf`, laid over each other. */
function resolved(schema: JsonObject, definitions: JsonObject): JsonObject {
  let out = schema;
  for (let step = 0; step < MAX_DEPTH && typeof out.$ref === 'string'; step++) {
    const { $ref, ...own } = out;
    const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec($ref as string)?.[1];
    out = { ...(name === undefined ? undefined : asObject(definitions[name])), ...own };
  }
  for (const part of objectsOf(out.allOf)) {
    const more = resolved(part, definitions);
    out = {
      ...more,
      ...out,
      ...(more.properties || out.properties
        ? { properties: { ...asObject(more.properties), ...asObject(out.properties) } }
        : {}),
      ...(more.required || out.required
        ? { required: [...new Set([...(asArray(out.required) ?? []), ...(asArray(more.required) ?? [])])] }
        : {}),
    };
  }
  return out;
}

function typeOf(type: unknown): { readonly type: string | undefined; readonly nullable: boolean } {
  const types = asArray(type);
  if (!types) return { type: asString(type), nullable: false };
  return { type: asString(types.find((entry) => entry !== 'null')), nullable: types.includes('null') };
}

/** Only texts can be listed. */
function enumOf(schema: JsonObject): JsonObject {
  const values = asArray(schema.enum) ?? (schema.const === undefined ? undefined : [schema.const]);
  const texts = values?.filter((value) => value !== null);
  if (!texts || texts.length === 0 || !texts.every((value) => typeof value === 'string')) return {};
  return schema.type === undefined ? { type: 'string', enum: texts } : { enum: texts };
}
