/** The tree of a template. */
import type { JsonValue } from './json-text.ts';

export type Operand =
  | { readonly type: 'dot' }
  | { readonly type: 'field'; readonly path: readonly string[] }
  | { readonly type: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly type: 'literal'; readonly value: JsonValue; readonly text: string }
  | { readonly type: 'call'; readonly name: string }
  | { readonly type: 'pipe'; readonly pipe: Pipe }
  | { readonly type: 'chain'; readonly of: Operand; readonly path: readonly string[] };

/** The first operand is what is called or looked up, the others are its arguments. */
export type Command = readonly [Operand, ...Operand[]];

export interface Pipe {
  /** Variables that receive the value, with their `$`. */
  readonly variables: readonly string[];
  readonly declares: boolean;
  readonly commands: readonly Command[];
}

/** `at` is the offset in the source, for error messages. */
export type Node =
  | { readonly type: 'text'; readonly text: string; readonly at: number }
  | { readonly type: 'action'; readonly pipe: Pipe; readonly at: number }
  | ControlNode
  | { readonly type: 'template'; readonly name: string; readonly pipe: Pipe | undefined; readonly at: number }
  | { readonly type: 'break' | 'continue'; readonly at: number };

export interface ControlNode {
  readonly type: 'if' | 'with' | 'range';
  readonly pipe: Pipe;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
  readonly at: number;
}

export interface TemplateTree {
  readonly source: string;
  readonly main: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}
