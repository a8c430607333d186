import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { crdFiles, customResourceDefinition } from './definition.ts';
import { CRD_KINDS } from './kinds.ts';
import { type OpenApiSchema, structuralSchema } from './openapi.ts';

const CRDS = resolve(import.meta.dirname, '../../../crds');

const schemaOf = (kind: (typeof CRD_KINDS)[number]) =>
  customResourceDefinition(kind).spec.versions[0]?.schema.openAPIV3Schema as unknown as OpenApiSchema;

/** Every schema inside `schema`, with its field path. */
function walk(schema: OpenApiSchema, path: string): [string, OpenApiSchema][] {
  const children = Object.entries((schema.properties ?? {}) as Record<string, OpenApiSchema>);
  return [
    [path, schema],
    ...children.flatMap(([name, child]) => walk(child, `${path}.${name}`)),
    ...(schema.items === undefined ? [] : walk(schema.items as OpenApiSchema, `${path}[]`)),
    ...(schema.additionalProperties === undefined
      ? []
      : walk(schema.additionalProperties as OpenApiSchema, `${path}.*`)),
  ];
}

describe('crds/', () => {
  it('is what the schemas say; `npm run generate:crds` brings it up to date', () => {
    const files = crdFiles();
    expect(readdirSync(CRDS).sort()).toEqual([...files.keys()].sort());
    for (const [name, text] of files) expect(readFileSync(join(CRDS, name), 'utf8')).toBe(text);
  });

  it('reads back as the definitions', () => {
    const definitions = [...crdFiles().values()].map((text) => parse(text) as unknown);
    expect(definitions).toEqual(CRD_KINDS.map((kind) => JSON.parse(JSON.stringify(customResourceDefinition(kind)))));
  });
});

describe.each(CRD_KINDS.map((kind) => [kind.kind, kind] as const))('%s', (_, kind) => {
  const nodes = walk(schemaOf(kind), '');

  it('is structural: a type everywhere, properties or additionalProperties, no reference', () => {
    for (const [path, node] of nodes) {
      const typed = typeof node.type === 'string' || node['x-kubernetes-int-or-string'] === true;
      expect([path, typed]).toEqual([path, true]);
      expect([path, 'properties' in node && 'additionalProperties' in node]).toEqual([path, false]);
      expect([path, Object.keys(node).filter((key) => /^\$|allOf|anyOf|oneOf|^not$/.test(key))]).toEqual([path, []]);
      if (node.type === 'array') expect([path, node.items]).toEqual([path, expect.any(Object)]);
    }
  });

  it('says what each field of spec is for', () => {
    const silent = nodes.filter(
      ([path, node]) => /^\.spec\..*\w$/.test(path) && !path.endsWith('.innerMap') && node.description === undefined,
    );
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('fills in nothing inside lists, so that an applied manifest stays equal to the stored object', () => {
    const filled = nodes.filter(([path, node]) => path.includes('[]') && node.default !== undefined);
    expect(filled.map(([path]) => path)).toEqual([]);
  });

  it('gives every rule a message and a field that exists', () => {
    for (const [path, node] of nodes) {
      const rules = (node['x-kubernetes-validations'] ?? []) as { message?: string; fieldPath?: string }[];
      for (const { message, fieldPath } of rules) {
        expect([path, message]).toEqual([path, expect.stringMatching(/^[a-z].{10,}$/)]);
        if (fieldPath !== undefined) expect(nodes.map(([at]) => at)).toContain(`${path}${fieldPath}`);
      }
    }
  });

  it('has columns that read fields of the schema', () => {
    for (const { jsonPath } of kind.columns) {
      if (jsonPath.startsWith('.metadata.')) continue;
      const path = jsonPath.replace(/\[\?\(.*\)\]/, '[]');
      expect(nodes.map(([at]) => at)).toContain(path);
    }
  });
});

describe('structuralSchema', () => {
  const lenient = (schema: z.ZodType) => structuralSchema(schema, 'spec', { lenient: true });

  it('leaves out what only the controller judges, and defaults that say nothing', () => {
    const schema = z.object({
      needed: z.string().min(3).describe('Text.'),
      empty: z.array(z.string()).default([]),
      mode: z.enum(['A', 'B']).default('B'),
      count: z.int().min(1),
      maybe: z.boolean().nullish(),
    });
    expect(lenient(schema)).toEqual({
      type: 'object',
      properties: {
        needed: { type: 'string', description: 'Text.' },
        empty: { type: 'array', items: { type: 'string' } },
        mode: { type: 'string', enum: ['A', 'B'], default: 'B' },
        count: { type: 'integer', minimum: 1 },
        maybe: { type: 'boolean', nullable: true },
      },
    });
    expect(structuralSchema(schema, 'status', { lenient: false })).toMatchObject({
      required: ['needed', 'count'],
      properties: { needed: { minLength: 3 } },
    });
  });

  it('tells defaults inside lists in words', () => {
    const list = z.array(z.object({ timeoutMs: z.int().default(1200).describe('Milliseconds.') }));
    expect(lenient(list)).toMatchObject({
      items: { properties: { timeoutMs: { type: 'integer', description: 'Milliseconds. Default: 1200.' } } },
    });
    expect(JSON.stringify(lenient(list))).not.toContain('"default"');
  });

  it('drops unknown fields of loose objects, keeps maps and free-form configurations', () => {
    const free = z.custom<object>().meta({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
    expect(
      lenient(z.looseObject({ a: z.record(z.string(), z.number()), b: free.nullish(), c: z.looseObject({}) })),
    ).toEqual({
      type: 'object',
      properties: {
        a: { type: 'object', additionalProperties: { type: 'number' } },
        b: { type: 'object', nullable: true, 'x-kubernetes-preserve-unknown-fields': true },
        c: { type: 'object' },
      },
    });
  });

  it('refuses what a CRD cannot say, naming the field', () => {
    expect(() => lenient(z.object({ a: z.union([z.string(), z.number()]) }))).toThrow(
      'spec.a: a choice of types needs x-kubernetes-int-or-string',
    );
    expect(() => lenient(z.object({ a: z.array(z.unknown()) }))).toThrow('spec.a[]: has no type');
    expect(() => lenient(z.object({ a: z.string().meta({ examples: ['x'] }) }))).toThrow(
      'spec.a: examples has no place',
    );
    expect(() =>
      structuralSchema(z.object({ a: z.string() }), 'spec', {
        lenient: true,
        refinements: { 'spec.b': { maxItems: 1 } },
      }),
    ).toThrow('no such fields: spec.b');
  });
});
