/** Child process that reads one document and ends: whatever a hostile file does to a reader, it does here. */
import { answerJob } from './child-job.ts';
import { DocumentError } from './document-errors.ts';
import { readDocument } from './document-read.ts';
import { isStorageFull } from './media-errors.ts';

answerJob(readDocument, (error) =>
  isStorageFull(error) ? 'storage_full' : error instanceof DocumentError ? error.code : null,
);
