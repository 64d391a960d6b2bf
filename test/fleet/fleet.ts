/**
 * Thousands of simulated boards in one process of their own, driven over IPC by a benchmark. Times are
 * `performance.timeOrigin + performance.now()`, which processes of one machine can compare.
 */
import { io, type Socket } from 'socket.io-client';
import { keyList } from '../../shared/protocol/keys.ts';
import { keysOf, verifyDocument } from '../../shared/protocol/signing.ts';
import { takeover as takeoverSchema } from '../../shared/protocol/takeover.ts';
import { SimulatedBoard, type BoardIdentityData, type TestJournal } from './board.ts';
import { appendPlays, batchesOf } from './load.ts';
import type { Delivered, FleetAnswer, FleetRequest, LoadCost, Receipts } from './messages.ts';
import { RawLink, type Encoded } from './raw-link.ts';

/** Connections that are being made at one time. */
const connectingAtOnce = 100;

const nowAcross = (): number => performance.timeOrigin + performance.now();

/** One round of receipts: when each client got the event, and what it got. */
class Round {
  readonly times: number[] = [];
  readonly payloads: string[] = [];
  #expected = Infinity;
  #done: () => void = () => undefined;

  take(payload: string): void {
    this.times.push(nowAcross());
    this.payloads.push(payload);
    if (this.times.length === this.#expected) this.#done();
  }

  /** Resolves when so many have got it, or the time is over. */
  async all(expected: number, withinMs: number): Promise<Receipts> {
    this.#expected = expected;
    if (this.times.length < expected) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        this.#done = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return { times: this.times };
  }
}

const boards: SimulatedBoard[] = [];
const bare: Socket[] = [];
let keyListJws: string | null = null;
let round = new Round();

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: connectingAtOnce }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

async function connectBoards(cms: string, identities: readonly BoardIdentityData[]): Promise<void> {
  await inParallel(identities, async (identity) => {
    const board = new SimulatedBoard(identity, cms);
    await board.connect();
    board.socket.on('takeoverRaisedV1', (message: { takeover: string }) => round.take(message.takeover));
    board.socket.on('programmePublishedV1', (message: { manifest: string }, ack: (reply: object) => void) => {
      round.take(message.manifest);
      ack({ ok: true });
    });
    const reply = await board.hello();
    if (!reply.ok) throw new Error(`A board was not greeted: ${reply.error.code}`);
    keyListJws ??= reply.keyList;
    boards.push(board);
  });
}

async function connectBare(url: string, count: number): Promise<void> {
  await inParallel(Array.from({ length: count }), async () => {
    const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    socket.on('takeoverRaisedV1', (message: { takeover: string }) => round.take(message.takeover));
    bare.push(socket);
  });
}

/** Every signature that was received, one by one, under the root key; as a board would before it shows anything. */
async function verifyAll(rootKey: string): Promise<{ count: number; ms: number; payload: string }> {
  if (keyListJws === null) throw new Error('No key list came with the greetings');
  const list = await verifyDocument(keyListJws, 'bang-tin-key-list', keyList, () => rootKey);
  const lookup = keysOf(list, 'takeover', Date.now());
  const started = performance.now();
  for (const jws of round.payloads) await verifyDocument(jws, 'bang-tin-takeover', takeoverSchema, lookup);
  return { count: round.payloads.length, ms: performance.now() - started, payload: round.payloads[0] ?? '' };
}

/** Every board reports, and waits for the answer, which comes when the report is durable. */
async function reportAll(takeoverId: string, state: 'received' | 'displayed'): Promise<{ ms: number }> {
  const started = performance.now();
  const answers = await Promise.all(
    boards.map((board) => board.send('takeoverProgressedV1', { takeoverId, state, at: Date.now(), errorCode: null })),
  );
  if (answers.some((answer) => !answer.ok)) throw new Error('A report was refused');
  return { ms: performance.now() - started };
}

/** Boards that only deliver: their journal, and batches that are encoded and wait to be sent. */
interface Deliverer {
  readonly link: RawLink;
  readonly journal: TestJournal;
  load: { readonly encoded: Encoded; readonly lastSeq: number }[];
}
const deliverers: Deliverer[] = [];

async function connectDeliverers(cms: string, identities: readonly BoardIdentityData[]): Promise<void> {
  await inParallel(identities, async (identity) => {
    const board = new SimulatedBoard(identity, cms);
    deliverers.push({ link: await RawLink.connect(cms, await board.token()), journal: board.journal, load: [] });
  });
}

function makeLoad(batchesPerBoard: number, playsPerBatch: number): LoadCost {
  const started = performance.now();
  let bytes = 0;
  for (const one of deliverers) {
    const { journal, link } = one;
    const from = journal.head.seq;
    appendPlays(journal, batchesPerBoard * playsPerBatch, Date.now());
    one.load = batchesOf(journal, from, playsPerBatch).map((batch) => ({
      encoded: link.encode(batch),
      lastSeq: batch.lastSeq,
    }));
    bytes += one.load.reduce((sum, { encoded }) => sum + encoded.frame.length, 0);
    // The lines are in the frames now; weeks of them need not stay.
    journal.forget();
  }
  return { plays: deliverers.length * batchesPerBoard * playsPerBatch, bytes, ms: performance.now() - started };
}

async function deliver(inFlight: number): Promise<Delivered> {
  const started = performance.now();
  await Promise.all(
    deliverers.map(async ({ link, load }) => {
      const queue = load.values();
      const sendSome = async (): Promise<void> => {
        for (const { encoded, lastSeq } of queue) {
          const reply = (await link.send(encoded)) as { ok: boolean; acked?: number };
          if (!reply.ok || reply.acked! < lastSeq) throw new Error(`A batch was not taken: ${JSON.stringify(reply)}`);
        }
      };
      await Promise.all(Array.from({ length: inFlight }, sendSome));
    }),
  );
  return { ms: performance.now() - started };
}

async function obey(request: FleetRequest): Promise<unknown> {
  switch (request.do) {
    case 'connectBoards':
      return connectBoards(request.cms, request.identities);
    case 'connectBare':
      return connectBare(request.url, request.count);
    case 'arm':
      round = new Round();
      return null;
    case 'receipts':
      return round.all(request.expected, request.withinMs);
    case 'verify':
      return verifyAll(request.rootKey);
    case 'report':
      return reportAll(request.takeoverId, request.state);
    case 'connectDeliverers':
      return connectDeliverers(request.cms, request.identities);
    case 'makeLoad':
      return makeLoad(request.batchesPerBoard, request.playsPerBatch);
    case 'deliver':
      return deliver(request.inFlight);
    case 'close':
      for (const board of boards) board.disconnect();
      for (const socket of bare) socket.disconnect();
      for (const { link } of deliverers) link.close();
      return null;
  }
}

process.on('message', (message: FleetRequest & { id: number }) => {
  obey(message).then(
    (value) => process.send?.({ id: message.id, ok: true, value: value ?? null } satisfies FleetAnswer),
    (error: unknown) =>
      process.send?.({
        id: message.id,
        ok: false,
        message: String((error as Error).stack ?? error),
      } satisfies FleetAnswer),
  );
});
process.on('disconnect', () => process.exit());
