import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { faults } from '../../shared/faults/table.ts';
import type { StageCommand } from '../../shared/protocol/bridge.ts';
import type { HostKind } from '../../shared/protocol/journal.ts';
import { Glass } from './glass.ts';
import type { StageKind } from './launch.ts';
import { closeCodes, type StageConnection } from './stage-server.ts';

beforeEach(() => {
  vi.useFakeTimers();
  said.length = 0;
  freeCore = false;
});
afterEach(() => {
  vi.useRealTimers();
});

/** A page that says only what the test lets it say. */
class Page implements StageConnection {
  readonly kind: StageKind;
  closedWith: number | null = null;
  onEvent: StageConnection['onEvent'] = () => undefined;
  onClose: () => void = () => undefined;
  /** What it was configured with last. */
  configured: StageCommand | null = null;
  /** Scene that it was to prepare last. */
  asked: string | null = null;
  reloads = 0;
  send: StageConnection['send'] = (command) => {
    if (command.type === 'configure') this.configured = command;
    if (command.type === 'prepare') this.asked = command.sceneId;
    if (command.type === 'reload') this.reloads++;
  };
  constructor(kind: StageKind) {
    this.kind = kind;
  }
  close(code: number): void {
    this.closedWith = code;
    // As with a socket: its end is heard of later.
    setTimeout(() => this.onClose(), 10);
  }
}

/** Faults of the test. */
const said: string[] = [];
/** Whether the machine has one. */
let freeCore = false;

function glass(onStalled: () => void = () => undefined, host: HostKind = 'chromium'): Glass {
  return new Glass({
    host,
    plan: { programme: null, takeovers: [] },
    takeoversShown: () => [],
    now: () => Date.now(),
    locale: () => 'vi',
    volume: () => 100,
    onOutput: () => undefined,
    onReady: () => undefined,
    onStalled,
    onTechnician: () => undefined,
    onFault: (code, detail) => said.push(`${code}: ${detail}`),
    hasFreeCore: () => freeCore,
    log: pino({ level: 'silent' }),
  });
}

test('pages that look on and fall asleep make room for others', () => {
  const { connect, close } = bound(glass());
  const host = new Page('host');
  connect(host);
  for (let n = 0; n < 6; n++) {
    const hidden = new Page('open');
    connect(hidden);
    expect(hidden.closedWith).toBeNull();
    hidden.onEvent({ type: 'alive', sceneId: null });
    for (let second = 0; second < 8; second++) {
      vi.advanceTimersByTime(1_000);
      host.onEvent({ type: 'alive', sceneId: null });
    }
    expect(hidden.closedWith).toBe(closeCodes.silent);
  }
  close();
});

test('a supervised page that never says anything is as frozen as one that stopped', () => {
  const onStalled = vi.fn();
  const { connect, close } = bound(glass(onStalled));
  const page = new Page('host');
  connect(page);
  vi.advanceTimersByTime(16_000);
  expect(onStalled).toHaveBeenCalledOnce();
  expect(page.closedWith).toBe(closeCodes.silent);
  const next = new Page('host');
  connect(next);
  alive(next, 3);
  // Once it has painted, its program is no excuse any more.
  vi.advanceTimersByTime(faults.stage_silent.afterMs - 100);
  expect(onStalled).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(1_000);
  expect(onStalled).toHaveBeenCalledTimes(2);
  expect(said).toEqual(
    ['newPage', 'newWindow'].map((step) => `stage_silent: the stage has stopped painting → ${step}`),
  );
  close();
});

test('what a page has said while this process was held up is heard before it is given up', () => {
  const onStalled = vi.fn();
  const { connect, close } = bound(glass(onStalled));
  const page = new Page('host');
  connect(page);
  alive(page, 2);
  vi.advanceTimersByTime(faults.stage_silent.afterMs);
  page.onEvent({ type: 'alive', sceneId: null });
  vi.advanceTimersByTime(faults.stage_silent.afterMs - 100);
  expect(onStalled).not.toHaveBeenCalled();
  close();
});

test('a page that hangs is given up after two seconds where nothing keeps it from its work, once; on a busy machine it is waited for', () => {
  const onStalled = vi.fn();
  const { connect, close } = bound(glass(onStalled));
  const hang = (afterMs: number) => {
    const page = new Page('host');
    connect(page);
    alive(page, 3);
    vi.advanceTimersByTime(afterMs);
    return page;
  };
  // Somebody else wants the cores for a moment.
  const busy = hang(1_600);
  freeCore = true;
  vi.advanceTimersByTime(2_000);
  expect(busy.closedWith).toBeNull();
  busy.onEvent({ type: 'alive', sceneId: null });
  vi.advanceTimersByTime(1_900);
  expect(onStalled).not.toHaveBeenCalled();
  vi.advanceTimersByTime(600);
  expect(onStalled.mock.calls).toEqual([['newPage']]);
  // One that is slow by nature does not lose its window again and again.
  const slow = hang(faults.stage_silent.afterMs - 500);
  expect(slow.closedWith).toBeNull();
  slow.onEvent({ type: 'alive', sceneId: null });
  alive(slow, 600);
  vi.advanceTimersByTime(2_500);
  expect(onStalled).toHaveBeenCalledTimes(2);
  // What somebody opened may rest.
  const looksOn = new Page('open');
  connect(new Page('host'));
  connect(looksOn);
  looksOn.onEvent({ type: 'alive', sceneId: null });
  vi.advanceTimersByTime(4_000);
  expect(looksOn.closedWith).toBeNull();
  close();
});

test('a supervised page that dies is given up soon, and again and again until one is there', () => {
  const onStalled = vi.fn();
  const { connect, close } = bound(glass(onStalled));
  const page = new Page('host');
  connect(page);
  page.onEvent({ type: 'alive', sceneId: null });
  page.onClose();
  // An engine or a network stack that hiccups costs nothing.
  vi.advanceTimersByTime(faults.stage_gone.afterMs - 100);
  const back = new Page('host');
  connect(back);
  alive(back, 60);
  expect(onStalled).not.toHaveBeenCalled();
  back.onClose();
  vi.advanceTimersByTime(2_000);
  expect(onStalled).toHaveBeenCalledTimes(1);
  expect(said).toEqual([`stage_gone: not there for ${faults.stage_gone.afterMs} ms → newWindow`]);
  // Somebody looks on meanwhile: that is no reason to leave the board dark.
  connect(new Page('open'));
  vi.advanceTimersByTime(10 * 60_000);
  const times = onStalled.mock.calls.length;
  expect(times).toBeGreaterThan(3);
  expect(said.at(-1)).toMatch(/^stage_missing/);
  vi.advanceTimersByTime(10 * 60_000);
  expect(onStalled.mock.calls.length).toBeGreaterThan(times);
  const last = new Page('host');
  connect(last);
  onStalled.mockClear();
  alive(last, 600);
  expect(onStalled).not.toHaveBeenCalled();
  close();
  vi.advanceTimersByTime(10 * 60_000);
  expect(onStalled).not.toHaveBeenCalled();
});

test('a page that the host has seen end, and opens anew, is not said to be gone', () => {
  const onStalled = vi.fn();
  const board = glass(onStalled);
  const { connect, close } = bound(board);
  const page = new Page('host');
  connect(page);
  page.onEvent({ type: 'alive', sceneId: null });
  page.onClose();
  board.coming();
  vi.advanceTimersByTime(faults.stage_gone.afterMs + 1_000);
  expect(said).toEqual([]);
  // It does not come.
  vi.advanceTimersByTime(faults.stage_missing.steps[0]!.waitMs);
  expect(onStalled).toHaveBeenCalledOnce();
  close();
});

test('a video that stalls again and again: the page loads itself again, in its own time, and then comes a new window', () => {
  const onStalled = vi.fn();
  const board = glass(onStalled);
  board.setOverlay({ kind: 'testPattern', label: '' });
  const stall = (page: Page) => {
    page.onEvent({ type: 'ready', width: 640, height: 320, pixelRatio: 1 });
    const sceneId = page.asked ?? '';
    page.onEvent({ type: 'prepared', sceneId });
    page.onEvent({ type: 'painted', sceneId, agoMs: 0 });
    page.onEvent({ type: 'failed', sceneId, code: 'decode_stalled', detail: 'no frame' });
  };
  const first = new Page('host');
  board.connect(first);
  stall(first);
  expect(first.reloads).toBe(0);
  stall(first);
  expect(first.reloads).toBe(1);
  first.onClose();
  vi.advanceTimersByTime(faults.stage_gone.afterMs + 1_000);
  expect(onStalled).not.toHaveBeenCalled();
  const second = new Page('host');
  board.connect(second);
  vi.advanceTimersByTime(faults.layout_failed.steps[0]!.waitMs);
  stall(second);
  expect(onStalled).toHaveBeenCalledOnce();
  board.close();
});

test('a supervised page that never comes is given up as often; one that nobody supervises is not waited for', () => {
  const [missing, byHand] = [vi.fn(), vi.fn()];
  const boards = [glass(missing), glass(byHand, 'browser')];
  vi.advanceTimersByTime(31_000);
  expect(missing).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(20 * 60_000);
  expect(missing.mock.calls.length).toBeGreaterThan(4);
  expect(byHand).not.toHaveBeenCalled();
  for (const board of boards) board.close();
});

test('only a page opened by hand is told that it is one, and it shows the board’s raster', () => {
  const board = glass();
  const [host, mirror, alone] = [new Page('host'), new Page('open'), new Page('open')];
  board.connect(host);
  board.connect(mirror);
  expect(mirror.configured).toMatchObject({ output: null, byHand: true });
  host.onEvent({ type: 'ready', width: 960, height: 540, pixelRatio: 2 });
  mirror.onEvent({ type: 'ready', width: 800, height: 600, pixelRatio: 1 });
  const raster = { x: 0, y: 0, width: 1920, height: 1080, rotation: 0 } as const;
  expect(mirror.configured).toMatchObject({ output: raster, byHand: true });
  const region = { ...raster, width: 640, height: 320 };
  board.setOutput(region);
  expect(mirror.configured).toMatchObject({ output: region, byHand: true });
  expect(host.configured).toMatchObject({ output: region });
  expect(host.configured).not.toHaveProperty('byHand');
  board.close();
  const another = glass();
  another.connect(alone);
  expect(alone.configured).toMatchObject({ output: null, byHand: true });
  another.close();
});

function bound(of: Glass) {
  return { connect: (page: Page) => of.connect(page), close: () => of.close() };
}

function alive(page: Page, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    vi.advanceTimersByTime(1_000);
    page.onEvent({ type: 'alive', sceneId: null });
  }
}
