/**
 * GJSON templates: the syntax of Go's text/template over JSON text, with GJSON paths and the text functions of Sprig. Values keep their source
 * text, nothing is ever `<no value>`. Differences from Go's engine are told in README.md.
 */
import { randomBytes } from 'node:crypto';
import { TemplateError } from './errors.ts';
import { renderTree } from './evaluate.ts';
import { fromPlain } from './functions/convert.ts';
import { goJson } from './functions/go-json.ts';
import { isFunction } from './functions/index.ts';
import type { TemplateEnvironment } from './functions/types.ts';
import { DEFAULT_LIMITS, type TemplateLimits } from './limits.ts';
import { parseTree } from './parser.ts';

export { TemplateError, TemplateSyntaxError } from './errors.ts';
export type { TemplateEnvironment } from './functions/types.ts';
export { DEFAULT_LIMITS, type TemplateLimits } from './limits.ts';

export interface Template {
  /** `data` is JSON text of an object or array; throws TemplateError. */
  render(data: string, environment?: Partial<TemplateEnvironment>): string;
}

const DEFAULT_ENVIRONMENT: TemplateEnvironment = {
  now: Date.now,
  randomBytes,
  socketAddress: '',
  forwardedFor: '',
};

/** Throws TemplateSyntaxError with the line for text that is no template, including calls of unknown functions. */
export function parseTemplate(source: string, limits: TemplateLimits = DEFAULT_LIMITS): Template {
  const tree = parseTree(source, isFunction);
  return {
    render(data, environment = {}) {
      try {
        return renderTree(tree, data, { ...DEFAULT_ENVIRONMENT, ...environment }, limits);
      } catch (error) {
        if (error instanceof RangeError) throw new TemplateError(`asks for too much: ${error.message}`);
        throw error;
      }
    },
  };
}

/** JSON text of arguments, configuration and the like: members sorted, and `<`, `>`, `&` escaped, which shows when whole objects are printed. */
export function templateData(value: unknown): string {
  return goJson(fromPlain(value));
}
