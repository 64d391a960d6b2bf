/** Journals full of plays, made before a measurement. */
import { v7 as uuidv7 } from 'uuid';
import type { JournalBatch } from '../../shared/protocol/journal.ts';
import type { TestJournal } from './board.ts';

/** Notices on the boards of this load. */
const noticeCount = 40;
const slotMs = 15_000;

const notices = Array.from({ length: noticeCount }, (_, i) => ({
  noticeId: uuidv7(),
  noticeHash: i.toString(16).padStart(2, '0').repeat(32),
  asset: i % 3 === 0 ? (255 - i).toString(16).repeat(32) : null,
}));
const entryId = uuidv7();

/** Continues a journal by plays as a real board writes them. @param until trusted ms UTC of the last */
export function appendPlays(journal: TestJournal, count: number, until: number): void {
  const from = until - count * slotMs;
  for (let i = 0; i < count; i++) {
    const start = from + i * slotMs;
    const notice = notices[(journal.head.seq + i) % noticeCount]!;
    journal.append(
      {
        type: 'playEnded',
        start,
        paintedMs: slotMs - (i % 50),
        ...notice,
        takeoverId: null,
        why: { kind: 'schedule', id: entryId },
        outcome: 'completed',
        host: 'chromium',
        programme: { epoch: 1, counter: 7 },
      },
      start + slotMs,
    );
  }
}

/** Everything after `fromSeq`, in signed batches. */
export function batchesOf(journal: TestJournal, fromSeq: number, perBatch: number): JournalBatch[] {
  const batches: JournalBatch[] = [];
  for (let first = fromSeq + 1; first <= journal.head.seq; first += perBatch) {
    batches.push(journal.batch(first, Math.min(first + perBatch - 1, journal.head.seq)));
  }
  return batches;
}
