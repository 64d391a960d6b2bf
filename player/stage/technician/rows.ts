/** What the technician's page tells, in words: sections of rows. Pure. */
import { faults, type FaultRow } from '../../../shared/faults/table.ts';
import { isMediaWait } from '../../../shared/protocol/downloads.ts';
import type { TechnicianFacts } from '../../../shared/protocol/technician.ts';
import type { Locale } from '../strings.ts';
import { actionName, faultName, troubleName, words } from './words.ts';

export interface Row {
  /** Empty: the text stands alone. */
  readonly label: string;
  readonly text: string;
  readonly bad?: boolean;
}
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

const locales = { vi: 'vi-VN', en: 'en-GB' } as const;

/** «2 giờ 5 phút» of ms. */
export function lengthOf(ms: number, locale: Locale): string {
  const { hours, minutes, seconds } = words[locale];
  const total = Math.round(ms / 1000);
  if (total < 60) return `${total}${seconds}`;
  if (total < 3600) return `${Math.floor(total / 60)}${minutes}`;
  return `${Math.floor(total / 3600)}${hours} ${Math.floor((total % 3600) / 60)}${minutes}`;
}

function sizeOf(bytes: number | null, locale: Locale): string {
  if (bytes === null) return words[locale].unknown;
  const gb = bytes >= 1e9;
  const number = new Intl.NumberFormat(locales[locale], { maximumFractionDigits: 1 });
  return `${number.format(bytes / (gb ? 1e9 : 1e6))} ${gb ? 'GB' : 'MB'}`;
}

const speedOf = (kbps: number, locale: Locale): string =>
  `${new Intl.NumberFormat(locales[locale], { maximumFractionDigits: 1 }).format(kbps / 1000)} Mbit/s`;

/** «22/11 14:05:09» */
function momentOf(at: number, zone: string): string {
  const two = { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  const parts = new Intl.DateTimeFormat('en-GB', { ...two, timeZone: zone, hourCycle: 'h23' }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('day')}/${part('month')} ${part('hour')}:${part('minute')}:${part('second')}`;
}

/** The first thing that the player does about it. */
function actionOf(code: string, locale: Locale): string {
  const row: FaultRow | undefined = Object.hasOwn(faults, code) ? faults[code as keyof typeof faults] : undefined;
  const action = row?.always[0] ?? row?.steps[0]?.action;
  return action ? ` → ${actionName(action, locale)}` : '';
}

export function sectionsOf(facts: TechnicianFacts, locale: Locale): Section[] {
  const w = words[locale];
  const { network, link, pairing, disk, clock, screen, downloads, speed } = facts;
  const known = (label: string, text: string | null): Row[] => (text ? [{ label, text }] : []);
  const since = link.sinceMs === null ? '' : lengthOf(link.sinceMs, locale);
  const trouble: Row[] =
    link.trouble === null
      ? []
      : [{ label: w.cause, text: `${troubleName(link.trouble, locale)} (${link.detail})`, bad: true }];
  const { board } = pairing;
  const state = { synced: w.synced, held: w.held, unknown: w.clockUnknown }[clock.state];
  const lit = (on: boolean | null): string => (on === null ? w.unknown : on ? w.lit : w.dark);
  return [
    {
      title: w.link,
      rows: [
        ...(board
          ? [{ label: '', text: (link.connected ? w.connected : w.away).replace('{t}', since), bad: !link.connected }]
          : []),
        ...trouble,
        { label: w.cms, text: pairing.cms || w.unknown },
      ],
    },
    {
      title: w.network,
      rows: [
        ...(network.interfaces.length === 0 ? [{ label: '', text: w.noInterface, bad: true }] : []),
        ...network.interfaces.map(({ name, addresses }) => ({ label: name, text: addresses.join(' ') })),
        ...known(w.kind, network.net && w[network.net]),
        ...known(w.operator, [network.operator, network.radio].filter(Boolean).join(' ')),
        ...known(w.signal, network.signal === null ? null : `${Math.round(network.signal)} %`),
        ...known(w.month, network.mb === null ? null : sizeOf(network.mb * 1e6, locale)),
      ],
    },
    { title: w.speed, rows: [{ label: '', text: speedWords(speed, locale), bad: speed.state === 'failed' }] },
    {
      title: w.pairing,
      rows: [
        ...(board
          ? [
              ...known(w.board, board.boardName),
              ...known(w.unit, board.unitName),
              ...known(w.place, board.place),
              { label: w.id, text: board.boardId },
            ]
          : [{ label: '', text: w.unpaired, bad: true }]),
        ...known(w.programme, pairing.programme),
        { label: w.version, text: [pairing.app, pairing.os].filter(Boolean).join(' · ') },
      ],
    },
    {
      title: w.disk,
      rows: [
        { label: w.free, text: sizeOf(disk.freeMb === null ? null : disk.freeMb * 1e6, locale) },
        { label: w.media, text: sizeOf(disk.mediaBytes, locale) },
        { label: w.journal, text: sizeOf(disk.journalBytes, locale) },
      ],
    },
    {
      title: w.clock,
      rows: [
        { label: w.now, text: `${momentOf(clock.now, clock.zone)} – ${state}`, bad: clock.state === 'unknown' },
        { label: w.offset, text: lengthOf(Math.abs(clock.offsetMs), locale), bad: Math.abs(clock.offsetMs) > 120_000 },
      ],
    },
    {
      title: w.screen,
      rows:
        screen.driver === null
          ? [{ label: '', text: w.noDriver }]
          : [
              { label: w.screen, text: lit(screen.on), bad: screen.on === screen.off },
              { label: w.wanted, text: lit(!screen.off) },
              { label: w.driver, text: screen.driver },
            ],
    },
    {
      title: w.downloads,
      rows: [{ label: '', text: downloadWords(downloads, locale), bad: waitsForNothing(downloads) }],
    },
    {
      title: w.faults,
      rows:
        facts.faults.length === 0
          ? [{ label: '', text: w.noFaults }]
          : facts.faults.map(({ code, at }) => ({
              label: momentOf(at, clock.zone),
              text: faultName(code, locale) + actionOf(code, locale),
            })),
    },
  ];
}

/** An error, and no wait that was ordered. */
const waitsForNothing = (downloads: TechnicianFacts['downloads']): boolean =>
  !!downloads?.errorCode && !isMediaWait(downloads.errorCode);

function downloadWords(downloads: TechnicianFacts['downloads'], locale: Locale): string {
  const w = words[locale];
  if (!downloads?.missing) return w.allHere;
  const { errorCode, missing } = downloads;
  const why = errorCode && (isMediaWait(errorCode) ? w[errorCode] : errorCode);
  return w.missing.replace('{n}', String(missing)) + (why ? ` (${why})` : '');
}

function speedWords(speed: TechnicianFacts['speed'], locale: Locale): string {
  const w = words[locale];
  const way = (kbps: number | null, name: string): string => (kbps === null ? '' : `${speedOf(kbps, locale)} ${name}`);
  switch (speed.state) {
    case 'idle':
      return w.speedIdle;
    case 'running':
      return `${w.speedRunning} ${way(speed.downKbps, w.down)}`;
    case 'failed':
      return speed.trouble === 'budget' ? w.budget : troubleName(speed.trouble, locale);
    case 'done':
      return [way(speed.downKbps, w.down), way(speed.upKbps, w.up), sizeOf(speed.bytes, locale)].join(' · ');
  }
}
