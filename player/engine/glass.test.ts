import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StageCommand, StageEvent } from '../../shared/protocol/bridge.ts';
import type { HostKind } from '../../shared/protocol/journal.ts';
import { Glass } from './glass.ts';
import type { StageKind } from './launch.ts';
import { closeCodes, type StageConnection } from './stage-server.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A page that says only what the test lets it say. */
class Page implements StageConnection {
  readonly kind: StageKind;
  closedWith: number | null = null;
  onEvent: (event: StageEvent) => void = () => undefined;
  onClose: () => void = () => undefined;
  /** What it was configured with last. */
  configured: StageCommand | null = null;
  send = (command: StageCommand) => {
    if (command.type === 'configure') this.configured = command;
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

function glass(onStalled: () => void = () => undefined, host: HostKind = 'chromium'): Glass {
  return new Glass({
    host,
    plan: { programme: null, takeovers: [] },
    takeoversShown: () => [],
    now: () => Date.now(),
    locale: () => 'vi',
    onOutput: () => undefined,
    onReady: () => undefined,
    onStalled,
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
    for (let second = 0; second < 16; second++) {
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
  vi.advanceTimersByTime(5_000);
  const back = new Page('host');
  connect(back);
  alive(back, 60);
  expect(onStalled).not.toHaveBeenCalled();
  back.onClose();
  vi.advanceTimersByTime(16_000);
  expect(onStalled).toHaveBeenCalledTimes(1);
  // Somebody looks on meanwhile: that is no reason to leave the board dark.
  connect(new Page('open'));
  vi.advanceTimersByTime(10 * 60_000);
  const times = onStalled.mock.calls.length;
  expect(times).toBeGreaterThan(3);
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
