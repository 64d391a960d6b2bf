import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boardStatus } from '../../../shared/protocol/status.ts';
import { Machine, type RunProgram } from './machine.ts';

let root: string;
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'bang-tin-machine-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}
const nothing: RunProgram = () => Promise.resolve(null);
const traffic = ' usb0: 1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0\n';
const route = 'Iface Destination Gateway Flags RefCnt Use Metric\nusb0 00000000 0101A8C0 0003 0 0 10\n';
const modem =
  (ports: string[]): RunProgram =>
  (_, args) =>
    Promise.resolve(
      args.includes('--list-modems')
        ? '{"modem-list":["/org/freedesktop/ModemManager1/Modem/0"]}'
        : JSON.stringify({
            modem: { '3gpp': { 'operator-name': 'Viettel' }, generic: { ports, 'signal-quality': { value: '60' } } },
          }),
    );

it('reads this machine, whatever it is', async () => {
  const machine = new Machine({ dataDir: root });
  await machine.read();
  const status = await machine.read();
  expect(boardStatus.parse(status)).toMatchObject(status);
  expect(status.disk).toBeGreaterThanOrEqual(0);
  expect(status.up).toBeGreaterThan(0);
});

it('goes on without what cannot be read', async () => {
  await put({ 'proc/stat': 'x', 'proc/meminfo': '', 'sys/class/thermal/thermal_zone0/temp': '45000\n' });
  const status = await new Machine({ dataDir: join(root, 'gone'), root, run: nothing }).read();
  expect(status).toMatchObject({ cpu: null, mem: null, disk: null, temp: 45, net: null, tx: null });
});

it('says the load of the last minute, none of a moment, and none of the minute in which the player started', async () => {
  let now = 0;
  const machine = new Machine({ dataDir: root, root, run: nothing, monotonic: () => now });
  const load = async (at: number, busy: number, idle: number): Promise<number | null> => {
    now = at;
    await put({ 'proc/stat': `cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0\n` });
    return (await machine.read()).cpu;
  };
  expect(await load(0, 0, 0)).toBeNull();
  expect(await load(100, 10, 0)).toBeNull();
  expect(await load(60_000, 100, 0)).toBeNull();
  expect(await load(60_100, 110, 0)).toBeNull();
  expect(await load(120_000, 125, 75)).toBe(25);
  expect(await load(120_100, 135, 75)).toBe(25);
});

it('knows a modem on USB by its port, and a cable beside a modem for a cable', async () => {
  await put({ 'proc/net/route': route, 'proc/net/dev': traffic, 'sys/class/net/usb0/type': '1\n' });
  const through = await new Machine({ dataDir: root, root, run: modem(['cdc-wdm0 (qmi)', 'usb0 (net)']) }).read();
  expect(through).toMatchObject({ net: 'mobile', operator: 'Viettel', signal: 60, tx: 2000, rx: 1000 });
  const beside = await new Machine({ dataDir: root, root, run: modem(['wwan0 (net)']) }).read();
  expect(beside).toMatchObject({ net: 'wired', operator: null, signal: null });
});

it('asks no modem for a kind of network that is known without it', async () => {
  const asked: string[] = [];
  const run: RunProgram = (_program, args) => {
    asked.push(args.join(' '));
    return Promise.resolve(null);
  };
  const machine = new Machine({ dataDir: root, root, run });
  const uevent = 'sys/class/net/usb0/uevent';
  await put({ 'proc/net/route': route, 'sys/class/net/usb0/type': '1\n', [uevent]: 'DEVTYPE=wwan\n' });
  expect(await machine.readNetworkKind()).toBe('mobile');
  expect(asked).toEqual([]);
  await put({ [uevent]: '' });
  expect(await machine.readNetworkKind()).toBe('wired');
  expect(asked).toEqual(['--output-json --list-modems']);
});
