/**
 * npm run bench -- idle
 *
 * What a paired board on a SIM card that plays nothing new sends and receives in a month of 30 days, MB (10^6 bytes), as its operator counts:
 * TLS, WebSocket, Socket.IO and the headers of TCP and IPv4. A player's own link to a real CMS over TLS; each kind of traffic is made many
 * times in a row and counted by the kernel (ss, of iproute2), then taken as often as the constants of the program say.
 *
 * Floor: the same readings as often, and one byte to and fro at each heartbeat, over a bare TLS connection that never ends.
 * `details`: the parts; `mbOfPlainTcp`: with headers of 40 bytes, without TCP's timestamps; `mbWithoutHeaders`: as applications count;
 * `noticedWithinS`: how late a silent end is noticed at most.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, setDefaultCACertificates } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { setTimeout as wait } from 'node:timers/promises';
import pino from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { randomBytes } from 'node:crypto';
import { createApp } from '../../cms/server/app.ts';
import { readConfig } from '../../cms/server/config.ts';
import { seedBoards, seedProvince } from '../fleet/seed.ts';
import { CmsHttp } from '../../player/engine/cms-http.ts';
import { firstSampleMs, sampleEveryMs } from '../../player/engine/board-link.ts';
import { openDeviceKey } from '../../player/engine/identity.ts';
import { Link } from '../../player/engine/link.ts';
import { machineSystem } from '../../player/engine/system.ts';
import type { Version } from '../../shared/protocol/common.ts';
import { heartbeats } from '../../shared/protocol/link.ts';
import { fullAgain, fullEveryMs, type BoardStatus } from '../../shared/protocol/status.ts';
import { runBench } from './lib/bench.ts';

const monthMs = 30 * 86_400_000;
/** An operator ends a connection now and then, and a board is switched off at night. */
const connectionsPerMonth = 30;
/** By so much the chain of a certificate that the public trusts is longer than the one made here, bytes. */
const chainBytes = 2_500;
/** Headers of IPv4 (20) and TCP with timestamps (32), as Linux sends them, bytes a packet; without timestamps it is 40. */
const headerBytes = 52;
const plainHeaderBytes = 40;
const times = 20;
/** Longer than a delayed acknowledgement (40 ms): each message has its own packets, as it has when it comes alone. */
const apartMs = 150;

const status: BoardStatus = {
  app: '0.1.0',
  os: 'Debian GNU/Linux 13 (trixie)',
  up: 1_234_567,
  cpu: 12,
  mem: 45,
  memMb: 3978,
  disk: 33,
  freeMb: 18_234,
  temp: 51,
  net: 'mobile',
  operator: 'Viettel',
  radio: 'lte',
  signal: 72,
  tx: 123_456_789,
  rx: 1_234_567_890,
  clock: 'synced',
  offset: -12,
  cut: null,
  volume: null,
  driver: 'ddcutil',
  off: null,
  why: 'hours',
  unlit: null,
  fails: null,
  light: null,
  hours: '300-1320',
  hand: null,
  dim: null,
  dl: '10o.8c.1jk.2bc',
  shots: null,
  mb: 1234,
  upd: null,
  diskFails: null,
  fault: { code: 'asset_damaged', at: 1_795_190_460_180 },
};

/** A quarter of an hour later: everything that is measured has moved. */
const later: BoardStatus = {
  ...status,
  up: 1_235_467,
  cpu: 14,
  mem: 46,
  freeMb: 18_230,
  temp: 52,
  signal: 70,
  tx: 123_461_234,
  rx: 1_234_570_123,
  offset: -11,
  mb: 1235,
};

interface Traffic {
  readonly payload: number;
  readonly packets: number;
}

const folder = await mkdtemp(join(tmpdir(), 'bang-tin-idle-'));
const [certificate, key] = [join(folder, 'cms.pem'), join(folder, 'cms.key')];
const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
execFileSync('openssl', ['req', '-x509', ...made, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
setDefaultCACertificates([await readFile(certificate, 'utf8')]);

const log = pino({ level: 'silent' });
const flags = ['--port', '0', '--data', folder, '--empty', '--tls-cert', certificate, '--tls-key', key];
const sources = { now: Date.now, newId: () => uuidv7(), randomBytes: (length: number) => randomBytes(length) };
const cms = await createApp(readConfig(flags, {}, folder), sources, log);
const port = new URL(await cms.listen()).port;
const unitId = await seedProvince(cms.context.store, Date.now());
await cms.features.units.reload();
const [board] = await seedBoards(cms.context.store, { count: 1, unitId, now: Date.now(), groups: [] });
cms.context.events.emit('boardPaired', { boardId: board!.boardId });

/** Of the player's ends of what is connected to `port`, both directions, by the kernel. */
function traffic(port: string): Traffic {
  const said = execFileSync('ss', ['-tinH', 'state', 'established', `( dport = :${port} )`], { encoding: 'utf8' });
  const sum = (name: string): number =>
    [...said.matchAll(new RegExp(`\\b${name}:(\\d+)`, 'g'))].reduce((all, [, value]) => all + Number(value), 0);
  return { payload: sum('bytes_sent') + sum('bytes_received'), packets: sum('segs_out') + sum('segs_in') };
}
const since = (before: Traffic, now: Traffic, parts: number): Traffic => ({
  payload: (now.payload - before.payload) / parts,
  packets: (now.packets - before.packets) / parts,
});
const wire = ({ payload, packets }: Traffic, header = headerBytes): number => payload + packets * header;

/** What one of many costs, each for itself. */
async function each(on: string, make: () => unknown): Promise<Traffic> {
  const before = traffic(on);
  for (let n = 0; n < times; n++) {
    await make();
    await wait(apartMs);
  }
  return since(before, traffic(on), times);
}

const system = machineSystem();
const http = new CmsHttp(`https://localhost:${port}`, { now: Date.now, sample: () => null }, system, () => undefined);
/** What the board holds already, as it has since its first connection. */
const held: { keyList: number; programme: Version | null } = { keyList: 0, programme: null };
const payloadOf = (jws: string): unknown => JSON.parse(Buffer.from(jws.split('.')[1]!, 'base64url').toString());

async function connect(): Promise<Link> {
  const greeted = Promise.withResolvers<void>();
  const deviceKey = openDeviceKey({ kty: 'OKP', crv: 'Ed25519', ...board!.key });
  const link: Link = new Link({
    http,
    credentials: { boardId: board!.boardId, key: deviceKey },
    journalOnly: () => false,
    isMetered: () => Promise.resolve(true),
    system,
    log,
    async onConnect() {
      const { keyList, manifest } = await link.send('helloV1', {
        app: '0.1.0',
        host: 'chromium',
        ...held,
        takeover: null,
        journalId: board!.journalId,
        journalSeq: 0,
        journalHash: '0'.repeat(64),
        clock: 'synced',
        offsetMs: 0,
      });
      if (keyList !== null) held.keyList = (payloadOf(keyList) as { number: number }).number;
      if (manifest !== null) held.programme = (payloadOf(manifest) as { version: Version }).version;
      await link.send('stateChangedV1', {
        now: null,
        next: null,
        programme: null,
        screenOn: null,
        host: 'chromium',
        cut: false,
      });
      greeted.resolve();
    },
    onDisconnect: () => undefined,
    onRefused: (code) => greeted.reject(new Error(code)),
    onMessage: () => Promise.resolve(),
    onInvalid: () => undefined,
  });
  link.start();
  await greeted.promise;
  await wait(apartMs);
  return link;
}
// Time, key list and programme are had once, not at each connection.
(await connect()).close();

const { pingInterval, pingTimeout } = heartbeats.sparing;
let parts: Record<string, { bytes: number; packets: number; timesAMonth: number; mb: number }> = {};
let withHeaders = (_bytes: number): number => 0;

async function measure(): Promise<number> {
  await wait(apartMs);
  // Only the time between heartbeats is another; what one of them takes is not.
  const { opts } = cms.sockets.engines.sparing;
  opts.pingInterval = apartMs * 2;
  const beating = await connect();
  const [served] = cms.sockets.io.of('/board').sockets.values();
  const before = traffic(port);
  for (let beats = 0; beats < times; beats++) await once(served!.conn, 'heartbeat');
  await wait(apartMs);
  const heartbeat = since(before, traffic(port), times);
  beating.close();
  opts.pingInterval = pingInterval;
  await wait(apartMs);

  const nothing = traffic(port);
  const link = await connect();
  const greeting = since(nothing, traffic(port), 1);
  const spent: [name: string, Traffic, timesAMonth: number][] = [
    ['heartbeat', heartbeat, monthMs / pingInterval],
    [
      'statusInFull',
      await each(port, () => link.tell('statusReportedV1', fullAgain(status, later))),
      monthMs / fullEveryMs,
    ],
    // Of an idle board temperature and load move with the day.
    [
      'statusChanges',
      await each(port, () => link.tell('statusReportedV1', { full: false, status: { temp: 51, cpu: 55 } })),
      30 * 10,
    ],
    [
      'clock',
      await each(port, () => link.send('readClockV1', {})),
      monthMs / sampleEveryMs + connectionsPerMonth * Math.log2(sampleEveryMs / firstSampleMs),
    ],
    ['connecting', { ...greeting, payload: greeting.payload + chainBytes }, connectionsPerMonth],
  ];
  link.close();
  withHeaders = (header) => spent.reduce((sum, [, one, often]) => sum + wire(one, header) * often, 0) / 1e6;
  parts = Object.fromEntries(
    spent.map(([name, one, timesAMonth]) => [
      name,
      {
        bytes: Math.round(wire(one)),
        packets: Number(one.packets.toFixed(1)),
        timesAMonth: Math.round(timesAMonth),
        mb: Number(((wire(one) * timesAMonth) / 1e6).toFixed(3)),
      },
    ]),
  );
  return withHeaders(headerBytes);
}

const bare = createTlsServer({ key: await readFile(key), cert: await readFile(certificate) }, (socket) => {
  socket
    .setNoDelay()
    .on('error', () => undefined)
    .on('data', () => undefined);
});
await once(bare.listen(0), 'listening');

async function measureBare(): Promise<number> {
  const barePort = String((bare.address() as AddressInfo).port);
  const accepted = once(bare, 'secureConnection') as Promise<[TLSSocket]>;
  const socket = connectTls({ host: 'localhost', port: Number(barePort) }).setNoDelay();
  const [served] = await accepted;
  await wait(apartMs);
  const answer = (): void => void socket.write('3');
  socket.on('data', answer);
  const beat = await each(barePort, () => served.write('2'));
  socket.off('data', answer);
  const told = await each(barePort, () => socket.write(JSON.stringify(fullAgain(status, later).status)));
  socket.destroy();
  return (wire(beat) * (monthMs / pingInterval) + wire(told) * (monthMs / fullEveryMs)) / 1e6;
}

await runBench({
  name: 'idle',
  unit: 'MB a month',
  rounds: 3,
  figure: measure,
  floor: measureBare,
  details: () => ({
    mbOfPlainTcp: Number(withHeaders(plainHeaderBytes).toPrecision(4)),
    mbWithoutHeaders: Number(withHeaders(0).toPrecision(4)),
    noticedWithinS: (pingInterval + pingTimeout) / 1000,
    parts,
  }),
});
bare.close();
await cms.close();
await rm(folder, { recursive: true, force: true });
