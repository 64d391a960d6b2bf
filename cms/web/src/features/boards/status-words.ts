/** What a player said of how it is doing, in words; a reading that is not known says so. */
import type { UpdateTold } from '../../../../../shared/protocol/release.ts';
import type { BoardStatus } from '../../../../../shared/protocol/status.ts';
import { sentenceOf } from '../../lib/errors.ts';
import { bytesWords, durationWords, weekdayWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { stateWord } from '../updates/words.ts';
import { screenWords } from './screen-words.ts';

/** A machine's clock that is off by less is as good as right, ms. */
const offMs = 2_000;
const megabytes = (mb: number): string => bytesWords(mb * 1_000_000);

const networks = { wired: m.status_network_wired, wifi: m.status_network_wifi, mobile: m.status_network_mobile };
const clocks = { synced: m.status_clock_synced, held: m.status_clock_held, unknown: m.status_clock_unknown };

function clockWords({ clock, offset }: BoardStatus): string | null {
  if (clock === null) return null;
  const state = clocks[clock]();
  if (clock === 'unknown' || offset === null || Math.abs(offset) < offMs) return state;
  return m.status_clock_off({ state, length: durationWords(Math.round(Math.abs(offset) / 1000) * 1000) });
}

/** How far the last order to run another version has come, and why it waits, went back or was refused. */
function updateWords({ version, state, code }: UpdateTold): string {
  const told = m.status_update_value({ version, state: stateWord(state) });
  return code === null ? told : `${told}. ${sentenceOf(code)}`;
}

/** Names and values, in the order in which they are looked at. @param screenOn what was read of the screen */
export function statusRows(
  status: BoardStatus,
  networkWithheld: boolean,
  screenOn: boolean | null,
): (readonly [name: string, value: string])[] {
  const { mem, memMb, disk, freeMb, operator, radio, tx, rx, fault } = status;
  const percent = (value: number | null): string | null => (value === null ? null : m.status_used({ percent: value }));
  const network = status.net && [networks[status.net](), operator, radio?.toUpperCase()];
  const rows: [string, string | null | undefined][] = [
    [
      m.status_fault(),
      fault
        ? m.status_fault_at({ time: weekdayWords(fault.at), fault: sentenceOf(fault.code, { detail: '' }) })
        : m.status_fault_none(),
    ],
    [m.status_temperature(), status.temp === null ? null : `${status.temp} °C`],
    [m.status_cpu(), percent(status.cpu)],
    [
      m.status_memory(),
      mem === null || memMb === null ? percent(mem) : m.status_used_of({ percent: mem, total: megabytes(memMb) }),
    ],
    [
      m.status_disk(),
      disk === null || freeMb === null ? percent(disk) : m.status_used_left({ percent: disk, left: megabytes(freeMb) }),
    ],
    ...(networkWithheld
      ? []
      : ([
          [m.status_network(), network && network.filter(Boolean).join(' · ')],
          ...(status.net === 'wired' ? [] : [[m.status_signal(), status.signal === null ? null : `${status.signal}%`]]),
          [
            m.status_traffic(),
            tx === null || rx === null
              ? null
              : m.status_traffic_value({ sent: bytesWords(tx), received: bytesWords(rx) }),
          ],
        ] as [string, string | null][])),
    [m.status_clock(), clockWords(status)],
    [m.status_up(), status.up === null ? null : durationWords(Math.max(60, Math.floor(status.up / 60) * 60) * 1000)],
    [m.status_app(), status.app],
    // Said only where it was ordered.
    ...(status.upd ? [[m.status_update(), updateWords(status.upd)] as [string, string]] : []),
    [m.status_os(), status.os],
  ];
  if (status.driver !== null) rows.unshift([m.status_screen(), screenWords(status, screenOn)]);
  // Said only where it was ordered.
  if (status.volume !== null) rows.unshift([m.status_volume(), `${status.volume}%`]);
  return rows.map(([name, value]) => [name, value ?? m.state_unknown()]);
}
