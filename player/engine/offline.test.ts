/**
 * Ninety days on a pole without a network, in simulated time: director, clock, journal and store as they are, with power cuts and the
 * clocks of machines whose battery is flat.
 */
import { inflateSync } from 'node:zlib';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noticeOf, playlistOf, programmeOf, testId } from '../../test/lib/programmes.ts';
import { createDirector } from '../../shared/director/director.ts';
import type { Director, DirectorInput } from '../../shared/director/types.ts';
import { emptyHead, joinChain, readLines, type JournalHead } from '../../shared/proof/chain.ts';
import type { JournalBatch, JournalRecord, PlayBody } from '../../shared/protocol/journal.ts';
import type { Part } from '../../shared/protocol/programme.ts';
import { Clock } from './clock.ts';
import { Courier } from './courier.ts';
import type { DeviceKey } from './identity.ts';
import { Journal } from './journal.ts';
import { reservedBytes } from './library.ts';
import type { Link } from './link.ts';
import { openStore, type Store } from './store.ts';
import { machineSystem, type System } from './system.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const begin = Date.parse('2026-11-22T04:56:07+07:00');
const journalId = testId(8, 1);
const own = { journalId, deviceKey: 'key' };
const key = { x: 'key', signText: () => 'signature' } as unknown as DeviceKey;

/** All day 1 to 3; from 6:30 for an hour 4; on Mondays from 7:00 to 9:00 5, before anything else. */
const always = { durationMs: hourMs, zone: 'Asia/Ho_Chi_Minh', validFrom: null, validTo: null };
const parts: Part[] = [
  noticeOf(1, 3 * minuteMs),
  noticeOf(2, 4 * minuteMs),
  noticeOf(3, 5 * minuteMs),
  noticeOf(4, 10 * minuteMs),
  noticeOf(5, 8 * minuteMs),
  playlistOf(1, [1, 2, 3]),
  playlistOf(2, [4]),
  playlistOf(3, [5]),
  { kind: 'entry', entryId: testId(3, 1), playlistId: testId(2, 2), priority: 10, cron: '30 6 * * *', ...always },
  {
    ...{ kind: 'entry', entryId: testId(3, 2), playlistId: testId(2, 3), priority: 20, cron: '0 7 * * 1', ...always },
    durationMs: 2 * hourMs,
  },
];
const programme = programmeOf('Asia/Ho_Chi_Minh', testId(2, 1), parts);

/** What is to be on at an instant, worked out without the timeline: Vietnam is seven hours ahead of UTC all year. */
function due(at: number): number[] {
  const local = new Date(at + 7 * hourMs);
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
  if (local.getUTCDay() === 1 && minute >= 7 * 60 && minute < 9 * 60) return [5];
  return minute >= 6 * 60 + 30 && minute < 7 * 60 + 30 ? [4] : [1, 2, 3];
}

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'bang-tin-offline-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A board, its true time, and what its machine says the time is. */
class Board {
  now = begin;
  /** The machine's clock minus the true one, ms. */
  machineError = 0;
  store!: Store;
  clock!: Clock;
  journal!: Journal;
  #director!: Director;
  #startedAt = 0;
  #runs = 0;
  #savedAt = 0;
  #wakeAt = 0;
  #front: string | null = null;
  #answers: { at: number; input: DirectorInput }[] = [];

  /** The power comes. */
  start(): void {
    this.#startedAt = this.now;
    const system: System = {
      ...machineSystem(),
      now: () => this.now + this.machineError,
      monotonic: () => this.now - this.#startedAt,
      bootId: `run ${++this.#runs}`,
    };
    this.store = openStore(
      join(folder, 'player.db'),
      () => 0,
      () => expect.unreachable('the store is damaged'),
    );
    // The disk of the test keeps its power.
    this.store.db.exec('PRAGMA synchronous = OFF');
    this.clock = new Clock(system, this.store);
    this.journal = new Journal(this.store, this.clock, own, () => undefined);
    this.journal.closeInterrupted();
    this.#director = createDirector({ host: 'chromium' });
    this.#answers = [];
    this.#front = null;
    this.#hand({ type: 'plan', programme, takeovers: [] });
    this.#hand({ type: 'stage', event: { type: 'ready', width: 1920, height: 1080, pixelRatio: 1 } });
  }

  /** The power goes: nothing is said to anyone. */
  cut(): void {
    this.store.close();
  }

  /** Trusted time minus the true one, ms. */
  get error(): number {
    return this.clock.now() - this.now;
  }

  run(ms: number): void {
    const end = this.now + ms;
    while (this.now < end) {
      this.#answers.sort((a, b) => a.at - b.at);
      const answer = this.#answers[0]?.at ?? Infinity;
      this.now = Math.min(answer, this.#wakeAt, end);
      if (this.now === answer) this.#hand(this.#answers.shift()!.input);
      else this.#tick();
      if (this.now - this.#savedAt >= minuteMs) this.#everyMinute();
    }
  }

  /** The page says each second that it paints; before each tick is enough here. */
  #tick(): void {
    if (this.#front !== null) this.#hand({ type: 'stage', event: { type: 'alive', sceneId: this.#front } });
    this.#hand({ type: 'tick' });
  }

  #everyMinute(): void {
    this.#savedAt = this.now;
    this.journal.carryOver();
    this.journal.pack();
    this.clock.save();
  }

  #hand(input: DirectorInput): void {
    const { commands, records, openPlay, wakeAt } = this.#director.handle(input, this.clock.now());
    this.journal.append(records, openPlay);
    // The engine brings the open play up to date each second; once a minute is enough here.
    this.#wakeAt = Math.min(this.now + wakeAt - this.clock.now(), this.now + minuteMs);
    for (const command of commands) {
      if (command.type === 'prepare')
        this.#answer(50, { type: 'stage', event: { type: 'prepared', sceneId: command.sceneId } });
      if (command.type !== 'show') continue;
      this.#front = command.sceneId;
      this.#answer(16, { type: 'stage', event: { type: 'painted', sceneId: command.sceneId, agoMs: 0 } });
    }
  }

  #answer(afterMs: number, input: DirectorInput): void {
    this.#answers.push({ at: this.now + afterMs, input });
  }
}

/** Everything is delivered to a CMS that checks the chain. @returns the records, in order */
async function deliver({ journal }: Board): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  let head: JournalHead = emptyHead(journalId);
  const link = {
    connected: true,
    send: (_: string, batch: JournalBatch) => {
      const chain = readLines({ ...batch, lines: inflateSync(batch.lines).toString('utf8') });
      const joined = joinChain(head, chain);
      // Nothing comes twice.
      expect(joined.resent).toEqual([]);
      head = joined.head;
      records.push(...joined.fresh.map(({ record }) => record));
      return Promise.resolve({ acked: head.seq });
    },
  };
  const courier = new Courier({
    journal,
    link: () => link as unknown as Link,
    key: () => key,
    journals: () => journal.undelivered('key'),
    onBroken: (_, code) => expect.unreachable(code),
    system: machineSystem(),
    log: pino({ level: 'silent' }),
  });
  courier.wake();
  await courier.idle();
  await courier.close();
  expect(journal.undelivered('key')).toEqual([]);
  return records;
}

test(
  'plays by its schedule, keeps every play within a year’s budget, and delivers each once',
  { timeout: 120_000 },
  async () => {
    const board = new Board();
    board.start();
    board.clock.sample(board.now, 0, 0);
    /** When the board had power, and by how much its time was off then. */
    const runs: { from: number; to: number; error: number }[] = [];
    // What machines say after a cut: right, the year 2000, 2099, an hour behind.
    const machines = [0, Date.UTC(2000, 0, 1) - begin, Date.UTC(2099, 0, 1) - begin, -hourMs];
    for (let cut = 0; cut < 18; cut++) {
      const from = board.now;
      const { error } = board;
      board.run(5 * dayMs - cut * 7 * minuteMs - 12_345);
      expect(board.error).toBe(error);
      runs.push({ from, to: board.now, error });
      const { now: cutAt } = board;
      board.cut();
      board.now += (1 + ((cut * 7) % 50)) * minuteMs;
      board.machineError = machines[cut % machines.length]!;
      board.start();
      // A clock that is right is believed; after any other, time goes on where it was, and the picture with it.
      const offMs = board.now - cutAt;
      expect(board.error).toBeLessThanOrEqual(0);
      expect(-board.error).toBeLessThanOrEqual(board.machineError === 0 ? 0 : -error + offMs + minuteMs);
    }
    runs.push({ from: board.now, to: board.now + 60_000, error: board.error });
    board.run(60_000);
    expect(board.now - begin).toBeGreaterThan(88 * dayMs);

    // The network is back: first the time, then what was played.
    board.machineError = 0;
    board.store.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const bytes = statSync(join(folder, 'player.db')).size;
    const records = await deliver(board);
    board.cut();
    const plays = records.map(({ body }) => body).filter((body): body is PlayBody => body.type === 'playEnded');
    // Ten-second items for a year are so many records more.
    const aYear = (bytes / records.length) * 365 * 8_640;
    expect(aYear).toBeLessThan(reservedBytes);

    for (const [index, play] of plays.entries()) {
      const number = Number(play.noticeId?.slice(-6));
      expect(due(play.start + play.paintedMs / 2), new Date(play.start).toISOString()).toContain(number);
      const before = plays[index - 1];
      // By the board's own time no two are on the glass at once.
      if (before) expect(play.start - (before.start + before.paintedMs)).toBeGreaterThanOrEqual(0);
    }
    // All of the time that there was power, but for the changes of scenes and what was painted since the last checkpoint.
    const lit = runs.reduce((sum, { from, to }) => sum + to - from, 0);
    const painted = plays.reduce((sum, { paintedMs }) => sum + paintedMs, 0);
    expect(lit - painted).toBeLessThan(runs.length * minuteMs);
    expect(painted).toBeLessThanOrEqual(lit);
    expect(plays.filter(({ outcome }) => outcome === 'interrupted').length).toBe(18);
    expect(plays.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  },
);
