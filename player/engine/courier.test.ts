import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JournalBatch } from '../../shared/protocol/journal.ts';
import { Clock } from './clock.ts';
import { Courier } from './courier.ts';
import type { DeviceKey } from './identity.ts';
import { Journal } from './journal.ts';
import { LinkError, type Link } from './link.ts';
import { openStore, type Store } from './store.ts';
import { machineSystem } from './system.ts';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const key = { x: 'key', signText: () => 'signature' } as unknown as DeviceKey;

let folder: string;
let store: Store;
let journal: Journal;
let courier: Courier;
/** What the CMS answers to a batch: the number that it holds, or an error. */
let cms: (batch: JournalBatch) => number;
const broken: [string, string][] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-courier-'));
  store = openStore(
    join(folder, 'player.db'),
    () => 0,
    () => undefined,
  );
  broken.length = 0;
  const system = machineSystem();
  journal = new Journal(store, new Clock(system, store), { journalId: id(1), deviceKey: 'key' }, () => undefined);
  const link = {
    connected: true,
    send: (_: string, batch: JournalBatch) => Promise.resolve(batch).then((sent) => ({ acked: cms(sent) })),
  };
  courier = new Courier({
    journal,
    link: () => link as unknown as Link,
    key: () => key,
    journals: () => journal.undelivered('key'),
    onBroken: (journalId, code) => {
      broken.push([journalId, code]);
      journal.markForked(journalId, code);
    },
    system,
    log: pino({ level: 'silent' }),
  });
});
afterEach(async () => {
  await courier.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const record = () => journal.append([{ type: 'faultRaised', code: 'test', detail: '' }]);

test('a journal that the CMS does not take holds back no other', async () => {
  record();
  journal.switchTo({ journalId: id(2), deviceKey: 'key' });
  record();
  cms = ({ journalId, lastSeq }) => {
    if (journalId === id(1)) throw new LinkError('internal_error', 'no');
    return lastSeq;
  };
  courier.wake();
  await vi.waitFor(() => expect(journal.undelivered('key')).toEqual([id(1)]));
  expect(broken).toEqual([]);
});

test('a disk that fails while it is asked for journals ends nothing', async () => {
  record();
  cms = ({ lastSeq }) => lastSeq;
  const asked = vi.spyOn(journal, 'undelivered').mockImplementationOnce(() => {
    throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR' });
  });
  courier.wake();
  await vi.waitFor(() => expect(asked.mock.results.map(({ type }) => type)).toEqual(['throw', 'return']), {
    timeout: 10_000,
  });
  expect(journal.undelivered('key')).toEqual([]);
});

test('a journal that the CMS has lost and that is not whole here any more is given up, not sent for ever', async () => {
  for (let i = 0; i < 3; i++) record();
  journal.acked(id(1), 2);
  store.db.prepare('DELETE FROM lines WHERE seq = 1').run();
  cms = () => {
    throw new LinkError('journal_unknown', 'no');
  };
  courier.wake();
  await vi.waitFor(() => expect(broken).toEqual([[id(1), 'journal_unknown']]));
});
