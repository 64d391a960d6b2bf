/** A board for tests: a small CMS, an engine on a folder of its own, scripted stages, and notices to show. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pino from 'pino';
import { afterEach, beforeEach } from 'vitest';
import { layouts } from '../../layouts/schemas.ts';
import type { Part } from '../../shared/protocol/programme.ts';
import { startEngine, type Engine, type EngineMessage, type EngineOptions } from './engine.ts';
import { machineSystem } from './system.ts';
import { TestCms, sha256, type Programme } from './testing-cms.ts';
import { TestStage } from './testing-stage.ts';

class TestBoard {
  readonly folder: string;
  readonly cms: TestCms;
  readonly messages: EngineMessage[] = [];
  readonly #stages: TestStage[] = [];
  #engine: Engine | null = null;

  constructor(folder: string, cms: TestCms) {
    this.folder = folder;
    this.cms = cms;
  }

  get engine(): Engine {
    if (!this.#engine) throw new Error('No engine runs');
    return this.#engine;
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  get options(): EngineOptions {
    return {
      cms: this.cms.url,
      dataDir: this.dataDir,
      stageDir: join(this.folder, 'stage'),
      host: 'chromium',
      app: 'test',
      log: pino({ level: process.env.ENGINE_LOG ?? 'silent' }, pino.destination(2)),
      onMessage: (message) => this.messages.push(message),
      pairingAskMs: 100,
      // Nothing is spread over time: there is one board.
      system: { ...machineSystem(), jitter: () => 0 },
    };
  }

  async start(changes: Partial<EngineOptions> = {}): Promise<void> {
    this.#engine = await startEngine({ ...this.options, ...changes });
  }

  async stop(): Promise<void> {
    await this.#engine?.close();
    this.#engine = null;
  }

  async openStage(kind: 'host' | 'open' = 'host'): Promise<TestStage> {
    const stage = await TestStage.open(this.engine.url(kind));
    this.#stages.push(stage);
    return stage;
  }

  /** A player that was paired by a person who read the code off the stage. */
  async startPaired(changes: Partial<EngineOptions> = {}): Promise<TestStage> {
    await this.start(changes);
    const stage = await this.openStage();
    await this.cms.enterCode(await stage.untilCode());
    await this.cms.until(() => this.cms.told.some(({ name }) => name === 'helloV1'));
    return stage;
  }

  /** A paired player that plays a programme. */
  async startPlaying(...notices: [number, Buffer | null][]): Promise<TestStage> {
    const stage = await this.startPaired();
    await this.cms.publish(programme(...notices));
    await stage.untilFront('notice');
    await this.cms.until(() => this.progress('active'));
    return stage;
  }

  /** What the board said last about a programme in such a state. */
  progress(state: string): Record<string, unknown> | undefined {
    return this.cms.told.findLast(({ name, request }) => name === 'programmeProgressedV1' && request.state === state)
      ?.request;
  }

  /** What the board said about a takeover, in order. */
  takeoverStates(takeoverId: string): unknown[] {
    return this.cms.told
      .filter(({ name, request }) => name === 'takeoverProgressedV1' && request.takeoverId === takeoverId)
      .map(({ request }) => request.state);
  }

  /** Waits until such a fault of the board is in its journal at the CMS. */
  fault(start: string): Promise<string> {
    return this.cms.until(() => this.cms.faults().find((fault) => fault.startsWith(start)));
  }

  /** Changes something in the store of an engine that does not run. */
  onDisk(sql: string, ...values: string[]): void {
    const db = new DatabaseSync(join(this.dataDir, 'player.db'));
    db.prepare(sql).run(...values);
    db.close();
  }

  /** What a query finds in the store of an engine that does not run. */
  rows(sql: string): Record<string, unknown>[] {
    const db = new DatabaseSync(join(this.dataDir, 'player.db'));
    const rows = db.prepare(sql).all();
    db.close();
    return rows;
  }

  /** Overwrites the first page of a table in the store of an engine that does not run. */
  spoil(table: string): void {
    const path = join(this.dataDir, 'player.db');
    const db = new DatabaseSync(path);
    const { rootpage } = db.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').get(table) as {
      rootpage: number;
    };
    db.close();
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4_096, 0x5a), 0, 4_096, (rootpage - 1) * 4_096);
    closeSync(file);
  }

  async close(): Promise<void> {
    for (const stage of this.#stages) await stage.close();
    await this.stop();
    await this.cms.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Gives each test of a file a board of its own. */
export function useBoard(): () => TestBoard {
  let board: TestBoard;
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bang-tin-engine-'));
    await mkdir(join(folder, 'stage'));
    await writeFile(join(folder, 'stage/index.html'), '<!doctype html><title>Bảng Tin</title>');
    board = new TestBoard(folder, await TestCms.start());
  });
  afterEach(() => board.close());
  return () => board;
}

export const unitId = '00000000-0000-4000-8000-000000000010';
export const noticeId = (n: number): string => `00000000-0000-4000-8000-00000000010${n}`;
export const picture = (n: number): Buffer => Buffer.from(`a picture, number ${n} `.repeat(2_000));

function notice(n: number, asset: Buffer | null): Part {
  return {
    kind: 'notice',
    noticeId: noticeId(n),
    title: `Tin số ${n}`,
    category: 'local',
    originUnitId: unitId,
    durationMs: 1_500,
    content: asset
      ? { type: 'image', asset: sha256(asset), alt: '', fit: 'contain' }
      : { type: 'layout', layout: 'notice', fields: { ...layouts.notice.sample, title: `Tin số ${n}` } },
  };
}

/** Notices by number, with their picture or as text, each 1.5 s, one after another. */
export function programme(...notices: [number, Buffer | null][]): Programme {
  const playlistId = '00000000-0000-4000-8000-000000000020';
  return {
    parts: [
      ...notices.map(([n, asset]) => notice(n, asset)),
      {
        kind: 'playlist',
        playlistId,
        name: 'Danh sách',
        items: notices.map(([n]) => ({
          itemId: `00000000-0000-4000-8000-00000000020${n}`,
          noticeId: noticeId(n),
          durationMs: null,
          validFrom: null,
          validTo: null,
        })),
      },
      { kind: 'fallback', unitName: 'Xã Mẫu', boardName: 'Bảng thôn Đông' },
    ],
    assets: notices.flatMap(([, bytes]) => (bytes ? [{ bytes, mediaType: 'image/png' as const }] : [])),
    defaultPlaylistId: playlistId,
  };
}
