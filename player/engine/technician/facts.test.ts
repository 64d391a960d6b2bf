import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { expect, test, vi } from 'vitest';
import { Facts, type FactsOptions, type OwnFacts } from './facts.ts';

const own: OwnFacts = {
  mb: null,
  connected: false,
  sinceMs: 0,
  refusal: null,
  pairing: { cms: 'https://cms.example', app: 'test', os: null, board: null, programme: null },
  clock: { state: 'unknown', now: 0, zone: 'Asia/Ho_Chi_Minh', offsetMs: 0 },
  faults: [],
  downloads: null,
  screen: { driver: null, on: null, off: false, why: null },
  speed: { state: 'idle' },
};
const factsOf = (options: Partial<FactsOptions>): Facts =>
  new Facts({
    dataDir: '/nowhere',
    machine: { read: () => Promise.resolve(null as never) },
    own: () => own,
    call: () => Promise.resolve(),
    monotonic: () => 0,
    ...options,
  });

test('where nobody may list the interfaces the rest is told', async () => {
  const listed = vi.spyOn(os, 'networkInterfaces').mockImplementation(() => {
    throw new Error('EPERM');
  });
  syncBuiltinESMExports();
  try {
    expect(await factsOf({}).gather()).toMatchObject({ network: { interfaces: [] }, pairing: { app: 'test' } });
  } finally {
    listed.mockRestore();
    syncBuiltinESMExports();
  }
});
