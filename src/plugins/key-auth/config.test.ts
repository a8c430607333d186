import { describe, expect, it } from '@jest/globals';
import { PluginConfigError } from '#plugin-sdk/definition.ts';
import { effectiveConfig } from './config.ts';

const consumers = [{ name: 'a', credential: 'k' }];
const global = { keys: ['x'], consumers };
const facts = { hasRules: true };

describe('key-auth configuration', () => {
  it.each<[string, unknown, unknown, boolean, boolean]>([
    ['absent, no rules', undefined, undefined, false, true],
    ['absent, rules elsewhere', undefined, undefined, true, false],
    ['absent, a rule without allow', undefined, {}, true, false],
    ['absent, a rule with allow', undefined, { allow: ['a'] }, true, true],
    ['true, rules elsewhere', true, undefined, true, true],
    ['true, a rule without allow', true, {}, true, true],
    ['false, no rules', false, undefined, false, false],
    ['false, a rule with allow', false, { allow: ['a'] }, true, true],
  ])('global_auth %s', (_, auth, rule, hasRules, checked) => {
    const config = effectiveConfig({ ...global, global_auth: auth }, rule, { hasRules });
    expect(config !== undefined).toBe(checked);
  });

  it('ignores global_auth on a rule', () => {
    expect(effectiveConfig(global, { global_auth: true }, facts)).toBeUndefined();
  });

  it.each<[string, unknown, unknown]>([
    ['consumers', { keys: ['x'] }, undefined],
    ['consumers', { keys: ['x'], consumers: [] }, undefined],
    ['consumers.0.name', { keys: ['x'], consumers: [{ credential: 'k' }] }, undefined],
    ['consumers.0.credential', { keys: ['x'], consumers: [{ name: 'a' }] }, undefined],
    ['consumers.0', { keys: ['x'], consumers: [{ name: 'a', credential: 'k', credentials: ['l'] }] }, undefined],
    ['consumers.1.name', { keys: ['x'], consumers: [...consumers, { name: 'a', credential: 'l' }] }, undefined],
    ['consumers.1', { keys: ['x'], consumers: [...consumers, { name: 'b', credential: 'k' }] }, undefined],
    ['keys', { consumers }, undefined],
    ['in_header', { ...global, in_header: false, in_query: false }, undefined],
    ['allow', global, { allow: [] }],
  ])('refuses what is wrong at %s without telling keys', (path, wrong, rule) => {
    try {
      effectiveConfig(wrong, rule, facts);
      throw new Error('was accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(PluginConfigError);
      expect((error as PluginConfigError).path).toBe(path);
      expect((error as Error).message).not.toContain('"k"');
    }
  });
});
