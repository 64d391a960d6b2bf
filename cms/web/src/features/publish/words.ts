/** What the publish page says of a board: whether there is something new for it, and what it plays since. */
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import { formatTime } from '../../lib/time.ts';
import { m } from '../../paraglide/messages.js';
import { getLocale } from '../../paraglide/runtime.js';
import { weekHoursWords } from '../boards/screen-words.ts';
import { endWord, minuteWord } from '../schedules/cron-choice.ts';
import { openEntry, type Content } from '../schedules/open-entry.ts';
import type { PreviewRow } from './publish.svelte.ts';

/** @param justPublished something new was published from this page */
export function changeWord(preview: PreviewRow, justPublished: boolean): string {
  if (preview.changes) return preview.changes.first ? m.publish_first() : m.publish_changed();
  return justPublished ? m.publish_just_done() : m.publish_unchanged();
}

/** «An, Bình, Chi hoặc 2 người khác» */
export function anyOf(people: readonly string[]): string {
  const rest = people.length - 3;
  return new Intl.ListFormat(getLocale(), { type: 'disjunction' }).format([
    ...people.slice(0, 3),
    ...(rest > 0 ? [m.people_rest({ n: rest })] : []),
  ]);
}

/** Why the board shows what it shows: «Đang phát theo lịch «Bản tin sáng», hết 08:00». null where it is not known. */
export function reasonWord(board: Board, content: Content, now: number): string | null {
  const playing = board.presence.presence === 'online' ? board.presence.now : null;
  if (playing && board.presence.screenOn === false) return m.board_screen_off();
  switch (playing?.why) {
    case undefined:
      return null;
    case 'schedule': {
      const open = openEntry(board, content, now);
      return open
        ? m.publish_now_schedule({ name: open.entry.name, time: formatTime(open.end, board.zone) })
        : m.publish_now_schedule_unknown();
    }
    case 'loop': {
      const name = content.playlists.find((p) => p.id === board.defaultPlaylistId)?.name;
      return name === undefined ? m.publish_now_loop_unknown() : m.publish_now_loop({ name });
    }
    case 'takeover':
      return m.publish_now_takeover();
    case 'obligation':
      return m.publish_now_obligation();
    case 'fallback':
      return board.presence.cut ? m.publish_now_cut() : m.publish_now_fallback();
  }
}

/** «Từ 22:00 đến 05:00 màn hình tắt: «Tin tối» không ai thấy.» */
export function unseenWords({ on, schedules }: NonNullable<PreviewRow['unseen']>): string {
  const names = schedules.map((name) => m.list_quoted({ text: name })).join(', ');
  if ('week' in on) return m.publish_unseen_week({ hours: weekHoursWords(on.week), names });
  return m.publish_unseen({ from: minuteWord(on.to), to: endWord(on.from), names });
}
