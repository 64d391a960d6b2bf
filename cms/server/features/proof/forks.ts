/** Two contents under one number: an incident. Both sides are kept, never merged; the player goes on in another journal. */
import type { JournalBatch } from '../../../../shared/protocol/journal.ts';
import type { Context } from '../../context.ts';
import { proofRepo as repo } from './repo.ts';

/** Batches kept of all journals of a board that have forked: at most about 60 MB, whatever its player sends. */
const keptPerBoard = 100;

export function createForks(context: Context) {
  const { store, sources, audit, log, events } = context;
  return {
    /** Marks the journal, and keeps the batch, whose signature holds, beside what is held while there is room. The same one twice is kept once. */
    async keep(boardId: string, batch: JournalBatch): Promise<void> {
      const now = sources.now();
      const news = await store.transaction(async (tx) => {
        const marked = await repo.markForked(tx, batch.journalId, now);
        const { count, held } = await repo.forksKept(tx, boardId, batch);
        const kept = !held && count < keptPerBoard;
        if (kept) await repo.insertFork(tx, sources.newId(), batch, now);
        if (marked) {
          await audit(tx, {
            actor: null,
            action: 'journal.forked',
            subjectType: 'board',
            subjectId: boardId,
            unitId: (await repo.boardUnit(tx, boardId)) ?? null,
            detail: { journalId: batch.journalId, firstSeq: batch.firstSeq, lastSeq: batch.lastSeq },
          });
        }
        return marked || kept;
      });
      if (!news) return;
      log.warn(
        { boardId, journalId: batch.journalId, firstSeq: batch.firstSeq, lastSeq: batch.lastSeq },
        'a journal has forked',
      );
      events.emit('boardChanged', { boardId });
    },
  };
}
