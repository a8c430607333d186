// The tiers in one runner; `npm run test:*` picks one by its project name.
const base = {
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: '<rootDir>/test/support/environment.mjs',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
};

export default {
  maxWorkers: 2,
  waitForUnhandledRejections: true,
  // Tests wait for conditions; this only ends one that hangs, also on a machine that is busy with something else.
  testTimeout: 60_000,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/test/{features,fuzz,golden,architecture}/**/*.test.ts'],
    },
    { ...base, displayName: 'dataplane', testMatch: ['<rootDir>/test/dataplane/**/*.test.ts'] },
    { ...base, displayName: 'chart', testMatch: ['<rootDir>/test/chart/**/*.test.ts'] },
    {
      ...base,
      displayName: 'services',
      testMatch: ['<rootDir>/test/services/**/*.test.ts'],
      globalSetup: '<rootDir>/test/services/setup.mjs',
    },
    {
      ...base,
      displayName: 'kube',
      testMatch: ['<rootDir>/test/kube/**/*.test.ts'],
      globalSetup: '<rootDir>/test/kube/setup.mjs',
      globalTeardown: '<rootDir>/test/kube/teardown.mjs',
    },
    { ...base, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.test.ts'] },
  ],
};
