/** Why a document cannot be read: the codes that shared/protocol/api/documents.ts names. */
import { AppError } from '../../../shared/util/errors.ts';

export type DocumentErrorCode =
  | 'file_empty'
  | 'document_unrecognized'
  | 'document_old_word'
  | 'document_encrypted'
  | 'document_damaged'
  | 'document_macros'
  | 'document_unpacked_too_large'
  | 'document_page_shape'
  | 'document_pages_missing'
  | 'document_too_slow'
  | 'document_too_heavy'
  | 'storage_full'
  | 'upload_lost';

export class DocumentError extends AppError {
  declare readonly code: DocumentErrorCode;

  constructor(code: DocumentErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(code, message, { status: code === 'storage_full' ? 507 : 422, ...options });
  }
}
