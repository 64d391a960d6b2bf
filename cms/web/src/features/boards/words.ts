/** A board's state in words. */
import type { Board, BoardInput, BoardPresence, ProgrammeProgress } from '../../../../../shared/protocol/api/boards.ts';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { isMediaWait, type DownloadHours } from '../../../../../shared/protocol/downloads.ts';
import type { HostKind } from '../../../../../shared/protocol/journal.ts';
import type { PlayingNow } from '../../../../../shared/protocol/playing.ts';
import type { Version } from '../../../../../shared/protocol/common.ts';
import { m } from '../../paraglide/messages.js';
import { endWord, minuteWord } from '../schedules/cron-choice.ts';
import { durationWords, numberWords, sinceWords } from '../../lib/words.ts';

/** «vừa kết nối», «đã kết nối 5 phút», «từ hôm qua 17:05». */
export function presenceSince(presence: BoardPresence, now: number): string {
  if (presence.since === null) return '';
  if (now - presence.since < 60_000)
    return presence.presence === 'online' ? m.board_online_just_now() : m.board_offline_just_now();
  // «đã 5 phút»; «từ 5 phút trước» is not said.
  if (now - presence.since < 3_600_000) {
    const length = durationWords(Math.floor((now - presence.since) / 60_000) * 60_000);
    return presence.presence === 'online' ? m.board_online_for({ length }) : m.board_since_ago({ length });
  }
  const since = sinceWords(presence.since, now);
  return presence.presence === 'online' ? m.board_online_since({ since }) : m.board_offline_since({ since });
}

export function whyWord(why: PlayingNow['why']): string {
  const words = {
    takeover: m.why_takeover,
    obligation: m.why_obligation,
    schedule: m.why_schedule,
    loop: m.why_loop,
    fallback: m.why_fallback,
  };
  return words[why]();
}

/** What is on, by name; the fallback slide has none of its own. */
export const playingTitle = (playing: PlayingNow): string =>
  playing.why === 'fallback' ? m.why_fallback() : playing.title;

/** What a short name of a host leaves out. */
export function hostHint(host: HostKind): string | undefined {
  const hints = {
    electron: null,
    chromium: null,
    headless: m.host_headless_hint,
    standIn: m.host_stand_in_hint,
    browser: m.host_browser_hint,
  };
  return hints[host]?.();
}

export function hostName(host: HostKind): string {
  const names = {
    electron: m.host_electron,
    chromium: m.host_chromium,
    headless: m.host_headless,
    standIn: m.host_stand_in,
    browser: m.host_browser,
  };
  return names[host]();
}

/** A picture that a person asked a board to show, and until when, ms UTC. */
export interface Picture {
  readonly name: 'identify' | 'testPattern';
  readonly until: number;
}

/** Of a board on which nothing has been published, as far as it can know: what is published for one without a player waits. */
export const nothingOnBoard = (presence: BoardPresence['presence']): string =>
  presence === 'unpaired' ? m.board_waits_for_player() : m.board_nothing_published();

export const versionWord = (version: Version): string =>
  version.epoch === 1 ? String(version.counter) : `${version.epoch}.${version.counter}`;

/** How far a board has come with its programme; of one that is away, what it said last. */
export function progressWord(progress: ProgrammeProgress, { presence }: BoardPresence): string {
  switch (progress.state) {
    case 'published':
      return m.progress_published();
    case 'received':
      return m.progress_received();
    case 'fetching':
      return fetchingWord(progress);
    case 'active':
      return presence === 'online' ? m.progress_active() : m.progress_active_last();
    case 'refused':
      return m.progress_refused();
  }
}

/** The card on a board's page that says what it may download. */
export const downloadsAnchor = 'mobile-data';
/** Brings that card into view, and whoever goes on by keyboard to it. @returns whether the card is there */
export function goToDownloads(): boolean {
  const card = document.getElementById(downloadsAnchor);
  card?.focus({ preventScroll: true });
  card?.scrollIntoView();
  return card !== null;
}

/** Media that wait say for what. */
function fetchingWord({ missing: n, errorCode, hours }: ProgrammeProgress): string {
  if (!isMediaWait(errorCode)) return m.progress_fetching({ n });
  if (errorCode === 'media_waits_budget') return m.progress_waits_budget({ n });
  return hours ? m.progress_waits_hours({ n, hours: hoursWords(hours) }) : m.progress_waits_some_hours({ n });
}

/** «22:00–05:00» */
export const hoursWords = ([from, to]: DownloadHours): string => `${minuteWord(from)}–${endWord(to)}`;

export function progressTone(
  { state, errorCode }: ProgrammeProgress,
  { presence }: BoardPresence,
): 'neutral' | 'accent' | 'good' | 'bad' {
  if (state === 'active') return presence === 'online' ? 'good' : 'neutral';
  if (state === 'refused') return 'bad';
  return state === 'published' || isMediaWait(errorCode) ? 'neutral' : 'accent';
}

/** Width and height as a person standing before the board sees them. */
export function seenSize(output: Board['output']): { width: number; height: number } {
  return output.rotation % 180 === 0
    ? { width: output.width, height: output.height }
    : { width: output.height, height: output.width };
}

export function shapeWord(board: Pick<Board, 'output' | 'kind'>): string {
  const { width, height } = seenSize(board.output);
  const kind = board.kind === 'led' ? m.board_kind_led() : m.board_kind_lcd();
  const lie = width === height ? m.board_shape_square() : width > height ? m.board_shape_wide() : m.board_shape_tall();
  return `${kind} ${width}×${height}, ${lie}`;
}

export const pitchWord = (pitchUm: number): string => `${numberWords(pitchUm / 1000, 2)} mm`;
export const distanceWord = (cm: number): string => `${numberWords(cm / 100, 1)} m`;

/** What the field of a board's record is called, and what it says. */
export function fieldWords(
  field: keyof BoardInput,
  record: BoardInput,
  units: readonly Pick<Unit, 'id' | 'name'>[],
): { name: string; value: string } {
  const { output } = record;
  switch (field) {
    case 'unitId':
      return { name: m.unit_field(), value: units.find((unit) => unit.id === record.unitId)?.name ?? '' };
    case 'name':
      return { name: m.board_name(), value: record.name };
    case 'place':
      return { name: m.board_place(), value: record.place };
    case 'kind':
      return { name: m.board_kind(), value: record.kind === 'led' ? m.board_kind_led() : m.board_kind_lcd() };
    case 'width':
      return { name: m.board_width(), value: `${record.width} px` };
    case 'height':
      return { name: m.board_height(), value: `${record.height} px` };
    case 'output':
      return {
        name: m.board_form_output(),
        value: `${output.width}×${output.height} px (${output.x}, ${output.y}), ${output.rotation}°`,
      };
    case 'pitchUm':
      return { name: m.board_pitch(), value: record.pitchUm === null ? '' : pitchWord(record.pitchUm) };
    case 'readingDistanceCm':
      return {
        name: m.board_reading_distance(),
        value: record.readingDistanceCm === null ? '' : distanceWord(record.readingDistanceCm),
      };
    case 'zone':
      return { name: m.board_zone(), value: record.zone };
    case 'groups':
      return { name: m.board_groups(), value: record.groups.join(', ') };
    case 'defaultPlaylistId':
      // Its name is on the board's own page, where it is chosen.
      return { name: m.board_default_playlist(), value: '' };
  }
}
