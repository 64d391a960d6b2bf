/** Why a file cannot become media: the codes that shared/protocol/api/content.ts names. */
import { AppError } from '../../../shared/util/errors.ts';

export type MediaErrorCode =
  | 'file_empty'
  | 'file_unrecognized'
  | 'image_too_large'
  | 'image_unreadable'
  | 'video_unreadable'
  | 'video_truncated'
  | 'video_gap'
  | 'video_too_long'
  | 'svg_not_allowed'
  | 'storage_full'
  | 'too_large'
  | 'upload_lost';

export class MediaError extends AppError {
  declare readonly code: MediaErrorCode;

  constructor(
    code: MediaErrorCode,
    message: string,
    options: { cause?: unknown; params?: Record<string, string | number> } = {},
  ) {
    super(code, message, { status: code === 'storage_full' ? 507 : code === 'too_large' ? 413 : 422, ...options });
  }
}

/** Processing was stopped, and nothing is said about the file: it was deleted, or the CMS is ending and goes on at its next start. */
export class StoppedError extends Error {}

/** ENOSPC and EDQUOT as Node and FFmpeg (negative errno, Linux and macOS) name them. */
const fullCodes: readonly unknown[] = ['ENOSPC', 'EDQUOT', -28, -122, -69];

/** Whether an error, or what caused it, says that the disk or the quota is full. */
export function isStorageFull(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (code === 'storage_full' || fullCodes.includes(code) || /no space left|disk quota exceeded/i.test(at.message))
      return true;
  }
  return false;
}
