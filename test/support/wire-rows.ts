/** Runs rows of a wire table: for one test file, a vendor and a gateway that has a route for each row. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, type Gateway, startGateway } from './gateway.ts';
import { type Llm, startLlm } from './llm.ts';
import { logLine, manifestsOf, type Row, runRow } from './wire-table.ts';

/** There from before the first test of the `describe` until after its last. */
export interface Wire {
  readonly llm: Llm;
  readonly gateway: Gateway;
}

export interface WireOptions {
  /** Rows that come after `rows`: they get a route and have tests of their own. */
  readonly more?: readonly Row[];
  /** More manifests, by name of the file. */
  readonly files?: (llm: Llm) => Promise<Readonly<Record<string, string>>>;
  /** What stands between the item and the words of a row in the name of its test. */
  readonly separator?: string;
}

/** Within `describe`: a test for each row, and what tests beside them need. */
export function rowsOnTheWire(rows: readonly Row[], { more = [], files, separator = ' ' }: WireOptions = {}): Wire {
  let wire: Wire | undefined;
  const there = (): Wire => {
    if (wire === undefined) throw new Error('the gateway is there only while tests run');
    return wire;
  };
  let llm: Llm | undefined;

  beforeAll(async () => {
    llm = await startLlm();
    const manifests = { 'rows.yaml': manifestsOf([...rows, ...more], llm.port), ...(await files?.(llm)) };
    wire = { llm, gateway: await startGateway({ files: manifests }) };
  }, 90_000);

  afterAll(async () => {
    await wire?.gateway.stop();
    await llm?.stop();
  });

  it.each(rows.map((row, index) => [`${row.item}${separator}${row.says}`, row, index] as const))(
    '%s',
    async (_name, row, index) => {
      await runRow(row, index, there().gateway, there().llm);
    },
  );

  return {
    get llm() {
      return there().llm;
    },
    get gateway() {
      return there().gateway;
    },
  };
}

/** Within `describe`, behind `rowsOnTheWire`: a test for each row that says something of the access log. */
export function logsOfRows(rows: readonly Row[], wire: Wire): void {
  it.each(rows.flatMap((row, index) => (row.log ? [[`${row.item} ${row.says}`, row.log, index] as const] : [])))(
    '%s: the access log',
    async (_name, expected, index) => {
      for (const [step, line] of expected.entries()) {
        const found = await eventually('a line of the log', () => logLine(wire.gateway, index, step), 30_000);
        expect(found).toMatchObject(line.has ?? {});
        for (const path of line.absent ?? []) expect(found).not.toHaveProperty(path);
      }
    },
    60_000,
  );
}
