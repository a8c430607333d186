import { describeFixtures } from '#test/fixture.ts';
import { fixtures } from './fixtures.ts';
import plugin from './plugin.ts';

describeFixtures(plugin, fixtures);
