/**
 * Every fault that a player knows, with what it does about it. Stage, director, engine and hosts take their times and their next
 * step from here, and nothing may be recorded that has no row; docs/faults.md is made of it.
 */

export type Noticer = 'stage' | 'director' | 'engine' | 'host';

export type FaultAction =
  /** Something else in its place until its slot ends, the standby slide if need be; tried again in its next slot. */
  | 'passBy'
  /** A new layer with a new element and a new decoder, from where the slot is; the last frame stays until it paints. */
  | 'remakeLayer'
  /** The stage's page is loaded again. */
  | 'reloadStage'
  /** A new process for the page, in the same window. */
  | 'newPage'
  /** A new browser process, or with Electron a new page process in the same window. */
  | 'newWindow'
  /** The engine is started again; the stage keeps what it shows. */
  | 'restartEngine'
  /** The unit's name, the board's and a clock. */
  | 'showStandby'
  /** The bytes are hashed again, now. */
  | 'checkAsset'
  /** Kept under another name, for a look. */
  | 'setAside'
  | 'fetchAgain'
  /** What was good before plays on. */
  | 'keepFormer'
  /** The journal ends there and goes on in a new one. */
  | 'newJournal'
  /** The device gives its board up and asks to be paired. */
  | 'pairAnew'
  /** Media that nothing needs any more goes; nothing is fetched without room for the journal. */
  | 'makeRoom'
  /** Media are fetched next month; the rest as before. */
  | 'holdMedia'
  /** Not obeyed. */
  | 'refuse'
  /** The screen is told again to be as it should. */
  | 'setScreen';

/** One step: what is done, so long after the fault was noticed, ms. */
export interface Step {
  readonly action: FaultAction;
  readonly waitMs: number;
}

export interface FaultRow {
  readonly noticedBy: Noticer;
  /** What it is seen by; English, for docs. */
  readonly evidence: string;
  /** Noticed when that has lasted for so long, ms. */
  readonly afterMs?: number;
  /** Done every time. */
  readonly always: readonly FaultAction[];
  /** Done one after another, each time that it comes again. */
  readonly steps: readonly Step[];
  /** After the last step that one again, and not nothing more. */
  readonly lastAgain: boolean;
  /** So long after the last step the first one is due again, ms. */
  readonly anewMs: number;
  /** Not written into the journal: no fault of the player, or nobody is there to write. */
  readonly silent?: true;
}

/** The same action, each time after twice the wait. */
function doubling(action: FaultAction, firstMs: number, longestMs: number): Step[] {
  const steps: Step[] = [];
  for (let waitMs = firstMs; waitMs < longestMs; waitMs *= 2) steps.push({ action, waitMs });
  return [...steps, { action, waitMs: longestMs }];
}

const minute = 60_000;

const simple = (noticedBy: Noticer, evidence: string, ...always: FaultAction[]): FaultRow => ({
  noticedBy,
  evidence,
  always,
  steps: [],
  lastAgain: false,
  anewMs: Infinity,
});

/** A scene that fails is passed by; what has no next slot soon (an alert, the standby slide) is tried again after these waits. */
const passing = (noticedBy: Noticer, evidence: string, ...always: FaultAction[]): FaultRow => ({
  noticedBy,
  evidence,
  always,
  steps: doubling('passBy', 5_000, minute),
  lastAgain: true,
  anewMs: minute,
});

const restarted = <Row extends Pick<FaultRow, 'noticedBy' | 'evidence' | 'afterMs' | 'steps'>>(row: Row) => ({
  always: [],
  lastAgain: true,
  // Whoever has run for so long had started well.
  anewMs: minute,
  ...row,
});

/** Tried again ever later; what would be an alert’s comes at once all the same. */
const switching = (evidence: string): FaultRow => ({
  noticedBy: 'engine',
  evidence,
  always: [],
  steps: doubling('setScreen', 5_000, 5 * minute),
  lastAgain: true,
  anewMs: Infinity,
});

export const faults = {
  // What is to be seen.
  asset_unreadable: passing(
    'stage',
    'the browser cannot decode a picture or video, or is refused its bytes',
    'checkAsset',
  ),
  decode_stalled: {
    noticedBy: 'stage',
    evidence: 'a video that should run paints no new frame, or its header or first frame does not come',
    afterMs: 4_000,
    always: [],
    steps: [
      { action: 'remakeLayer', waitMs: 0 },
      { action: 'reloadStage', waitMs: 0 },
      { action: 'newWindow', waitMs: 0 },
    ],
    // A decoder that none of this helps costs its videos, not the rest of the programme.
    lastAgain: false,
    anewMs: 60 * minute,
  },
  layout_failed: passing('stage', 'a layout throws, or its words do not fit its fields'),
  layout_unknown: passing('stage', 'the notice names a layout that this player does not have'),
  scene_late: {
    ...passing('director', 'a scene is not prepared by its slot’s end, or the stage does not answer'),
    // Longer than the stage itself waits for anything.
    afterMs: 40_000,
  },
  nothing_to_play: {
    ...simple('director', 'the programme has nothing for now', 'showStandby'),
    silent: true,
  },

  // The stage and its window.
  stage_silent: restarted({
    noticedBy: 'engine',
    evidence:
      'the stage, which says once a second that it paints, says nothing for 2 s while a core is free; or, whatever else runs',
    afterMs: 6_000,
    steps: [
      { action: 'newPage', waitMs: 0 },
      { action: 'newWindow', waitMs: 0 },
    ],
  }),
  stage_gone: restarted({
    noticedBy: 'engine',
    evidence: 'the stage’s connection breaks and it is not back',
    // A page that is alive tries again after 0.2 s.
    afterMs: 1_500,
    steps: [{ action: 'newWindow', waitMs: 0 }],
  }),
  stage_missing: restarted({
    noticedBy: 'engine',
    evidence: 'a window was opened and no stage has connected',
    steps: doubling('newWindow', 30_000, 4 * minute),
  }),
  page_ended: restarted({
    noticedBy: 'host',
    evidence: 'the page’s process has ended in a browser that goes on',
    // In a window that is there a page is back in a fraction of the time.
    steps: [
      { action: 'newPage', waitMs: 0 },
      { action: 'newWindow', waitMs: 0 },
    ],
  }),
  window_ended: restarted({
    noticedBy: 'host',
    evidence: 'the browser has ended, or with Electron the page’s process',
    // The first at once: people look at black glass. The last is the bound for a window that will not live.
    steps: [{ action: 'newWindow', waitMs: 50 }, ...doubling('newWindow', 500, minute)],
  }),

  // The engine.
  engine_ended: restarted({
    noticedBy: 'host',
    evidence: 'the engine’s process has ended by itself',
    steps: doubling('restartEngine', 250, 30_000),
  }),
  engine_stuck: restarted({
    noticedBy: 'host',
    evidence: 'the engine, which says every 5 s that it is alive, says nothing',
    afterMs: 30_000,
    steps: doubling('restartEngine', 250, 30_000),
  }),

  // Media and programme.
  asset_damaged: simple(
    'engine',
    'a file’s bytes do not have the hash that the programme names',
    'setAside',
    'fetchAgain',
  ),
  asset_hash_mismatch: simple('engine', 'what came for an asset is something else', 'fetchAgain'),
  asset_range_refused: simple('engine', 'the CMS has less of an asset than was fetched', 'fetchAgain'),
  part_damaged: simple('engine', 'a part of the programme does not have its hash', 'fetchAgain'),
  part_hash_mismatch: simple('engine', 'what came for a part is something else', 'fetchAgain'),
  manifest_damaged: simple(
    'engine',
    'the saved manifest’s signature does not hold',
    'setAside',
    'keepFormer',
    'fetchAgain',
  ),
  programme_unreadable: simple('engine', 'a programme’s parts cannot be read together', 'keepFormer', 'fetchAgain'),
  programme_unplayable: simple('engine', 'no timeline can be made of a programme', 'keepFormer'),
  programme_refused: simple('engine', 'a manifest’s signature, board or version is wrong', 'refuse', 'keepFormer'),
  download_failed: simple('engine', 'the disk or the program fails while something is fetched', 'fetchAgain'),

  // Keys, certificate, alerts, commands.
  key_list_damaged: simple('engine', 'the saved key list’s signature does not hold', 'setAside', 'fetchAgain'),
  key_list_refused: simple('engine', 'a key list’s signature or number is wrong', 'refuse', 'keepFormer'),
  certificate_damaged: simple('engine', 'the saved certificate’s signature does not hold', 'keepFormer', 'fetchAgain'),
  takeover_damaged: simple('engine', 'a saved alert’s signature does not hold', 'setAside', 'fetchAgain'),
  takeover_refused: simple('engine', 'an alert’s signature, sequence or expiry is wrong', 'refuse'),
  takeover_not_saved: simple('engine', 'the disk does not take an alert; it is shown all the same', 'fetchAgain'),
  command_refused: simple('engine', 'a command’s signature, board or time is wrong', 'refuse'),
  dismissal_refused: simple('engine', 'word that another device has the board is not signed as it must be', 'refuse'),
  message_invalid: simple('engine', 'a message of the CMS has another form', 'refuse'),

  // Disk, journal, identity.
  file_damaged: simple('engine', 'a settings or database file cannot be read', 'setAside', 'fetchAgain'),
  store_lost: simple('engine', 'the database is new though the device is paired', 'newJournal', 'fetchAgain'),
  journal_unwritable: simple('engine', 'the disk takes no record: it is full, failing, or may only be read; at a start, what it holds is played from a copy in memory'),
  journal_fork: simple('engine', 'CMS and board hold different lines of one journal', 'setAside', 'newJournal'),
  journal_ack_wrong: simple('engine', 'the CMS has more of the journal than was written', 'setAside', 'newJournal'),
  journal_gap: simple('engine', 'the CMS lacks lines that this board no longer has', 'setAside', 'newJournal'),
  journal_damaged: simple('engine', 'saved lines of the journal do not hold together', 'setAside', 'newJournal'),
  journal_unknown: simple('engine', 'the CMS has lost a journal that it had', 'setAside', 'newJournal'),
  disk_low: simple('engine', 'less room is left than the journal needs', 'makeRoom'),
  disk_full: simple('engine', 'media does not fit beside the journal', 'makeRoom', 'keepFormer'),
  // The screen.
  screen_failed: switching('the program that switches the screen is not there, fails, or says nothing for 10 s'),
  screen_differs: switching('the screen is read to be on where it was switched off, or off where it was switched on'),

  data_budget_low: simple('engine', 'four fifths of what a month may cost have gone over the line'),
  data_budget_spent: simple('engine', 'all that a month may cost has gone over the line', 'holdMedia'),
  update_failed: simple(
    'host',
    'another version of the player does not paint in time, does not run, or lost its power twice',
    'keepFormer',
  ),

  // The technician’s page. All but the refusal are notes (notes.ts).
  technician_asked: simple('stage', 'somebody at the board opened the field for the code; it covers what plays'),
  technician_refused: simple('engine', 'a wrong code was entered at the board', 'refuse'),
  technician_opened: simple('engine', 'somebody with the code opened the technician’s page, which covers what plays'),
  technician_acted: simple('engine', 'somebody at the technician’s page had the player do something'),
  technician_closed: simple('engine', 'the technician’s page, or the field for its code, no longer covers what plays'),

  device_replaced: simple('engine', 'a signed word that another device was paired with the board', 'pairAnew'),
} as const satisfies Record<string, FaultRow>;

export type FaultCode = keyof typeof faults;

/** A failure of whatever kind while something is fetched, as a fault: its own, or the general one with the code in its detail. */
export function downloadFault(code: string, detail: string): [FaultCode, string] {
  return Object.hasOwn(faults, code) ? [code as FaultCode, detail] : ['download_failed', `${code}: ${detail}`];
}

/** What a fault record says beside the evidence at hand: what is done about it. English, for whoever looks into it. */
export function withAction(detail: string, step: Step): string {
  const when = step.waitMs > 0 ? ` in ${step.waitMs} ms` : '';
  return `${detail.slice(0, 400)} → ${step.action}${when}`.toWellFormed();
}
