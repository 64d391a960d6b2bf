/** The document that a notice was made of. */
import { document as documentSchema, type Document } from '../../../../../shared/protocol/api/documents.ts';
import type { Notice } from '../../../../../shared/protocol/api/content.ts';
import { ApiError, type Api } from '../../lib/api.ts';

/** @returns null also where it is out of sight: it stays at the unit that sent it, wherever the notice goes */
export async function documentOf(
  api: Pick<Api, 'get'>,
  { documentId }: Pick<Notice, 'documentId'>,
  signal?: AbortSignal,
): Promise<Document | null> {
  if (documentId === null) return null;
  try {
    return await api.get(`/api/documents/${documentId}`, documentSchema, signal);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'document_unknown') return null;
    throw error;
  }
}
