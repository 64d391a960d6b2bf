import { expect, it } from 'vitest';
import { noDownloadLimits } from '../../shared/protocol/downloads.ts';
import { boardMessages } from '../../shared/protocol/link.ts';
import { unknownStatus, type BoardStatus } from '../../shared/protocol/status.ts';
import { useBoard } from './testing-board.ts';

const board = useBoard();
const reports = () => board().cms.told.filter(({ name }) => name === 'statusReportedV1');

it('a player says in full how it is doing, each time it connects', async () => {
  await board().startPaired();
  const { request } = await board().cms.until(() => reports()[0]);
  expect(boardMessages.statusReportedV1.request.parse(request)).toMatchObject({
    full: true,
    status: { app: 'test', clock: 'synced', fault: null },
  });
  await board().cms.stop();
  await board().cms.listen();
  await board().cms.until(() => reports()[1]);
});

it('a CMS from before the message goes on as before', async () => {
  board().cms.knowsNot = ['statusReportedV1'];
  await board().startPlaying([1, null]);
  expect(reports()).toEqual([]);
  expect(board().cms.faults()).toEqual([]);
  expect(board().cms.told.filter(({ name }) => name === 'helloV1')).toHaveLength(1);
});

/** A machine with these networks, one a reading, the last for ever. */
function machine(...nets: BoardStatus['net'][]) {
  const readNetworkKind = () => Promise.resolve(nets.length > 1 ? nets.shift()! : nets[0]!);
  const readCounters = () => Promise.resolve(null);
  return { readNetworkKind, readCounters, read: async () => ({ ...unknownStatus, net: await readNetworkKind() }) };
}

it.each([
  ['mobile', ['sparing']],
  ['wired', [undefined]],
  [null, [undefined]],
] as const)('a player on a network of kind %s asks for its heartbeat', async (net, expected) => {
  await board().startPaired({ machine: machine(net) });
  await board().cms.until(() => reports()[0]);
  expect(board().cms.heartbeats).toEqual(expected);
});

it('a player behind a router with a SIM card is told so', async () => {
  // What is known of the network without its machine waits for no modem.
  const readNetworkKind = () => new Promise<never>(() => undefined);
  await board().startPaired({ machine: { ...machine('wired'), readNetworkKind }, metered: true });
  await board().cms.until(() => reports()[0]);
  expect(board().cms.heartbeats).toEqual(['sparing']);
});

it('a player whose month has a budget has its line paid for, whatever it looks like', async () => {
  const b = board();
  await b.startPaired({ machine: machine('wired') });
  const sent = { commandId: crypto.randomUUID(), name: 'setDownloads', durationMs: undefined };
  const command = await b.cms.signCommand({ ...sent, ...noDownloadLimits, monthlyMb: 2_000 });
  expect(await b.cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  await b.cms.until(() => b.cms.told.some(({ name }) => name === 'commandEndedV1'));
  await b.stop();
  await b.start({ machine: machine('wired') });
  await b.cms.until(() => b.cms.heartbeats.length > 1);
  expect(b.cms.heartbeats).toEqual([undefined, 'sparing']);
});

it('a player whose network becomes another kind makes its connection anew, once', async () => {
  await board().startPaired({ machine: machine('mobile', 'wired', 'mobile') });
  await board().cms.until(() => reports()[0]);
  expect(board().cms.heartbeats).toEqual(['sparing', undefined]);
  expect(reports()[0]!.request).toMatchObject({ status: { net: 'mobile' } });
});

it('a network that cannot be told any more changes nothing', async () => {
  await board().startPaired({ machine: machine('mobile', null) });
  await board().cms.until(() => reports()[0]);
  expect(board().cms.heartbeats).toEqual(['sparing']);
});

it('a player whose disk or modem hangs connects all the same', async () => {
  const never = () => new Promise<never>(() => undefined);
  await board().startPaired({ machine: { ...machine('mobile'), read: never } });
  await board().cms.until(() => board().cms.heartbeats.length === 1);
  expect(board().cms.heartbeats).toEqual(['sparing']);
});

it('a player that learns late what kind its network is asks for its heartbeat then', async () => {
  const readNetworkKind = () => new Promise<never>(() => undefined);
  await board().startPaired({ machine: { ...machine('mobile'), readNetworkKind } });
  await board().cms.until(() => reports()[0]);
  expect(board().cms.heartbeats).toEqual([undefined, 'sparing']);
});
