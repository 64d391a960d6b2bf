/**
 * npm run bench -- takeover [--boards 5000]
 *
 * From the HTTP request of a person to the receipt at each board's socket, p99. A real CMS on SQLite, the fleet and this in
 * three processes. Floor: bare-server.ts, to as many clients of the same fleet.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import type { TakeoverView } from '../../shared/protocol/api/takeovers.ts';
import { Helper, startFleet, type Receipts } from '../fleet/messages.ts';
import { runBench } from './lib/bench.ts';
import { benchFolder, startBenchCms } from './lib/cms-child.ts';

const count = Number(parseArgs({ options: { boards: { type: 'string', default: '5000' } } }).values.boards);
const receiveWithinMs = 30_000;
const content = {
  event: 'Lũ quét',
  level: 4,
  headline: 'Nước sông lên nhanh: sơ tán ngay khỏi vùng thấp ven sông',
  instruction: 'Mang giấy tờ, thuốc, nước uống. Đi theo đường bê tông lên trường tiểu học. Không quay lại lấy tài sản.',
  senderName: 'Ban Chỉ huy Phòng, chống thiên tai và Tìm kiếm cứu nạn tỉnh',
};

const nowAcross = (): number => performance.timeOrigin + performance.now();
const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(q * values.length) - 1]!;

const cms = await startBenchCms(count);
const bareFolder = await benchFolder();
const bare = new Helper<{ do: 'url' }>(new URL('./lib/bare-server.ts', import.meta.url), [
  join(bareFolder, 'bare.sqlite'),
]);
const fleet = startFleet();
const verifyMs: number[] = [];
const reportMs: number[] = [];
const answerMs: number[] = [];
/** Beside the p99: the first receipt and the median. */
const beside = { figure: [] as Beside[], floor: [] as Beside[] };
interface Beside {
  readonly first: number;
  readonly p50: number;
}
let bytes = 0;

/** One emit to everybody. @returns p99 of request → receipt, ms */
async function measureOnce(send: () => Promise<unknown>, into: Beside[]): Promise<number> {
  await fleet.ask({ do: 'arm' });
  const receipts = fleet.ask<Receipts>({ do: 'receipts', expected: count, withinMs: receiveWithinMs });
  const started = nowAcross();
  await send();
  answerMs.push(nowAcross() - started);
  const { times } = await receipts;
  if (times.length !== count) throw new Error(`${times.length} of ${count} received it`);
  const delays = times.map((time) => time - started);
  into.push({ first: Math.min(...delays), p50: quantile(delays, 0.5) });
  return quantile(delays, 0.99);
}

/** What a round of the figure does after the measurement: nothing may have been lost or forged. @returns what was received */
async function checkRound(takeoverId: string): Promise<string> {
  const verified = await fleet.ask<{ count: number; ms: number; payload: string }>({
    do: 'verify',
    rootKey: cms.rootKey,
  });
  if (verified.count !== count) throw new Error(`${verified.count} signatures were checked`);
  verifyMs.push(verified.ms);
  const reported = await fleet.ask<{ ms: number }>({ do: 'report', takeoverId, state: 'received' });
  reportMs.push(reported.ms);
  const { delivery, targets } = (await cms.request('GET', `/api/takeovers/${takeoverId}`)) as TakeoverView;
  if (targets !== count || delivery.received !== count)
    throw new Error(`The CMS knows of ${delivery.received} receipts of ${targets}`);
  return verified.payload;
}

try {
  const bareUrl = await bare.ask<string>({ do: 'url' });
  await fleet.ask({ do: 'connectBoards', cms: cms.url, identities: cms.boards });
  await fleet.ask({ do: 'connectBare', url: bareUrl, count });
  /** As many bytes as a takeover of this content has; measured from a real one. */
  const raise = (clientId: string) =>
    cms.request('POST', '/api/takeovers', {
      clientId,
      status: 'exercise',
      content,
      selectors: { all: true, unitIds: [], groups: [], boardIds: [] },
      durationMs: 3_600_000,
    });
  // Not measured: whatever is done once is done, and the floor learns what to send.
  const warmUp = uuidv7();
  await measureOnce(() => raise(warmUp), []);
  const first = await checkRound(warmUp);
  bytes = first.length;
  answerMs.length = verifyMs.length = reportMs.length = 0;

  await runBench({
    name: 'takeover',
    unit: 'ms',
    async figure() {
      const id = uuidv7();
      const p99 = await measureOnce(() => raise(id), beside.figure);
      await checkRound(id);
      return p99;
    },
    floor: () =>
      measureOnce(async () => {
        const body = JSON.stringify({ takeover: first });
        const response = await fetch(`${bareUrl}/raise`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        if (!response.ok) throw new Error(`The floor answered ${response.status}`);
      }, beside.floor),
    details: () => ({ boards: count, bytes, beside, verifyMs, reportMs, answerMs }),
  });
} finally {
  await fleet.stop();
  await bare.stop();
  await cms.stop();
  await rm(bareFolder, { recursive: true, force: true });
}
