/** What a notice shows: checked by its layout's own schema, and how long it stays on a board. Pure. */
import { isLayoutName, layouts, slotMs } from '../../../../layouts/schemas.ts';
import { longestShownMs } from '../../../../shared/protocol/api/content.ts';
import type { NoticeContent } from '../../../../shared/protocol/programme.ts';
import { scanningTimeMs } from '../../../../shared/protocol/reading-time.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { cleanLine } from '../../text.ts';

/** How long a picture stays when nobody says otherwise, ms. */
export const pictureMs = 10_000;
/** The shortest slot that a programme may hold, ms. */
const shortestMs = 1000;

/**
 * Content as it is stored: layout fields parsed by their schema, texts in NFC.
 * @throws AppError `layout_unknown` (field content.layout), `layout_field_invalid` (field content.fields.<name>)
 */
export function cleanContent(content: NoticeContent): NoticeContent {
  if (content.type !== 'layout') return { ...content, alt: cleanLine(content.alt) };
  if (!isLayoutName(content.layout))
    throw new AppError('layout_unknown', `There is no layout ${content.layout}`, { field: 'content.layout' });
  const parsed = layouts[content.layout].schema.safeParse(content.fields);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    // An unknown field is named by the issue itself, not by its path.
    const path = issue?.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : (issue?.path ?? []);
    throw new AppError('layout_field_invalid', issue?.message ?? 'A field does not fit the layout', {
      field: ['content', 'fields', ...path].join('.'),
    });
  }
  return { ...content, fields: parsed.data };
}

/**
 * @param beforeMs how long it was on until now: what was let through once may go on as long
 * @throws AppError `notice_too_long` (field durationMs)
 */
export function assertLength(shownMs: number, beforeMs: number): void {
  if (shownMs <= Math.max(longestShownMs, beforeMs)) return;
  throw new AppError('notice_too_long', 'It would hold a board for more than an hour', {
    field: 'durationMs',
    params: { minutes: Math.ceil(shownMs / 60_000), most: longestShownMs / 60_000 },
  });
}

/** What boards will use, ms. `videoMs` is the length of the video that it shows, null for other content or an unknown one. */
export function effectiveDurationMs(
  notice: { content: NoticeContent; durationMs: number | null },
  videoMs: number | null,
): number {
  if (notice.durationMs !== null) return notice.durationMs;
  const { content } = notice;
  if (content.type === 'video') return Math.max(shortestMs, videoMs ?? pictureMs);
  const stillMs = content.type === 'layout' ? slotMs(content.layout, content.fields) : pictureMs;
  return content.link === undefined ? stillMs : Math.max(scanningTimeMs, stillMs);
}
