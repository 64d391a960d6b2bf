/** Two contents under one number: an incident. Both sides are kept, never merged; the player goes on in another journal. */
import type { JournalBatch } from '../../../../shared/protocol/journal.ts';
import type { Context } from '../../context.ts';
import { proofRepo as repo } from './repo.ts';

/** Batches kept of a journal that has forked. */
const keptPerJournal = 100;

export function createForks(context: Context) {
  const { store, sources, audit, log, events } = context;
  return {
    /** Keeps a batch, whose signature holds, beside what is held. The same one twice is kept once. */
    async keep(boardId: string, batch: JournalBatch): Promise<void> {
      const now = sources.now();
      const kept = await store.transaction(async (tx) => {
        const { count, held } = await repo.forksKept(tx, batch);
        if (held || count >= keptPerJournal) return false;
        await repo.insertFork(tx, sources.newId(), batch, now);
        if (await repo.markForked(tx, batch.journalId, now)) {
          await audit(tx, {
            actor: null,
            action: 'journal.forked',
            subjectType: 'board',
            subjectId: boardId,
            unitId: (await repo.boardUnit(tx, boardId)) ?? null,
            detail: { journalId: batch.journalId, firstSeq: batch.firstSeq, lastSeq: batch.lastSeq },
          });
        }
        return true;
      });
      if (!kept) return;
      log.warn(
        { boardId, journalId: batch.journalId, firstSeq: batch.firstSeq, lastSeq: batch.lastSeq },
        'a journal has forked',
      );
      events.emit('boardChanged', { boardId });
    },
  };
}
