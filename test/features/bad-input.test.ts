/** What bad input gets from `higress check`: its place, the object, the field, the value and the way out, and the exit status. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkText } from '#cli/check.ts';
import { badInputs } from '#test/bad-input.ts';
import { selfSigned } from '#test/certificate.ts';
import { runCli } from '#test/cli.ts';
import { ingressYaml, serviceYaml } from '#test/echo.ts';

const inputs = badInputs(selfSigned('bad.test'), selfSigned('other.test'));
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'higress-bad-'));
  file = join(folder, 'bad.yaml');
  writeFileSync(join(folder, 'web.yaml'), serviceYaml('web', 8080));
  writeFileSync(join(folder, 'good.yaml'), ingressYaml('good', 'good.test', '/', 'web'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = { output: 'text', systemNamespace: 'higress-system', ingressClass: 'higress' };
const cases = inputs.filter(({ runtime }) => runtime !== true).map((one) => [one.name, one] as const);

describe('bad input: higress check:', () => {
  it.each(cases)('%s', (_, { yaml, severity, reason, says, line }) => {
    writeFileSync(file, yaml);
    const { text, status } = checkText([folder], options);
    const lines = text.trimEnd().split('\n');
    expect(status).toBe(severity === 'error' ? 1 : 0);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(new RegExp(`^${file}:${line}: ${severity}: ${reason}: `));
    for (const part of says) expect(lines[0]).toContain(part.replace('FILE', file));
    expect(lines[1]).toBe(severity === 'error' ? '1 error, 0 warnings' : '0 errors, 1 warning');
  });

  it('as a command it prints that, and its exit status is 1', async () => {
    writeFileSync(file, 'apiVersion: v1\nkind: Service\nmetadata: [\n');
    const { status, stdout } = await runCli(['check', folder]);
    expect(status).toBe(1);
    expect(stdout).toContain('bad.yaml:');
    expect(stdout).toContain('1 error, 0 warnings');
  });

  it('warnings count with --strict only', async () => {
    writeFileSync(file, 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: d }\n');
    expect((await runCli(['check', folder])).status).toBe(0);
    expect((await runCli(['check', folder, '--strict'])).status).toBe(1);
  });

  it('a path that is not there', async () => {
    const absent = join(folder, 'absent.yaml');
    const { status, stdout } = await runCli(['check', absent]);
    expect(status).toBe(1);
    expect(stdout).toContain(`${absent} cannot be read: there is no such file or folder`);
  });
});
