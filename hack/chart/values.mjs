// Reads charts/higress/values.yaml with the comments on its values: "# -- text" describes, "(no effect)" marks what does nothing, "@schema" adds to the JSON schema.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMap, isScalar, parse, parseDocument } from 'yaml';

export const CHART = fileURLToPath(new URL('../../charts/higress', import.meta.url));

/**
 * One value: a leaf, or a map or list that is empty or described as a whole.
 * @typedef {{ path: string[], value: unknown, text: string, noEffect: boolean, schema: object }} ChartValue
 */

/** @returns {{ tree: object, values: ChartValue[] }} */
export function readValues() {
  const document = parseDocument(readFileSync(`${CHART}/values.yaml`, 'utf8'));
  const values = [];
  walk(document.contents, [], values);
  return { tree: document.toJS(), values };
}

function walk(map, path, values) {
  map.items.forEach((pair, index) => {
    // The comment before a map's first key belongs to the map in this parser.
    const comment = pair.key.commentBefore ?? (index === 0 ? (map.commentBefore ?? '') : '');
    const { text, noEffect, schema } = readComment(comment);
    const here = [...path, pair.key.value];
    const { value } = pair;
    if (isMap(value) && value.items.length > 0 && !noEffect) {
      if (text !== '') values.push({ path: here, value: undefined, text, noEffect, schema });
      walk(value, here, values);
    } else
      values.push({
        path: here,
        value: isScalar(value) ? value.value : (value?.toJSON() ?? null),
        text,
        noEffect,
        schema,
      });
  });
}

function readComment(comment) {
  const lines = comment.split('\n');
  const at = lines.findLastIndex((line) => line.trim() === '');
  const near = lines.slice(at + 1);
  const described =
    near
      .find((line) => line.startsWith(' -- '))
      ?.slice(4)
      .trim() ?? '';
  const noEffect = described.startsWith('(no effect)');
  const schema = near.find((line) => line.startsWith(' @schema '))?.slice(9);
  return {
    text: noEffect ? described.slice('(no effect)'.length).trim() : described,
    noEffect,
    schema: schema === undefined ? {} : parse(schema),
  };
}
