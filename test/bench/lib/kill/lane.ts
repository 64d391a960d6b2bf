/**
 * One board after another on one line, with a player that is killed again and again. Each kill falls into an activity that was begun
 * for it, at a random moment of the time that it takes; after each the player has to come back from its disk, with the line cut.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { v7 as uuidv7 } from 'uuid';
import type { KillBoard, KillCms, Shown } from './cms.ts';
import { diskFaults } from './disk.ts';
import { Line } from './line.ts';
import type { KilledPlayer, PlayerOptions } from './players.ts';
import { atMost, pause, type Random } from './random.ts';
import { judge, type Verdict } from './verdict.ts';

export const activities = ['pairing', 'start', 'download', 'switch', 'journal', 'delivery', 'takeover'] as const;
export type Activity = (typeof activities)[number];

/** An activity that has begun: how long it takes at most, ms, and when it is over. */
interface Begun {
  readonly ms: number;
  readonly over: Promise<unknown>;
}

export interface LaneOptions {
  readonly name: string;
  readonly cms: KillCms;
  readonly folder: string;
  readonly random: Random;
  /** Takeovers of all lanes by what stands on the glass. */
  readonly takeovers: Map<string, string>;
  /** @param slowness how many times longer this player takes to start than the engine alone */
  readonly player: (options: PlayerOptions) => KilledPlayer;
  readonly slowness: number;
  readonly say: (line: string) => void;
}

/** An alert that may be on the glass. */
interface Standing {
  readonly id: string;
  /** Resolves when the CMS has it. */
  readonly raised: Promise<void>;
  /** Its all clear, once asked for. */
  cleared: Promise<void> | null;
}

/** So thin is the line while something is fetched, bytes/s. */
const thin = 150_000;
const never = new Promise<never>(() => undefined);

export class Lane {
  readonly #o: LaneOptions;
  readonly #line: Line;
  readonly verdicts: Verdict[] = [];
  readonly kills = new Map<Activity, number>();
  #boards = 0;
  #board!: KillBoard;
  #player!: KilledPlayer;
  #corrupt: string[] = [];
  /** Something of a programme has been on this board's glass: from now on it is to be there without the CMS. */
  #played = false;
  #entered = '';
  #standing: Standing | null = null;
  #switches = 0;
  #downloads = 0;
  #starts = 0;

  private constructor(options: LaneOptions, line: Line) {
    this.#o = options;
    this.#line = line;
  }

  static async open(options: LaneOptions): Promise<Lane> {
    return new Lane(options, await Line.to(options.cms.url));
  }

  /** Kills the player once in each of these activities; the first has to be a pairing. */
  async run(deck: readonly Activity[]): Promise<void> {
    for (const activity of deck) {
      try {
        await this.#killIn(activity);
      } catch (error) {
        // A player that does not come back is what this looks for; the rest goes on with another board.
        this.#corrupt.push(`${activity}: ${error instanceof Error ? error.message : String(error)}`);
        await this.#player.kill();
        await this.#settle();
        await this.#newBoard();
      }
    }
    await this.#settle();
    await this.#line.close();
  }

  async #killIn(activity: Activity): Promise<void> {
    if (activity === 'pairing') {
      if (this.#boards > 0) await this.#settle();
      await this.#newBoard();
    } else if (activity !== 'start') {
      await this.#comeUp();
      // Half of them go on without a line for a while.
      if (this.#o.random() < 0.5) await pause(2_000);
      await this.#playOn();
      await pause(this.#o.random() * 1_500);
    }
    const { ms, over } = await this.#begin[activity]();
    await atMost(this.#o.random() * ms, over);
    await this.#player.kill();
    this.#played ||= this.#player.painted.some(isPlay);
    this.kills.set(activity, (this.kills.get(activity) ?? 0) + 1);
    this.#corrupt.push(...diskFaults(this.#player.dataDir));
    this.#o.say(`${this.#board.playlist.name}: killed in ${activity}`);
  }

  readonly #begin: Record<Activity, () => Promise<Begun>> = {
    pairing: async () => {
      this.#line.mend();
      await this.#player.start();
      const paired = this.#untilPlaying(() => this.#player.paired);
      return { ms: 4_500 + 2_000 * (this.#o.slowness - 1), over: paired.then(() => pause(300)) };
    },
    start: async () => {
      const start = this.#starts++;
      if (start % 2 === 1 || this.#o.slowness > 1) {
        await this.#start();
        const playing = this.#untilPlaying(() => this.#player.painted.some(isPlay));
        return { ms: 1_500 * this.#o.slowness, over: playing };
      }
      // Every other one at a write: the first opens the store, the next writes down what was left open at the last kill.
      await this.#start(2 + ((start / 2) % 4));
      await atMost(10_000, this.#player.gone());
      return { ms: 0, over: never };
    },
    download: async () => {
      this.#line.bytesPerSecond = thin;
      const { pictures, texts } = this.#o.cms;
      // Others have been on since it was, also where one or two were published over before they came: it is no longer on the disk.
      const picture = pictures[this.#downloads++ % pictures.length]!;
      await this.#o.cms.publish(this.#board, [picture, ...texts]);
      const assets = join(this.#player.dataDir, 'assets');
      const partial = () => existsSync(assets) && readdirSync(assets).some((name) => name.endsWith('.part'));
      await untilTrue(partial, 20_000);
      return { ms: 1_500, over: untilTrue(() => !partial(), 5_000) };
    },
    switch: () => {
      const [a, b] = this.#o.cms.texts as [Shown, Shown];
      const orders = [
        [a, b],
        [b, a],
        [a, b, a],
        [b, a, a],
      ];
      const published = this.#o.cms.publish(this.#board, orders[this.#switches++ % orders.length]!);
      return Promise.resolve({ ms: 1_000, over: published.then(() => never) });
    },
    journal: async () => {
      const painted = this.#player.painted.length;
      await this.#player.until(() => this.#player.painted.length > painted);
      await atMost(1_000, writes(this.#player.dataDir, 1 + Math.floor(this.#o.random() * 6)));
      return { ms: 5, over: never };
    },
    delivery: async () => {
      this.#line.cut();
      await pause(3_000);
      const connection = this.#line.connection();
      this.#line.mend();
      await atMost(20_000, connection);
      return { ms: 1_000, over: never };
    },
    takeover: async () => {
      const alert = { id: uuidv7(), title: `Báo động ${this.#o.takeovers.size + 1}` };
      this.#o.takeovers.set(alert.title, alert.id);
      const raised = this.#o.cms.raise(this.#board, alert);
      const standing: Standing = { id: alert.id, raised, cleared: null };
      this.#standing = standing;
      if (this.#o.random() < 0.5) return { ms: 800, over: raised.then(() => never) };
      // The other half of them: its end.
      await raised;
      await this.#player.until(() => this.#player.painted.at(-1)?.content === `takeover:${alert.id}`);
      await pause(1_500);
      standing.cleared = this.#o.cms.allClear(alert.id);
      return { ms: 800, over: standing.cleared.then(() => never) };
    },
  };

  async #newBoard(): Promise<void> {
    const name = `${this.#o.name} ${++this.#boards}`;
    const dataDir = join(this.#o.folder, name.replaceAll(' ', '-'));
    await mkdir(dataDir, { recursive: true });
    this.#line.mend();
    this.#player = this.#o.player({ cms: this.#line.url, dataDir });
    this.#board = await this.#o.cms.addBoard(name);
    this.#played = false;
    this.#standing = null;
    this.#entered = '';
  }

  /** Starts the player; what has been on is to come from the disk. */
  async #start(dieAtWrite = 0): Promise<void> {
    if (this.#played) this.#line.cut();
    else this.#line.mend();
    await this.#player.start(dieAtWrite);
  }

  async #comeUp(): Promise<void> {
    const fromDisk = this.#played;
    const alert = this.#standing;
    const wasShown = alert !== null && alert.cleared === null && this.#shown(`takeover:${alert.id}`);
    await this.#start();
    await this.#untilPlaying(() => this.#player.painted.some(isPlay));
    this.#played = true;
    const first = this.#player.painted.find(isPlay)!;
    if (fromDisk && this.#player.code !== '') this.#corrupt.push('forgot its pairing');
    if (wasShown && first.content !== `takeover:${alert.id}`) this.#corrupt.push(`forgot the takeover ${alert.id}`);
  }

  #shown(content: string): boolean {
    return this.#player.runs.some(({ painted }) => painted.some((one) => one.content === content));
  }

  /** Waits for `condition`, as somebody beside the board who types every code that it shows. */
  #untilPlaying(condition: () => boolean): Promise<unknown> {
    return this.#player.until(() => {
      const { code } = this.#player;
      if (code !== '' && code !== this.#entered) {
        this.#entered = code;
        void this.#o.cms.enterCode(this.#board, code);
      }
      return condition();
    });
  }

  /** With a line again, some notices go by, so that there is something to lose. */
  async #playOn(): Promise<void> {
    this.#line.mend();
    if (this.#standing !== null) {
      const { id, raised, cleared } = this.#standing;
      await raised;
      await (cleared ?? this.#o.cms.allClear(id));
      this.#standing = null;
    }
    const since = this.#player.painted.length;
    await this.#player.until(
      () => this.#player.painted.slice(since).filter(({ content }) => content?.startsWith('notice:')).length >= 2,
    );
  }

  /** Lets the player deliver everything, ends it in peace, and judges the board. */
  async #settle(): Promise<void> {
    try {
      await this.#comeUp();
      await this.#playOn();
      for (let attempt = 0; ; attempt++) {
        await this.#player.stop();
        const left = this.#undelivered();
        if (left === 0) break;
        if (attempt === 5) throw new Error(`${left} records are not delivered`);
        await this.#player.start();
        await this.#untilPlaying(() => this.#player.painted.filter(isPlay).length > 1 + attempt);
      }
    } catch (error) {
      this.#corrupt.push(`at the end: ${error instanceof Error ? error.message : String(error)}`);
      await this.#player.kill();
    }
    const { records, faults } = this.#o.cms.held(this.#board);
    const verdict = judge(this.#player.runs, records);
    verdict.corrupt.push(...this.#corrupt, ...faults);
    this.verdicts.push(verdict);
    for (const kind of ['lost', 'doubled', 'corrupt'] as const)
      for (const one of verdict[kind]) this.#o.say(`${this.#board.playlist.name}: ${kind}: ${one}`);
    this.#corrupt = [];
    await rm(this.#player.dataDir, { recursive: true, force: true });
  }

  /** Records of the player's journal that the CMS has not acked. The player does not run. */
  #undelivered(): number {
    const { dataDir } = this.#player;
    const { journalId } = JSON.parse(readFileSync(join(dataDir, 'identity.json'), 'utf8')) as { journalId: string };
    const db = new DatabaseSync(join(dataDir, 'player.db'));
    try {
      const row = db.prepare('SELECT head_seq - acked AS n FROM journals WHERE journal_id = ?').get(journalId);
      return Number(row?.['n'] ?? Infinity);
    } finally {
      db.close();
    }
  }
}

const isPlay = ({ content }: { content: string | null }): boolean =>
  content !== null && (content.startsWith('notice:') || content.startsWith('takeover:'));

/** Resolves when the player has written to its store's log so many times: a record takes a few. */
async function writes(dataDir: string, count: number): Promise<void> {
  let left = count;
  for await (const { filename } of watch(dataDir)) if (filename === 'player.db-wal' && --left === 0) return;
}

async function untilTrue(condition: () => boolean, withinMs: number): Promise<void> {
  for (const until = performance.now() + withinMs; !condition(); await pause(5))
    if (performance.now() > until) throw new Error(`Not within ${withinMs} ms: ${String(condition)}`);
}
