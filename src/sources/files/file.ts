/** One file: its objects and problems. Remembers what it last gave, per document, so that an edit of one object leaves the others untouched. */
import type { Origin, Problem } from '#ir/types.ts';
import type { KubeObject } from '#model/object.ts';
import { describe, isRecord } from '#model/parse.ts';
import { type Chunk, MAX_FILE_BYTES, readDocument, splitDocuments } from './documents.ts';
import { defaultNamespace, keyOf, lookUpKind, MODEL_PARSERS, type PartKey } from './kinds.ts';

export interface Entry {
  readonly part: PartKey;
  readonly object: KubeObject;
}

export interface FileContent {
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
}

interface DocumentContent extends FileContent {
  /** The text could not be read as YAML at all. */
  readonly broken: boolean;
  /** Objects that are there and wrong, `kind namespace/name`. */
  readonly refused: readonly string[];
}

export interface ReaderOptions {
  readonly systemNamespace: string;
}

/** `kind` of origins of problems that no object can be named for. */
const FILE = 'File';

export class ManifestFile {
  readonly path: string;
  readonly #options: ReaderOptions;
  /** By line and text. */
  #documents = new Map<string, DocumentContent>();
  #good: readonly Entry[] = [];
  content: FileContent = { entries: [], problems: [] };

  constructor(path: string, options: ReaderOptions) {
    this.path = path;
    this.#options = options;
  }

  /** Takes new bytes. A file that is no YAML (half-written, say) keeps the objects that it last gave. */
  update(bytes: Uint8Array): void {
    if (bytes.length > MAX_FILE_BYTES) this.fail(...tooLarge(bytes.length));
    else if (bytes.includes(0)) this.fail('the file is not text', 'save it as UTF-8, or give it another ending');
    else
      this.#take(
        Buffer.from(bytes)
          .toString('utf8')
          .replace(/^\uFEFF/, ''),
      );
  }

  #take(text: string): void {
    const documents = new Map<string, DocumentContent>();
    for (const chunk of splitDocuments(text)) {
      const key = `${chunk.line} ${chunk.text}`;
      documents.set(key, this.#documents.get(key) ?? this.#read(chunk));
    }
    this.#documents = documents;
    const all = [...documents.values()];
    const problems = all.flatMap((document) => document.problems);
    if (all.some(({ broken }) => broken)) {
      const hint = this.#good.length === 0 ? undefined : 'the objects that the file held before stay in force';
      this.content = {
        entries: this.#good,
        problems: hint === undefined ? problems : problems.map((problem) => withHint(problem, hint)),
      };
      return;
    }
    this.content = this.#withLastGood(all);
    this.#good = this.content.entries;
  }

  /** The file cannot be read: its objects stay, with a problem. */
  fail(message: string, hint?: string): void {
    const origin = this.#origin(this.path);
    const problem: Problem = {
      severity: 'error',
      reason: 'FileUnreadable',
      origin,
      message,
      ...(hint === undefined ? {} : { hint }),
    };
    this.content = { entries: this.#good, problems: [problem] };
  }

  /** An object that was valid and is wrong now keeps its last valid version. */
  #withLastGood(documents: readonly DocumentContent[]): FileContent {
    const before = new Map(this.#good.map((entry) => [keyOf(entry.object), entry]));
    const hint = 'the last valid version stays in force';
    const kept = (document: DocumentContent) => document.refused.flatMap((key) => before.get(key) ?? []);
    return {
      entries: documents.flatMap((document) => [...document.entries, ...kept(document)]),
      problems: documents.flatMap((document) =>
        kept(document).length === 0 ? document.problems : document.problems.map((problem) => withHint(problem, hint)),
      ),
    };
  }

  #origin(file: string, fields: Partial<Origin> = {}): Origin {
    return { kind: FILE, namespace: '', name: this.path, ...fields, file };
  }

  #read({ text, line }: Chunk): DocumentContent {
    const file = `${this.path}:${line}`;
    const none = { entries: [], refused: [], broken: false };
    const result = readDocument(text);
    if (!result.ok) {
      const lead = text.split('\n').findIndex((one) => !/^(---)?\s*(#.*)?$/.test(one));
      const at = Math.max(line - Math.max(lead, 0) + result.error.line - 1, 1);
      const message = `${this.path}:${at} is not YAML: ${result.error.message}`;
      const problem: Problem = {
        severity: 'error',
        reason: 'YamlInvalid',
        origin: this.#origin(`${this.path}:${at}`),
        message,
      };
      return { ...none, problems: [problem], broken: true };
    }
    const parts = result.values.map((value) => this.#readObject(value, file));
    return {
      entries: parts.flatMap(({ entries }) => entries),
      problems: parts.flatMap(({ problems }) => problems),
      refused: parts.flatMap(({ refused }) => refused),
      broken: false,
    };
  }

  #readObject(value: unknown, file: string): DocumentContent {
    const nothing = (problem: Problem): DocumentContent => ({
      entries: [],
      problems: [problem],
      refused: [],
      broken: false,
    });
    if (!isRecord(value) || typeof value.kind !== 'string' || typeof value.apiVersion !== 'string') {
      const what = isRecord(value) ? 'it has no apiVersion or no kind' : `it is ${describe(value)}`;
      return nothing({
        severity: 'error',
        reason: 'NotAManifest',
        origin: this.#origin(file),
        message: `${file} is not a manifest: ${what}`,
        hint: 'every document needs apiVersion, kind and metadata.name',
      });
    }
    const lookup = lookUpKind(value.apiVersion, value.kind);
    const metadata = isRecord(value.metadata) ? value.metadata : {};
    const name = typeof metadata.name === 'string' ? metadata.name : '';
    if (!lookup.known) {
      const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : 'default';
      const origin: Origin = { kind: value.kind, namespace, name, file };
      return nothing({
        severity: 'warning',
        reason: 'KindIgnored',
        origin,
        message: lookup.message,
        hint: lookup.hint,
      });
    }
    const namespace = defaultNamespace(lookup.kind, name, lookup.home, this.#options.systemNamespace);
    const parsed = MODEL_PARSERS[lookup.part]({ value, file }, { namespace });
    if (parsed.object !== undefined) {
      return {
        entries: [{ part: lookup.part, object: parsed.object }],
        problems: parsed.problems,
        refused: [],
        broken: false,
      };
    }
    const own = typeof metadata.namespace === 'string' && lookup.home !== 'none' ? metadata.namespace : namespace;
    return {
      entries: [],
      problems: parsed.problems,
      refused: name === '' ? [] : [`${value.kind} ${own}/${name}`],
      broken: false,
    };
  }
}

/** Message and hint. */
export function tooLarge(bytes: number): [message: string, hint: string] {
  return [`the file has ${bytes} bytes, more than the ${MAX_FILE_BYTES} that are read`, 'split it into several files'];
}

function withHint(problem: Problem, hint: string): Problem {
  return { ...problem, hint: problem.hint === undefined ? hint : `${problem.hint}; ${hint}` };
}
