/**
 * npm run bench -- proof [--boards 20] [--batches 40]
 *
 * Plays per second from the socket to durable rows, signature and chain verified: batches of 200 plays of one board each, many
 * boards at once, to a real CMS on SQLite in a process of its own. Floor: bare-inserts.ts, the same rows into the same SQLite.
 */
import { DatabaseSync } from 'node:sqlite';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Helper, startFleet, type Delivered, type LoadCost } from '../fleet/messages.ts';
import type { BareRequest } from './lib/bare-inserts.ts';
import { runBench } from './lib/bench.ts';
import { benchFolder, startBenchCms } from './lib/cms-child.ts';

const { values } = parseArgs({
  options: { boards: { type: 'string', default: '20' }, batches: { type: 'string', default: '40' } },
});
const boards = Number(values.boards);
const load = { batchesPerBoard: Number(values.batches), playsPerBatch: 200 };
/** Batches of a board that are on their way at one time: its next is there when the CMS has answered the one before. */
const inFlight = 2;

const cms = await startBenchCms(boards);
const bareFolder = await benchFolder();
const bare = new Helper<BareRequest>(new URL('./lib/bare-inserts.ts', import.meta.url), [
  join(bareFolder, 'bare.sqlite'),
]);
const fleet = startFleet();
const loadCosts: LoadCost[] = [];

const countHeld = (): { plays: number; evidence: number } => {
  const db = new DatabaseSync(join(cms.folder, 'cms.sqlite'), { readOnly: true });
  try {
    const of = (sql: string): number => (db.prepare(sql).get() as { n: number }).n;
    return {
      plays: of('select count(*) n from plays'),
      evidence: of('select coalesce(sum(last_seq - first_seq + 1), 0) n from journal_batches'),
    };
  } finally {
    db.close();
  }
};

async function deliverOnce(): Promise<number> {
  const before = countHeld();
  const made = await fleet.ask<LoadCost>({ do: 'makeLoad', ...load });
  loadCosts.push(made);
  const { plays } = made;
  const { ms } = await fleet.ask<Delivered>({ do: 'deliver', inFlight });
  const after = countHeld();
  if (after.plays - before.plays !== plays || after.evidence - before.evidence !== plays) {
    throw new Error(`${plays} plays were answered, ${after.plays - before.plays} are held`);
  }
  return plays / (ms / 1000);
}

try {
  await fleet.ask({ do: 'connectDeliverers', cms: cms.url, identities: cms.boards });
  // Not measured: code is compiled, files have grown for the first time.
  await deliverOnce();
  await bare.ask({ boards, ...load });
  loadCosts.length = 0;
  await runBench({
    name: 'proof',
    unit: 'plays/s',
    figure: deliverOnce,
    floor: () => bare.ask<number>({ boards, ...load }),
    details: () => ({ boards, ...load, inFlight, load: loadCosts }),
  });
} finally {
  await fleet.stop();
  await bare.stop();
  await cms.stop();
  await rm(bareFolder, { recursive: true, force: true });
}
