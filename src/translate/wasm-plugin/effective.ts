/** The configuration in force per scope of a built-in plugin, checked against the plugin's schema. */
import type { ZodError } from 'zod';
import { zodWords } from '#lib/zod-words.ts';
import { type Fields, join, type Reporter, reporter, valueAt } from '#model/parse.ts';
import { PluginConfigError, type PluginDefinition } from '#plugin-sdk/definition.ts';
import type { Rule, Scopes } from './scopes.ts';

/** `config` undefined: the plugin does nothing there. */
export interface Effective {
  readonly config: unknown;
}

export interface EffectiveScopes {
  /** Undefined: no rule matches means the plugin does nothing. */
  readonly global: Effective | undefined;
  /** Usable rules in order; a broken one is left out. */
  readonly rules: readonly { readonly rule: Rule; readonly effective: Effective }[];
}

/** Undefined when nothing can run: the global part is wrong and there are no rules. */
export function effectiveScopes(
  definition: PluginDefinition,
  scopes: Scopes,
  report: Reporter,
): EffectiveScopes | undefined {
  const facts = { hasRules: scopes.hasRules };
  const evaluate = (global: Fields | undefined, rule: Fields | undefined): unknown =>
    definition.effectiveConfig === undefined
      ? definition.schema.parse(rule ?? global)
      : definition.effectiveConfig(global, rule, facts);
  const { global } = scopes;
  const quiet = reporter(report.origin());
  const globalForm = global === undefined || schemaHolds(definition, global.config, global.path, quiet);
  const globalResult =
    global === undefined || !globalForm ? undefined : attempt(() => evaluate(global.config, undefined), global, quiet);
  report.problems.push(...quiet.problems);
  // Rules of a plugin that merges need the global part as it is written; a broken one is told once, above, and not again for each rule.
  const base = globalForm ? global?.config : undefined;
  const globalBroken = quiet.problems.length > 0;
  const rules = scopes.rules.flatMap((rule) => {
    if (rule.disable) return [{ rule, effective: { config: undefined } }];
    if (!schemaHolds(definition, rule.config, rule.path, report)) return [];
    const own = reporter(report.origin());
    const effective = attempt(
      () => evaluate(base, rule.config),
      { path: rule.path, config: { ...base, ...rule.config } },
      own,
    );
    if (!globalBroken) report.problems.push(...own.problems);
    return effective === undefined ? [] : [{ rule, effective }];
  });
  if (globalBroken && rules.length === 0) return undefined;
  return { global: globalResult, rules };
}

function schemaHolds(definition: PluginDefinition, config: Fields, path: string, report: Reporter): boolean {
  const result = definition.schema.safeParse(config);
  if (!result.success) tellZod(result.error, { path, config }, report);
  return result.success;
}

/** A configuration and where it stands in its object. */
interface Part {
  readonly path: string;
  readonly config: Fields;
}

/** Values are not repeated: they may be secrets. */
function tellZod(error: ZodError, { path, config }: Part, report: Reporter): void {
  for (const issue of error.issues) {
    const at = issue.path.reduce<string>(join, path);
    const words = zodWords(issue, valueAt(config, issue.path), true);
    report.error(at, `${at} ${words}`, { reason: 'PluginConfigInvalid' });
  }
}

function attempt(evaluate: () => unknown, part: Part, report: Reporter): Effective | undefined {
  const { path } = part;
  try {
    return { config: evaluate() };
  } catch (error) {
    if (error instanceof PluginConfigError) {
      const at = bracketed(path, error.path);
      const hint = error.hint === undefined ? {} : { hint: error.hint };
      report.error(at, `${at}: ${error.message}`, { reason: 'PluginConfigInvalid', ...hint });
    } else if (error instanceof Error && error.name === 'ZodError') {
      tellZod(error as ZodError, part, report);
    } else {
      const message = error instanceof Error ? error.message : String(error);
      report.error(path, `${path} is refused: ${message}`, { reason: 'PluginConfigInvalid' });
    }
    return undefined;
  }
}

/** `consumers.0.credential` → `spec.defaultConfig.consumers[0].credential` */
function bracketed(path: string, dotted: string): string {
  if (dotted === '') return path;
  return dotted.split('.').reduce((at, step) => join(at, /^\d+$/.test(step) ? Number(step) : step), path);
}
