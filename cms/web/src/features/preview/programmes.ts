/** Small programmes for the preview. */
import type { NoticeInput } from '../../../../../shared/protocol/api/content.ts';
import type { Programme } from '../../../../../shared/protocol/programme.ts';
import { homeZone } from '../../lib/time.ts';

const previewIds = {
  board: '00000000-0000-7000-8000-000000000001',
  playlist: '00000000-0000-7000-8000-000000000002',
  notice: '00000000-0000-7000-8000-000000000003',
  item: '00000000-0000-7000-8000-000000000004',
};

export interface PreviewNotice {
  title: string;
  category: NoticeInput['category'];
  unitId: string;
  content: NoticeInput['content'];
  durationMs: number;
}

/** A programme that shows one notice over and over. @param edition grows with every change, so that it is laid out anew */
export function noticeProgramme(notice: PreviewNotice, edition: number): Programme {
  const { board, playlist, notice: noticeId, item } = previewIds;
  return {
    boardId: board,
    version: { epoch: 1, counter: edition },
    zone: homeZone,
    defaultPlaylistId: playlist,
    notices: new Map([
      [
        noticeId,
        {
          kind: 'notice',
          noticeId,
          title: notice.title,
          category: notice.category,
          originUnitId: notice.unitId,
          durationMs: notice.durationMs,
          content: notice.content,
        },
      ],
    ]),
    playlists: new Map([
      [
        playlist,
        {
          kind: 'playlist',
          playlistId: playlist,
          name: '',
          items: [{ itemId: item, noticeId, durationMs: null, validFrom: null, validTo: null }],
        },
      ],
    ]),
    entries: [],
    obligations: [],
    fallback: { kind: 'fallback', unitName: '', boardName: '' },
    noticeHashes: new Map([[noticeId, String(edition).padStart(64, '0')]]),
  };
}
