// Writes what the chart has from elsewhere: crds/ (from crds/), values.schema.json, files/no-effect.json and the table in docs/helm.md (from values.yaml
// and the schemas of `higress-config`), files/sidecar-*.yaml (from the builder of Envoy's resources). A test compares, so run it after a change.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { z } from 'zod';
import { downstreamSchema, gzipSchema, tracingSchema, upstreamSchema } from '../src/model/higress-config/sections.ts';
import { pluginServerClusters } from '../src/xds/build/cluster.ts';
import { egressListener } from '../src/xds/build/listener.ts';
import { CHART, readValues } from './chart/values.mjs';

const SECTIONS = { downstream: downstreamSchema, upstream: upstreamSchema, tracing: tracingSchema, gzip: gzipSchema };
const DOCS = fileURLToPath(new URL('../docs/helm.md', import.meta.url));
const CRDS = fileURLToPath(new URL('../crds', import.meta.url));
const MARK = '<!-- values: npm run generate:chart -->\n';

/** Where the plugin server and Envoy of one gateway pod meet. */
const socket = (name) => ({ socket: `/var/run/higress/${name}.sock` });
const SIDECAR = {
  pluginServer: { extProc: socket('ext-proc'), http: socket('plugin-http') },
  egress: socket('egress'),
};

/** Path -> text of every generated file. */
export function chartFiles() {
  const { tree, values } = readValues();
  const noEffect = values.filter((one) => one.noEffect && one.value !== undefined);
  const files = new Map([
    [`${CHART}/values.schema.json`, json(valuesSchema(tree, values))],
    [
      `${CHART}/files/no-effect.json`,
      json(Object.fromEntries(noEffect.map(({ path, value }) => [path.join('.'), value]))),
    ],
    [`${CHART}/files/sidecar-clusters.yaml`, yaml(pluginServerClusters(SIDECAR))],
    [`${CHART}/files/sidecar-listeners.yaml`, yaml([egressListener(SIDECAR)])],
    [DOCS, `${readFileSync(DOCS, 'utf8').split(MARK)[0]}${MARK}\n${table(values)}\n`],
  ]);
  for (const name of crdNames(CRDS)) files.set(`${CHART}/crds/${name}`, readFileSync(`${CRDS}/${name}`, 'utf8'));
  return files;
}

const crdNames = (folder) => readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const yaml = (value) => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

function valuesSchema(tree, values) {
  const byPath = new Map(values.map((one) => [one.path.join('.'), one]));
  const { 'higress-core': _, 'higress-console': consoleTree, ...core } = tree;
  const properties = Object.fromEntries(
    Object.entries(core).map(([key, value]) => [key, key in SECTIONS ? section(key) : schemaOf(value, [key], byPath)]),
  );
  const nested = { $ref: '#/$defs/core', description: byPath.get('higress-core')?.text };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Values of the chart higress',
    type: 'object',
    $defs: { core: { type: 'object', properties } },
    $ref: '#/$defs/core',
    properties: { 'higress-core': nested, 'higress-console': schemaOf(consoleTree, ['higress-console'], byPath) },
  };
}

function section(name) {
  const { $schema: _, ...schema } = z.toJSONSchema(SECTIONS[name], { io: 'input', unrepresentable: 'any' });
  return schema;
}

/** The type is the default's. Unknown keys are let through: Higress's charts have more than this one uses. */
function schemaOf(value, path, byPath) {
  const { text = '', noEffect = false, schema = {} } = byPath.get(path.join('.')) ?? {};
  const note = [noEffect ? 'Has no effect.' : '', text].filter(Boolean).join(' ');
  const description = note === '' ? {} : { description: note };
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const inner = noEffect ? [] : Object.entries(value);
    const properties = Object.fromEntries(inner.map(([key, one]) => [key, schemaOf(one, [...path, key], byPath)]));
    return { ...description, type: 'object', ...(inner.length > 0 && { properties }), ...schema };
  }
  if (schema.enum !== undefined) return { ...description, ...schema };
  return { ...description, type: typeOf(value), ...schema };
}

function typeOf(value) {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return value === null ? 'null' : typeof value;
}

function table(values) {
  const shown = values.filter(({ text, value }) => text !== '' || value !== undefined).filter((one) => !one.noEffect);
  const hidden = values.filter((one) => one.noEffect && one.value !== undefined);
  const cell = (text) => text.replaceAll('|', '\\|');
  const code = (value) => (value === undefined ? '' : `\`${cell(JSON.stringify(value))}\``);
  const rows = (list) =>
    list.map(({ path, value, text }) => `| \`${path.join('.')}\` | ${code(value)} | ${cell(text)} |`);
  return [
    '| value | default | meaning |',
    '| --- | --- | --- |',
    ...rows(shown),
    '',
    '## Values without effect',
    '',
    'They are accepted, so that values written for Higress install; `helm install` lists those that you changed.',
    '',
    '| value | default | why |',
    '| --- | --- | --- |',
    ...rows(hidden),
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = chartFiles();
  for (const name of crdNames(`${CHART}/crds`))
    if (!files.has(`${CHART}/crds/${name}`)) rmSync(`${CHART}/crds/${name}`);
  for (const [path, text] of files) writeFileSync(path, text);
  console.log(`${files.size} files of the chart`);
}
