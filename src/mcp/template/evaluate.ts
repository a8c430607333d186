/** Renders a template's tree over JSON text. */
import { TemplateError } from './errors.ts';
import { callGoFunction } from './functions/call.ts';
import { builtins, goFunctions } from './functions/index.ts';
import type { FunctionContext, TemplateEnvironment } from './functions/types.ts';
import {
  elements,
  entries,
  isTrue,
  type JsonValue,
  MISSING,
  member,
  numberValue,
  printed,
  readJson,
  textValue,
} from './json-text.ts';
import { lineAt } from './lexer.ts';
import { Budget, type TemplateLimits } from './limits.ts';
import type { Command, ControlNode, Node, Operand, Pipe, TemplateTree } from './nodes.ts';

export function renderTree(
  tree: TemplateTree,
  data: string,
  environment: TemplateEnvironment,
  limits: TemplateLimits,
): string {
  const root = readJson(data);
  if (root.kind !== 'object' && root.kind !== 'array') {
    throw new TemplateError('data must be a valid JSON object or array');
  }
  const run = new Run(tree, environment, limits);
  run.walk(tree.main, root);
  return run.text();
}

type Signal = 'break' | 'continue' | undefined;

class Run {
  readonly #tree: TemplateTree;
  readonly #context: FunctionContext;
  readonly #budget: Budget;
  readonly #parts: string[] = [];
  #variables: { readonly name: string; value: JsonValue }[] = [];
  #depth = 0;

  constructor(tree: TemplateTree, environment: TemplateEnvironment, limits: TemplateLimits) {
    this.#tree = tree;
    this.#budget = new Budget(limits);
    this.#context = { ...environment, budget: this.#budget };
  }

  text(): string {
    return this.#parts.join('');
  }

  /** A template of its own: only `$` is known at its start. */
  walk(nodes: readonly Node[], dot: JsonValue): void {
    if (++this.#depth > this.#budget.limits.maxDepth) {
      throw new TemplateError(`templates call each other more than ${this.#budget.limits.maxDepth} deep`);
    }
    const outer = this.#variables;
    this.#variables = [{ name: '$', value: dot }];
    this.#list(nodes, dot);
    this.#variables = outer;
    this.#depth -= 1;
  }

  #list(nodes: readonly Node[], dot: JsonValue): Signal {
    for (const node of nodes) {
      const signal = this.#node(node, dot);
      if (signal !== undefined) return signal;
    }
    return undefined;
  }

  #node(node: Node, dot: JsonValue): Signal {
    try {
      return this.#run(node, dot);
    } catch (error) {
      if (!(error instanceof TemplateError) || error.line !== undefined) throw error;
      throw new TemplateError(error.message, lineAt(this.#tree.source, node.at));
    }
  }

  #run(node: Node, dot: JsonValue): Signal {
    this.#budget.step();
    switch (node.type) {
      case 'text':
        this.#write(node.text);
        return undefined;
      case 'action': {
        const value = this.#pipe(node.pipe, dot);
        if (node.pipe.variables.length === 0) this.#write(printed(value));
        return undefined;
      }
      case 'template': {
        const body = this.#tree.defined.get(node.name);
        if (body === undefined) throw new TemplateError(`template "${node.name}" not defined`);
        this.walk(body, node.pipe === undefined ? MISSING : this.#pipe(node.pipe, dot));
        return undefined;
      }
      case 'break':
      case 'continue':
        return node.type;
      default:
        return this.#scoped(() => this.#control(node, dot));
    }
  }

  #control(node: ControlNode, dot: JsonValue): Signal {
    if (node.type === 'range') return this.#range(node, dot);
    const value = this.#pipe(node.pipe, dot);
    if (!isTrue(value)) return this.#list(node.otherwise, dot);
    return this.#list(node.body, node.type === 'with' ? value : dot);
  }

  #range(node: ControlNode, dot: JsonValue): Signal {
    const { variables, declares } = node.pipe;
    const value = this.#pipe({ ...node.pipe, variables: [] }, dot);
    let rounds = 0;
    for (const [key, item] of rangeItems(value)) {
      rounds += 1;
      const signal = this.#scoped(() => {
        this.#budget.step();
        const [first, second] = variables;
        if (second !== undefined) {
          this.#set(first as string, key, declares);
          this.#set(second, item, declares);
        } else if (first !== undefined) this.#set(first, item, declares);
        return this.#list(node.body, item);
      });
      if (signal === 'break') break;
    }
    return rounds === 0 ? this.#list(node.otherwise, dot) : undefined;
  }

  #scoped(run: () => Signal): Signal {
    const known = this.#variables.length;
    const signal = run();
    this.#variables.length = known;
    return signal;
  }

  #set(name: string, value: JsonValue, declares: boolean): void {
    const known = declares ? undefined : this.#variables.findLast((variable) => variable.name === name);
    if (known === undefined) this.#variables.push({ name, value });
    else known.value = value;
  }

  #write(text: string): void {
    this.#parts.push(this.#budget.output(text));
  }

  #pipe(pipe: Pipe, dot: JsonValue): JsonValue {
    let value: JsonValue | undefined;
    for (const command of pipe.commands) value = this.#command(command, dot, value);
    const result = value ?? MISSING;
    for (const name of pipe.variables) this.#set(name, result, pipe.declares);
    return result;
  }

  #command(command: Command, dot: JsonValue, piped: JsonValue | undefined): JsonValue {
    const [first, ...args] = command;
    if (first.type === 'call') return this.#call(first.name, args, dot, piped);
    if (args.length > 0 || piped !== undefined) {
      throw new TemplateError(`can't give argument to non-function ${describe(first)}`);
    }
    return this.#operand(first, dot);
  }

  #operand(operand: Operand, dot: JsonValue): JsonValue {
    switch (operand.type) {
      case 'dot':
        return dot;
      case 'field':
        return walkPath(dot, operand.path);
      case 'variable':
        return walkPath(this.#variables.findLast(({ name }) => name === operand.name)?.value ?? MISSING, operand.path);
      case 'literal':
        return operand.value;
      case 'call':
        return this.#call(operand.name, [], dot, undefined);
      case 'pipe':
        return this.#pipe(operand.pipe, dot);
      case 'chain':
        return walkPath(this.#operand(operand.of, dot), operand.path);
    }
  }

  #call(name: string, args: readonly Operand[], dot: JsonValue, piped: JsonValue | undefined): JsonValue {
    this.#budget.step();
    const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
    if (builtin === undefined) {
      const values = args.map((arg) => this.#operand(arg, dot));
      if (piped !== undefined) values.push(piped);
      const goFunction = Object.hasOwn(goFunctions, name) ? goFunctions[name] : undefined;
      if (goFunction === undefined) throw new TemplateError(`function "${name}" not defined`);
      return callGoFunction(name, goFunction, values, this.#context);
    }
    const most = builtin.maximum ?? Number.POSITIVE_INFINITY;
    if (args.length < builtin.minimum || args.length > most) {
      const note = piped === undefined ? '' : ' (a piped value does not count)';
      throw new TemplateError(`wrong number of args for ${name}: want ${wanted(builtin)} got ${args.length}${note}`);
    }
    const result = builtin.run({
      count: args.length,
      argument: (at) => this.#operand(args[at] as Operand, dot),
      piped,
      dot,
      context: this.#context,
    });
    this.#budget.length(result.raw.length);
    return result;
  }
}

function wanted({ minimum, maximum }: { readonly minimum: number; readonly maximum?: number }): string {
  return minimum === maximum ? String(minimum) : `at least ${minimum}`;
}

function walkPath(value: JsonValue, path: readonly string[]): JsonValue {
  return path.reduce((at, key) => member(at, key), value);
}

/** Missing and null have no rounds, so that the else branch runs: the reference fails there. */
function* rangeItems(value: JsonValue): Generator<readonly [JsonValue, JsonValue]> {
  switch (value.kind) {
    case 'array':
      for (const [at, item] of elements(value).entries()) yield [numberValue(at), item];
      return;
    case 'object':
      for (const [key, item] of entries(value)) yield [textValue(key), item];
      return;
    case 'number': {
      const count = Number(value.raw);
      if (!Number.isInteger(count)) throw new TemplateError(`range can't iterate over ${value.raw}`);
      for (let at = 0; at < count; at++) yield [numberValue(at), numberValue(at)];
      return;
    }
    case 'string': {
      let at = 0;
      for (const char of printed(value)) yield [numberValue(at++), textValue(char)];
      return;
    }
    case 'boolean':
      throw new TemplateError(`range can't iterate over ${value.raw}`);
    default:
  }
}

function describe(operand: Operand): string {
  switch (operand.type) {
    case 'field':
      return `.${operand.path.join('.')}`;
    case 'variable':
      return [operand.name, ...operand.path].join('.');
    case 'literal':
      return operand.text;
    case 'dot':
      return '.';
    default:
      return '(…)';
  }
}
