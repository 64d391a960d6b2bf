/** Reads one document in a child process of its own, within limits of time and memory. */
import { createChildRunner, type ChildLimits, type RunOptions } from './child-runner.ts';
import { DocumentError, type DocumentErrorCode } from './document-errors.ts';
import type { DocumentJob, DocumentResult } from './document-messages.ts';

/** A page takes a second or so; one that stops the reader for a minute is no page of an office. */
export const defaultDocumentLimits: ChildLimits = { stallMs: 60_000, totalMs: 600_000, memoryBytes: 1_500_000_000 };

/** How a document is read; tests may pass their own. */
export type RunDocument = (job: DocumentJob, options: RunOptions) => Promise<DocumentResult>;

const faults = { slow: 'document_too_slow', heavy: 'document_too_heavy', died: 'document_damaged' } as const;

/**
 * @throws DocumentError with the code of what is wrong with the file; the signal's reason when it was aborted, StoppedError when
 * somebody else ended the child
 */
export const createDocumentRunner = (limits: ChildLimits): RunDocument =>
  createChildRunner<DocumentJob, DocumentResult, DocumentErrorCode>({
    file: new URL('./document-child.ts', import.meta.url),
    limits,
    refusal: (code, message) => new DocumentError(code, message),
    fault: (_job, why, message) => new DocumentError(faults[why], message),
  });
