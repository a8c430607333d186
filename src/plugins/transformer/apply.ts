/** Runs steps over the places of one message. */
import { RE2JS } from 're2js';
import type { PlaceName, Step } from './config.ts';
import { type Cell, cellOf, type Place } from './places.ts';

export type Places = Readonly<Partial<Record<PlaceName, Place>>>;

/** What patterns look at. */
export interface Target {
  readonly host: string;
  /** With query. */
  readonly path: string;
}

export type Transformation = (places: Places, target: Target) => void;

/** Steps whose place (or source) is not there are left out. */
export function compile(steps: readonly Step[]): Transformation {
  const compiled = steps.map((step) => ({ step, expand: expander(step) }));
  return (places, target) => {
    for (const { step, expand } of compiled) {
      const place = places[step.place];
      if (place !== undefined) run(step, place, places, () => expand(target));
    }
  };
}

function run(step: Step, place: Place, places: Places, value: () => Cell | undefined): void {
  const { key } = step;
  switch (step.operation) {
    case 'remove':
      place.remove(key);
      return;
    case 'rename': {
      const field = place.read(key);
      if (field === undefined || step.to === key) return;
      place.remove(key);
      place.write(step.to, field);
      return;
    }
    case 'replace':
    case 'add':
    case 'append': {
      const field = place.read(key);
      if (step.operation === 'replace' ? field === undefined : step.operation === 'add' && field !== undefined) return;
      const cell = value();
      if (cell === undefined) return;
      if (step.operation === 'append' && field !== undefined)
        place.write(key, { cells: [...field.cells, cell], list: true });
      else place.write(key, { cells: [cell], list: false });
      return;
    }
    case 'map': {
      const field = places[step.source]?.read(step.from);
      if (field !== undefined) place.write(key, field);
      return;
    }
    case 'dedupe': {
      const field = place.read(key);
      if (field === undefined || field.cells.length === 0) return;
      const { cells } = field;
      if (step.strategy === 'RETAIN_UNIQUE') {
        const unique = cells.filter((cell, at) => cells.findIndex((other) => other.text === cell.text) === at);
        place.write(key, { cells: unique, list: field.list });
      } else {
        place.write(key, { cells: cells.slice(...(step.strategy === 'RETAIN_LAST' ? [-1] : [0, 1])), list: false });
      }
    }
  }
}

function expander(step: Step): (target: Target) => Cell | undefined {
  if (!('value' in step)) return () => undefined;
  const { pattern, value, valueType } = step;
  if (pattern === undefined) {
    const cell = cellOf(value, valueType);
    return () => cell;
  }
  const regex = RE2JS.compile(pattern.regex);
  return (target) => {
    const matcher = regex.matcher(pattern.on === 'host' ? target.host : target.path);
    if (!matcher.find()) return undefined;
    const group = (_: string, number: string) => {
      const index = Number(number);
      return index <= matcher.groupCount() ? (matcher.group(index) ?? '') : '';
    };
    return cellOf(value.replaceAll(/\$\{?(\d+)\}?/g, group), valueType);
  };
}
