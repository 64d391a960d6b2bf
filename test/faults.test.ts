/** The table of faults against what people read: a sentence for each in both languages, and docs/faults.md, which is made of it (`vitest -u` writes it). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faults, type FaultAction, type FaultRow } from '../shared/faults/table.ts';

const root = join(import.meta.dirname, '..');
const messages = (locale: string) =>
  JSON.parse(readFileSync(join(root, `cms/web/messages/${locale}.json`), 'utf8')) as Record<string, unknown>;
const [vi, en] = [messages('vi'), messages('en')];
const rows = Object.entries<FaultRow>(faults);

test.each(rows.map(([code]) => code))('%s says in both languages what it means', (code) => {
  for (const language of [vi, en]) expect(language[`error_${code}`]).toEqual(expect.any(String));
});

test('the document for technicians says what the table says', async () => {
  await expect(page()).toMatchFileSnapshot(join(root, 'docs/faults.md'));
});

const words: Record<FaultAction, string> = {
  passBy:
    'something else until its slot ends (the standby slide if need be); tried again in its next slot, an alert after',
  remakeLayer: 'a new layer with a new decoder, from where the slot is; the last frame stays until it paints',
  reloadStage: 'the stage’s page is loaded again',
  newPage: 'a new process for the page, in the same window',
  newWindow: 'a new window',
  restartEngine: 'the engine is started again; the glass keeps its picture, an alert until it expires',
  showStandby: 'the standby slide: unit, board and clock',
  checkAsset: 'the file’s bytes are hashed again; damaged, it is set aside and fetched',
  setAside: 'kept under another name, for a look',
  fetchAgain: 'fetched again',
  keepFormer: 'what was good before plays on',
  newJournal: 'the journal goes on in a new one',
  pairAnew: 'the device gives its board up and shows a code',
  holdMedia: 'media is fetched next month, unless the board has nothing to play',
  makeRoom: 'media that nothing needs goes; nothing is fetched into the journal’s room',
  refuse: 'not obeyed',
  setScreen: 'the screen is switched again',
};

const time = (ms: number): string => {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms >= 1_000 ? `${ms / 1_000} s` : `${ms} ms`;
};

/** Steps of one action as one line with their waits. */
function stepLine({ steps, lastAgain, anewMs }: FaultRow): string[] {
  if (steps.length === 0) return [];
  const groups = [...new Set(steps.map(({ action }) => action))].map((action) => {
    const waits = steps
      .filter((step) => step.action === action)
      .map(({ waitMs }) => (waitMs ? time(waitMs) : 'at once'));
    return `${words[action]} (${waits.join(', ')})`;
  });
  const then = lastAgain ? 'then the last again' : 'then the video is passed by';
  const anew =
    anewMs === Infinity ? 'once all is well again; until then it is said once' : `${time(anewMs)} after the last`;
  return [
    `- In turn, each time that it comes again: ${groups.join('; ')}; ${then}.`,
    `- From the first anew: ${anew}.`,
  ];
}

function section([code, row]: [string, FaultRow]): string {
  const after = row.afterMs === undefined ? '' : `, for ${time(row.afterMs)}`;
  return [
    `### \`${code}\``,
    '',
    `«${String(vi[`error_${code}`])}» (${String(en[`error_${code}`])})`,
    '',
    `- Noticed by the ${row.noticedBy}: ${row.evidence}${after}.`,
    ...(row.always.length > 0 ? [`- Every time: ${row.always.map((action) => words[action]).join('; ')}.`] : []),
    ...stepLine(row),
    ...(row.silent ? ['- Not in the journal.'] : []),
  ].join('\n');
}

function page(): string {
  return `# Faults of a player

What can go wrong on a board, what it is seen by, and what the player does about it by itself. Made of \`shared/faults/table.ts\`, which the
player follows; the sentences are those of the studio («Nhật ký máy phát»). Never an error on the glass: whatever fails, what was there
stays until something else has been painted, and where nothing else is left the standby slide shows the unit's name and the time.

A fault's record in the journal ends with the step that was taken («… → newWindow in 50 ms»). The same fault is recorded once a minute at
most, and 20 of one code. Every restart has a wait that grows while the fault stays, so that nothing thrashes.

${rows.map(section).join('\n\n')}
`;
}
