/** Tokens into a tree, after the grammar of Go's text/template. Unknown functions and undeclared variables are errors here, not at run time. */
import { TemplateSyntaxError } from './errors.ts';
import { booleanValue, NULL, printed } from './json-text.ts';
import { lex, lineAt, type Token } from './lexer.ts';
import { characterLiteral, numberLiteral, stringLiteral } from './literals.ts';
import type { Command, ControlNode, Node, Operand, Pipe, TemplateTree } from './nodes.ts';

/** Nested parentheses and control structures. */
const MAX_DEPTH = 200;

type Stop = 'end' | 'else' | 'eof';

export function parseTree(source: string, isFunction: (name: string) => boolean): TemplateTree {
  return new Parser(source, isFunction).parse();
}

class Parser {
  readonly #source: string;
  readonly #isFunction: (name: string) => boolean;
  readonly #tokens: readonly Token[];
  readonly #defined = new Map<string, readonly Node[]>();
  #at = 0;
  #variables: string[] = ['$'];
  #ranges = 0;
  #depth = 0;

  constructor(source: string, isFunction: (name: string) => boolean) {
    this.#source = source;
    this.#isFunction = isFunction;
    this.#tokens = lex(source);
  }

  parse(): TemplateTree {
    const { nodes, stop } = this.#list(true);
    if (stop !== 'eof') this.#fail(`unexpected {{${stop}}}`);
    return { source: this.#source, main: nodes, defined: this.#defined };
  }

  #list(top: boolean): { nodes: Node[]; stop: Stop } {
    if (++this.#depth > MAX_DEPTH) this.#fail('nested too deeply');
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#next();
      if (token.type === 'end') {
        if (!top) this.#fail('unexpected end of the template: {{end}} is missing', token);
        return this.#leave(nodes, 'eof');
      }
      if (token.type === 'text') {
        nodes.push({ type: 'text', text: token.text, at: token.at });
        continue;
      }
      this.#space();
      const first = this.#peek();
      if (first.type !== 'keyword') {
        const pipe = this.#pipe('command');
        this.#right('command');
        nodes.push({ type: 'action', pipe, at: first.at });
        continue;
      }
      this.#next();
      if (first.text === 'end') {
        this.#right('end');
        return this.#leave(nodes, 'end');
      }
      if (first.text === 'else') return this.#leave(nodes, 'else');
      if (first.text === 'define') this.#define(top);
      else nodes.push(this.#keyword(first));
    }
  }

  #leave(nodes: Node[], stop: Stop): { nodes: Node[]; stop: Stop } {
    this.#depth -= 1;
    return { nodes, stop };
  }

  #keyword(token: Token): Node {
    switch (token.text) {
      case 'if':
      case 'with':
      case 'range':
        return this.#control(token.text, token.at);
      case 'break':
      case 'continue':
        if (this.#ranges === 0) this.#fail(`{{${token.text}}} outside {{range}}`, token);
        this.#right(token.text);
        return { type: token.text, at: token.at };
      case 'template': {
        const name = this.#name('template');
        const pipe = this.#peek().type === 'right' ? undefined : this.#pipe('template');
        this.#right('template');
        return { type: 'template', name, pipe, at: token.at };
      }
      default: {
        const name = this.#name('block');
        const pipe = this.#pipe('block');
        this.#right('block');
        this.#body(name);
        return { type: 'template', name, pipe, at: token.at };
      }
    }
  }

  #control(type: ControlNode['type'], at: number): Node {
    const known = this.#variables.length;
    const pipe = this.#pipe(type);
    this.#right(type);
    if (type === 'range') this.#ranges += 1;
    const { nodes: body, stop } = this.#list(false);
    if (type === 'range') this.#ranges -= 1;
    const otherwise = stop === 'else' ? this.#otherwise(type) : [];
    this.#variables.length = known;
    return { type, pipe, body, otherwise, at };
  }

  /** Behind `else`: the rest of the structure. `else if` shares the `end` with the structure it stands in. */
  #otherwise(type: ControlNode['type']): readonly Node[] {
    this.#space();
    const token = this.#peek();
    if (token.type === 'keyword' && token.text === type && type !== 'range') {
      this.#next();
      return [this.#control(type, token.at)];
    }
    this.#right('else');
    const { nodes, stop } = this.#list(false);
    if (stop !== 'end') this.#fail('expected {{end}}, found {{else}}');
    return nodes;
  }

  #define(top: boolean): void {
    if (!top || this.#depth > 1) this.#fail('{{define}} must stand at the top level');
    const name = this.#name('define');
    this.#right('define');
    this.#body(name);
  }

  /** The body of define and block sees only its own variables. */
  #body(name: string): void {
    const [variables, ranges] = [this.#variables, this.#ranges];
    this.#variables = ['$'];
    this.#ranges = 0;
    const { nodes, stop } = this.#list(false);
    if (stop !== 'end') this.#fail(`unexpected {{else}} in template "${name}"`);
    this.#defined.set(name, nodes);
    this.#variables = variables;
    this.#ranges = ranges;
  }

  #name(what: string): string {
    this.#space();
    const token = this.#next();
    const value = token.type === 'string' ? stringLiteral(token.text) : undefined;
    if (value === undefined) this.#fail(`{{${what}}} needs a quoted name`, token);
    this.#space();
    return printed(value as NonNullable<typeof value>);
  }

  #pipe(context: string): Pipe {
    if (++this.#depth > MAX_DEPTH) this.#fail('nested too deeply');
    this.#space();
    const { variables, declares } = this.#declaration(context);
    const commands: Command[] = [];
    for (;;) {
      this.#space();
      const token = this.#peek();
      if (token.type === 'right' || token.text === ')') break;
      commands.push(this.#command(commands.length > 0));
      this.#space();
      if (this.#peek().text !== '|' || this.#peek().type !== 'operator') break;
      this.#next();
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    if (declares) this.#variables.push(...variables);
    this.#depth -= 1;
    return { variables, declares, commands };
  }

  /** `$x :=`, `$x =`, and in range `$i, $x :=`. */
  #declaration(context: string): { variables: string[]; declares: boolean } {
    const start = this.#at;
    const variables: string[] = [];
    while (this.#peek().type === 'variable') {
      variables.push(this.#next().text);
      this.#space();
      const token = this.#next();
      if (token.type === 'operator' && (token.text === ':=' || token.text === '=')) {
        if (token.text === '=') for (const name of variables) this.#known(name, token);
        return { variables, declares: token.text === ':=' };
      }
      if (token.type !== 'operator' || token.text !== ',' || context !== 'range' || variables.length > 1) break;
      this.#space();
    }
    this.#at = start;
    return { variables: [], declares: false };
  }

  #command(piped: boolean): Command {
    const operands: Operand[] = [];
    for (;;) {
      this.#space();
      const token = this.#peek();
      const operand = this.#operand();
      if (operand === undefined) break;
      if (operands.length === 0) this.#checkFirst(operand, piped, token);
      operands.push(operand);
      const next = this.#peek();
      if (next.type === 'space') continue;
      if (next.type === 'right' || next.text === '|' || next.text === ')') break;
      this.#fail(`unexpected ${JSON.stringify(next.text)} in operand`, next);
    }
    const [first, ...rest] = operands;
    if (first === undefined) this.#fail('empty command');
    return [first as Operand, ...rest];
  }

  #checkFirst(operand: Operand, piped: boolean, token: Token): void {
    if (token.type === 'nil') this.#fail('nil is not a command', token);
    if (piped && (operand.type === 'literal' || operand.type === 'dot')) {
      this.#fail(`${JSON.stringify(token.text)} cannot take a piped value`, token);
    }
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    if (term === undefined) return undefined;
    const path: string[] = [];
    while (this.#peek().type === 'field') path.push(this.#next().text);
    if (path.length === 0) return term;
    if (term.type === 'field' || term.type === 'variable') return { ...term, path: [...term.path, ...path] };
    if (term.type === 'literal' || term.type === 'dot') this.#fail(`unexpected .${path[0]} behind a constant or dot`);
    return { type: 'chain', of: term, path };
  }

  #term(): Operand | undefined {
    const token = this.#next();
    switch (token.type) {
      case 'identifier':
        if (!this.#isFunction(token.text)) this.#fail(`function "${token.text}" not defined`, token);
        return { type: 'call', name: token.text };
      case 'dot':
        return { type: 'dot' };
      case 'field':
        return { type: 'field', path: [token.text] };
      case 'variable':
        this.#known(token.text, token);
        return { type: 'variable', name: token.text, path: [] };
      case 'nil':
        return { type: 'literal', value: NULL, text: token.text };
      case 'boolean':
        return { type: 'literal', value: booleanValue(token.text === 'true'), text: token.text };
      case 'number':
        return this.#literal(token, numberLiteral(token.text));
      case 'character':
        return this.#literal(token, characterLiteral(token.text));
      case 'string':
        return this.#literal(token, stringLiteral(token.text));
      default:
    }
    if (token.text === '(' && token.type === 'operator') {
      const pipe = this.#pipe('parenthesized pipeline');
      const close = this.#next();
      if (close.text !== ')') this.#fail(`expected ")", found ${JSON.stringify(close.text)}`, close);
      return { type: 'pipe', pipe };
    }
    this.#at -= 1;
    return undefined;
  }

  #literal(token: Token, value: ReturnType<typeof numberLiteral>): Operand {
    if (value === undefined) this.#fail(`illegal constant ${token.text}`, token);
    return { type: 'literal', value: value as NonNullable<typeof value>, text: token.text };
  }

  #known(name: string, token: Token): void {
    if (!this.#variables.includes(name)) this.#fail(`undefined variable "${name}"`, token);
  }

  #right(context: string): void {
    this.#space();
    const token = this.#next();
    if (token.type !== 'right') this.#fail(`unexpected ${JSON.stringify(token.text)} in ${context}`, token);
  }

  #space(): void {
    while (this.#peek().type === 'space') this.#at += 1;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token;
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #fail(message: string, token: Token = this.#peek()): never {
    throw new TemplateSyntaxError(message, lineAt(this.#source, token.at));
  }
}
