import { describe, expect, it } from 'vitest';
import {
  cpuPercent,
  defaultInterface,
  diskOf,
  firstModem,
  hottest,
  networkKind,
  osName,
  readCpuTimes,
  readMemory,
  readModem,
  readCounters,
  readTraffic,
  wifiSignal,
} from './parse.ts';

// As Debian 13 writes them; the modem's as ModemManager 1.24 does.
const stat =
  'cpu  10132153 290696 3084719 46828483 16683 0 25195 0 0 0\ncpu0 1393280 32966 572056 13343292 6130 0 17875 0 0 0\n';
const meminfo =
  'MemTotal:        3884352 kB\nMemFree:          205360 kB\nMemAvailable:    2136392 kB\nBuffers:          150000 kB\n';
const route = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wlan0	00000000	0101A8C0	0003	0	0	600	00000000	0	0	0
wwan0	00000000	0100640A	0003	0	0	50	00000000	0	0	0
eth0	0001A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
`;
const dev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 225195067  141765    0    0    0     0          0         0 225195067  141765    0    0    0     0       0          0
 wwan0:855666972   37004    0    0    0     0          0         0  3459437   27325    0    0    0     0       0          0
`;
const wireless = `Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   56.  -54.  -256        0      0      0      0     12        0
`;
const modem = JSON.stringify({
  modem: {
    '3gpp': { 'operator-code': '45204', 'operator-name': 'Viettel', imei: '--' },
    generic: {
      ports: ['cdc-wdm0 (qmi)', 'wwan0 (net)'],
      'access-technologies': ['lte'],
      'signal-quality': { recent: 'yes', value: '72' },
    },
  },
});

describe('a reading is what the machine says', () => {
  it.each([
    ['memory', readMemory(meminfo), { mem: 45, memMb: 3978 }],
    ['disk', diskOf({ bsize: 4096, blocks: 1000, bfree: 400, bavail: 350 }), { disk: 63, freeMb: 1 }],
    ['temperature', hottest(['47774\n', '51000\n', '0', '200000', 'x']), 51],
    ['interface', defaultInterface(route), 'wwan0'],
    ['mobile', networkKind('wwan0', '65534\n', 'DEVTYPE=wwan\nINTERFACE=wwan0\n'), 'mobile'],
    ['ppp', networkKind('ppp0', '512\n', null), 'mobile'],
    ['Wi-Fi', networkKind('wlan0', '1\n', 'DEVTYPE=wlan\n'), 'wifi'],
    ['cable', networkKind('enp3s0', '1\n', 'INTERFACE=enp3s0\n'), 'wired'],
    ['traffic', readTraffic(dev, 'wwan0'), { tx: 3459437, rx: 855666972 }],
    ['counters', readCounters(dev), { wwan0: 3459437 + 855666972 }],
    ['signal of Wi-Fi', wifiSignal(wireless, 'wlan0'), 80],
    [
      'where a modem is',
      firstModem('{"modem-list":["/org/freedesktop/ModemManager1/Modem/0"]}'),
      '/org/freedesktop/ModemManager1/Modem/0',
    ],
    ['modem', readModem(modem), { ports: ['wwan0'], operator: 'Viettel', radio: 'lte', signal: 72 }],
    [
      'system',
      osName('PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\n'),
      'Debian GNU/Linux 13 (trixie)',
    ],
  ])('%s', (_, read, expected) => expect(read).toEqual(expected));

  it('CPU: what was busy between two moments', () => {
    const before = readCpuTimes(stat);
    const later = readCpuTimes('cpu  10132253 290696 3084719 46828783 16683 0 25195 0 0 0\n');
    expect(cpuPercent(before, later)).toBe(25);
    expect(cpuPercent(null, later)).toBeNull();
    // Counters that stand still or went back say nothing.
    expect(cpuPercent(later, before)).toBeNull();
  });
});

it.each([
  '',
  'garbage',
  '{"modem":',
  '{"modem":null}',
  'cpu x',
  'MemTotal: -',
  '\0'.repeat(99),
  ' wwan0:',
  'wwan0: 1 2',
])('is unknown, and no crash, out of %j', (text) => {
  const nothing = { ports: [], operator: null, radio: null, signal: null };
  expect(readCpuTimes(text)).toBeNull();
  expect(readMemory(text)).toBeNull();
  expect(hottest([text])).toBeNull();
  expect(defaultInterface(text)).toBeNull();
  expect(networkKind('x', text, text)).toBeNull();
  expect(readTraffic(text, 'wwan0')).toBeNull();
  expect(readCounters(text)).toEqual({});
  expect(wifiSignal(text, 'wlan0')).toBeNull();
  expect(firstModem(text)).toBeNull();
  expect(readModem(text)).toEqual(nothing);
  expect(osName(text)).toBeNull();
});
