import { describe, expect, it } from '@jest/globals';
import type { Problem } from '#ir/types.ts';
import { transition, verdicts } from './conditions.ts';

const problem = (severity: Problem['severity'], reason: string, message = 'm', path?: string): Problem => ({
  severity,
  reason,
  message,
  origin: { kind: 'WasmPlugin', namespace: 'ns', name: 'p', ...(path === undefined ? {} : { path }) },
});
const said = (problems: Problem[], programmed = true) =>
  Object.fromEntries(
    verdicts({ generation: 3, problems, programmed }).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );

describe('conditions', () => {
  it('are all true when nothing is wrong and every Envoy has it', () => {
    expect(said([])).toEqual({
      Accepted: 'True Accepted',
      ResolvedRefs: 'True ResolvedRefs',
      Programmed: 'True Programmed',
    });
    expect(said([], false).Programmed).toBe('Unknown Pending');
    expect(verdicts({ generation: 3, problems: [], programmed: true })[0]?.observedGeneration).toBe(3);
  });

  it('tell apart what is wrong with the object, with what it names, and what Envoy refused', () => {
    expect(said([problem('error', 'PluginConfigInvalid')])).toMatchObject({
      Accepted: 'False PluginConfigInvalid',
      ResolvedRefs: 'True ResolvedRefs',
    });
    expect(said([problem('warning', 'ServiceNotFound')])).toMatchObject({
      Accepted: 'True Accepted',
      ResolvedRefs: 'False ServiceNotFound',
    });
    expect(said([problem('error', 'EnvoyRejected')])).toMatchObject({
      Accepted: 'True Accepted',
      Programmed: 'False EnvoyRejected',
    });
  });

  it('say of an object that is ignored that it is not accepted, though nothing in it is wrong', () => {
    const wrongPlace = { ...problem('warning', 'WrongNamespace', 'is ignored'), hint: 'move it' };
    expect(said([wrongPlace, problem('error', 'ServiceNotFound')])).toEqual({
      Accepted: 'False WrongNamespace',
      ResolvedRefs: 'Unknown NotAccepted',
      Programmed: 'False NotAccepted',
    });
    const [accepted] = verdicts({ generation: 4, problems: [wrongPlace], programmed: true });
    expect(accepted).toMatchObject({ message: 'is ignored (move it)', observedGeneration: 4 });
  });

  it('carry field and way out in the message, warnings without turning false, and never too much', () => {
    const [accepted] = verdicts({
      generation: 1,
      problems: [{ ...problem('error', 'Invalid', 'is wrong', 'spec.x'), hint: 'write y' }],
      programmed: true,
    });
    expect(accepted?.message).toBe('spec.x: is wrong (write y)');
    const [warned] = verdicts({ generation: 1, problems: [problem('warning', 'UnknownField')], programmed: true });
    expect(warned).toMatchObject({ status: 'True', message: 'm' });
    const many = Array.from({ length: 500 }, (_, n) => problem('error', 'Invalid', `message ${n}`));
    expect(verdicts({ generation: 1, problems: many, programmed: true })[0]?.message.length).toBeLessThanOrEqual(1024);
  });

  it('are written only when they differ, and keep the time of the last change', () => {
    const good = verdicts({ generation: 1, problems: [], programmed: true });
    const first = transition([], good, '2030-01-01T00:00:00Z');
    expect(first).toHaveLength(3);
    expect(transition(first ?? [], good, '2030-01-02T00:00:00Z')).toBeUndefined();
    const newer = verdicts({ generation: 2, problems: [], programmed: true });
    const second = transition(first ?? [], newer, '2030-01-02T00:00:00Z');
    expect(second?.[0]).toMatchObject({ observedGeneration: 2, lastTransitionTime: '2030-01-01T00:00:00Z' });
    const bad = verdicts({ generation: 2, problems: [problem('error', 'Invalid')], programmed: true });
    const third = transition(second ?? [], bad, '2030-01-03T00:00:00Z');
    expect(third?.[0]).toMatchObject({ status: 'False', lastTransitionTime: '2030-01-03T00:00:00Z' });
    expect(third?.[1]?.lastTransitionTime).toBe('2030-01-01T00:00:00Z');
  });

  it("leave other writers' conditions alone", () => {
    const foreign = { type: 'Theirs', status: 'True', reason: 'R', message: '', lastTransitionTime: 'then' } as const;
    const next = transition([foreign], verdicts({ generation: 1, problems: [], programmed: true }), 'now');
    expect(next?.[0]).toBe(foreign);
  });
});
