/** What became of a takeover on each board, as lines of a table. */
import type { z } from 'zod';
import type { takeoverDetail } from '../../../../../shared/protocol/api/takeovers.ts';
import { sentenceOf } from '../../lib/errors.ts';
import { formatClock, formatDate } from '../../lib/time.ts';
import { m } from '../../paraglide/messages.js';
import { csvLine } from '../../../../../shared/util/csv.ts';
import { deliveryWord } from './words.ts';

type Detail = z.infer<typeof takeoverDetail>;

const time = (at: number | null): string => (at === null ? '' : `${formatDate(at)} ${formatClock(at)}`);
/** Whole milliseconds as seconds, in the figures of the separator's language. */
const seconds = (ms: number, separator: ',' | ';'): string =>
  (ms / 1000).toFixed(1).replace('.', separator === ';' ? ',' : '.');

/** The head and a line per board. An exercise says so in every line: a table is cut up and passed on. */
export function deliveryLines(takeover: Detail, separator: ',' | ';'): string[] {
  const head = [
    m.takeover_filter_status(),
    m.takeover_event(),
    m.takeover_level(),
    m.takeover_board(),
    m.unit_field(),
    m.takeover_delivery_state(),
    m.delivery_step_received(),
    m.delivery_step_displayed(),
    m.takeover_seconds_to_display(),
    m.takeover_ended(),
    m.takeover_delivery_error(),
  ];
  const status = takeover.status === 'exercise' ? m.takeover_is_exercise() : m.takeover_actual();
  const rows = takeover.deliveries.map((one) => [
    status,
    takeover.content.event,
    m.level_number({ n: takeover.content.level }),
    one.boardName,
    one.unitName,
    deliveryWord(one.state),
    time(one.receivedAt),
    time(one.displayedAt),
    one.displayedAt === null ? '' : seconds(one.displayedAt - takeover.issuedAt, separator),
    time(one.endedAt),
    one.errorCode === null ? '' : sentenceOf(one.errorCode),
  ]);
  return [head, ...rows].map((cells) => csvLine(cells, separator));
}
