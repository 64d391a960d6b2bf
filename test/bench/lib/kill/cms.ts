/** The CMS of the killed players: a real one, what is on at it, and what a person of the province does there. */
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { v7 as uuidv7 } from 'uuid';
import { writeSetting } from '../../../../cms/server/store/settings.ts';
import { sample } from '../../../../layouts/notice/sample.ts';
import type { Media } from '../../../../shared/protocol/api/media.ts';
import type { Notice, Playlist } from '../../../../shared/protocol/api/content.ts';
import type { TakeoverView } from '../../../../shared/protocol/api/takeovers.ts';
import { journalRecord, type JournalRecord } from '../../../../shared/protocol/journal.ts';
import { startBenchCms, type BenchCms } from '../cms-child.ts';
import { pause } from './random.ts';

/** A notice, by the title or the description that stands on the glass. */
export interface Shown {
  readonly id: string;
  readonly title: string;
}

/** A board with a playlist of its own. */
export interface KillBoard {
  readonly id: string;
  playlist: Playlist;
}

/** A notice is on for so long, ms. */
const slotMs = 1_500;
const raster = { width: 640, height: 320 };

export class KillCms {
  readonly #cms: BenchCms;
  readonly #unitId: string;
  readonly texts: Shown[] = [];
  readonly pictures: Shown[] = [];

  private constructor(cms: BenchCms, unitId: string) {
    this.#cms = cms;
    this.#unitId = unitId;
  }

  /** @param pictures how many notices with a picture there are to be fetched */
  static async start(pictures: number): Promise<KillCms> {
    let unitId = '';
    const cms = await startBenchCms(0, {
      seed: async (store, place) => {
        unitId = place.unitId;
        await store.transaction((tx) => writeSetting(tx, `self_approval:${unitId}`, 'yes'));
      },
    });
    const kill = new KillCms(cms, unitId);
    for (const title of ['Tin A', 'Tin B']) {
      const fields = { ...sample, title };
      kill.texts.push({ id: await kill.#notice(title, { type: 'layout', layout: 'notice', fields }), title });
    }
    for (let n = 1; n <= pictures; n++) {
      const title = `Ảnh ${n}`;
      const asset = await kill.#picture(title);
      kill.pictures.push({
        id: await kill.#notice(title, { type: 'image', asset, alt: title, fit: 'contain' }),
        title,
      });
    }
    return kill;
  }

  get url(): string {
    return this.#cms.url;
  }

  stop(): Promise<void> {
    return this.#cms.stop();
  }

  async #notice(title: string, content: object): Promise<string> {
    const { id, revision } = (await this.#cms.request('POST', '/api/notices', {
      unitId: this.#unitId,
      title,
      category: 'local',
      content,
      durationMs: slotMs,
    })) as Notice;
    await this.#cms.request('POST', `/api/notices/${id}/submit`, { revision, approve: true });
    return id;
  }

  /** Sends a picture that hardly packs, so that fetching it takes a while. @returns its hash at the CMS */
  async #picture(name: string): Promise<string> {
    const bytes = await sharp(randomBytes(raster.width * raster.height * 3), { raw: { ...raster, channels: 3 } })
      .webp({ quality: 70 })
      .toBuffer();
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const { person } = this.#cms;
    const response = await fetch(`${this.url}/api/uploads`, {
      method: 'POST',
      headers: {
        cookie: `bt_session=${person.sessionToken}`,
        'x-csrf-token': person.csrfToken,
        'tus-resumable': '1.0.0',
        'upload-length': String(bytes.length),
        'upload-metadata': `unitId ${base64(this.#unitId)},filename ${base64(`${name}.webp`)}`,
        'content-type': 'application/offset+octet-stream',
      },
      body: bytes,
    });
    const id = response.headers.get('location')?.split('/').at(-1);
    if (response.status !== 201 || id === undefined) throw new Error(`The picture was not taken: ${response.status}`);
    for (;;) {
      const { state, hash, errorCode } = (await this.#cms.request('GET', `/api/media/${id}`)) as Media;
      if (state === 'failed') throw new Error(`The picture came to nothing: ${errorCode}`);
      if (hash !== null && state === 'ready') return hash;
      await pause(100);
    }
  }

  /** A new board that plays both texts. */
  async addBoard(name: string): Promise<KillBoard> {
    const playlist = (await this.#cms.request('POST', '/api/playlists', {
      unitId: this.#unitId,
      name,
      items: this.texts.map(itemOf),
    })) as Playlist;
    const { width, height } = raster;
    const { id } = (await this.#cms.request('POST', '/api/boards', {
      unitId: this.#unitId,
      name,
      place: '',
      kind: 'led',
      width,
      height,
      output: { x: 0, y: 0, width, height, rotation: 0 },
      pitchUm: null,
      readingDistanceCm: null,
      zone: 'Asia/Ho_Chi_Minh',
      groups: [],
      defaultPlaylistId: playlist.id,
    })) as { id: string };
    const board = { id, playlist };
    await this.#publish(board);
    return board;
  }

  #publish({ id }: KillBoard): Promise<unknown> {
    return this.#cms.request('POST', '/api/programmes/publish', { boardIds: [id] });
  }

  /** Gives the board another programme: these notices, in this order. */
  async publish(board: KillBoard, notices: readonly Shown[]): Promise<void> {
    const { id, unitId, name, revision } = board.playlist;
    board.playlist = (await this.#cms.request('PUT', `/api/playlists/${id}`, {
      unitId,
      name,
      revision,
      items: notices.map(itemOf),
    })) as Playlist;
    await this.#publish(board);
  }

  /** Types the code of a screen. @returns whether it was taken: the player that showed it may be gone */
  async enterCode(board: KillBoard, code: string): Promise<boolean> {
    return this.#cms.request('POST', `/api/boards/${board.id}/pairing`, { code }).then(
      () => true,
      () => false,
    );
  }

  /** Raises a takeover for the board alone. */
  async raise(board: KillBoard, { id, title }: Shown): Promise<void> {
    const takeover = (await this.#cms.request('POST', '/api/takeovers', {
      clientId: id,
      status: 'actual',
      content: { event: title, level: 4, headline: title, instruction: 'Sơ tán ngay.', senderName: 'UBND tỉnh' },
      selectors: { all: false, unitIds: [], groups: [], boardIds: [board.id] },
      durationMs: 3_600_000,
    })) as TakeoverView;
    if (takeover.id !== id) throw new Error(`The takeover has another id: ${takeover.id}`);
  }

  async allClear(takeoverId: string): Promise<void> {
    await this.#cms.request('POST', `/api/takeovers/${takeoverId}/all-clear`, {});
  }

  /** The board's records as the CMS holds them, journal by journal, with what is wrong about its own books. */
  held(board: KillBoard): { records: JournalRecord[]; faults: string[] } {
    const db = new DatabaseSync(join(this.#cms.folder, 'cms.sqlite'), { readOnly: true });
    try {
      const records = db
        .prepare(
          `SELECT lines FROM journal_batches b JOIN journals j ON j.id = b.journal_id
           WHERE j.board_id = ? ORDER BY j.no, b.first_seq`,
        )
        .all(board.id)
        .flatMap((row) =>
          inflateSync(row['lines'] as Uint8Array)
            .toString('utf8')
            .split('\n'),
        )
        .map((line) => journalRecord.parse(JSON.parse(line)));
      const count = (sql: string): number => Number(db.prepare(sql).get(board.id)?.['n']);
      const plays = count(
        'SELECT count(*) n FROM plays WHERE journal_no IN (SELECT no FROM journals WHERE board_id = ?)',
      );
      const forks = count(
        'SELECT count(*) n FROM journal_forks f JOIN journals j ON j.id = f.journal_id WHERE j.board_id = ?',
      );
      const written = records.filter(({ body }) => body.type === 'playEnded').length;
      return {
        records,
        faults: [
          ...(plays === written ? [] : [`${plays} rows for ${written} plays in the evidence`]),
          ...(forks === 0 ? [] : [`${forks} forks`]),
        ],
      };
    } finally {
      db.close();
    }
  }
}

const itemOf = ({ id: noticeId }: Shown) => ({
  itemId: uuidv7(),
  noticeId,
  durationMs: null,
  validFrom: null,
  validTo: null,
});
