import { describe, expect, it } from 'vitest';
import type { StageCommand, StageEvent } from '../../../../../shared/protocol/bridge.ts';
import { noticeProgramme } from './programmes.ts';
import { Preview } from './preview.svelte.ts';

const origin = Date.UTC(2026, 2, 4, 17);
/** A quarter past two in the afternoon. */
const wall = Date.UTC(2026, 2, 5, 7, 15);
const lengthMs = 20_000;
const programme = (title: string, edition: number) =>
  noticeProgramme(
    {
      title,
      category: 'local',
      unitId: '00000000-0000-7000-8000-0000000000aa',
      content: { type: 'layout', layout: 'notice', fields: { title, body: 'b' } },
      durationMs: lengthMs,
    },
    edition,
  );

/** A stage that prepares and paints at once, and a clock that is moved by hand. */
function studio(endMs?: number) {
  const commands: StageCommand[] = [];
  let clock = 0;
  const preview = new Preview({
    post: (command) => commands.push(command),
    monotonic: () => clock,
    origin,
    endMs,
    wall: () => wall + clock,
    locale: 'vi',
  });
  const say = (event: StageEvent): void => preview.hear(event);
  return {
    preview,
    commands,
    say,
    advance: (ms: number) => (clock += ms),
    take: () => commands.splice(0),
    ready: () => say({ type: 'ready', width: 960, height: 540, pixelRatio: 1 }),
    last: <T extends StageCommand['type']>(type: T) =>
      commands.findLast((c): c is Extract<StageCommand, { type: T }> => c.type === type),
  };
}

describe('the preview', () => {
  it('configures the stage and shows the notice, as a player does', () => {
    const s = studio();
    s.preview.shape({ x: 0, y: 0, width: 1920, height: 1080, rotation: 0 });
    s.preview.show({ programme: programme('Một', 1), takeovers: [] });
    s.ready();
    expect(s.commands[0]).toMatchObject({ type: 'configure', assetBase: '/content/assets/', output: { width: 1920 } });
    const prepare = s.last('prepare')!;
    expect(prepare).toMatchObject({ durationMs: lengthMs, offsetMs: 0, paused: false });
    s.say({ type: 'prepared', sceneId: prepare.sceneId });
    expect(s.last('show')?.sceneId).toBe(prepare.sceneId);
    expect(s.preview.painted).toBe(false);
    s.say({ type: 'painted', sceneId: prepare.sceneId, agoMs: 0 });
    expect(s.preview.painted).toBe(true);
    s.preview.stop();
  });

  it('lays a changed notice out anew at the place that time has come to', () => {
    const s = studio();
    s.preview.show({ programme: programme('Một', 1), takeovers: [] });
    s.ready();
    s.advance(5000);
    s.take();
    s.preview.show({ programme: programme('Hai', 2), takeovers: [] });
    expect(s.last('prepare')).toMatchObject({ offsetMs: 5000, scene: { notice: { title: 'Hai' } } });
    s.preview.stop();
  });

  it('stops at the end of its day, and begins again from there', () => {
    const s = studio(60_000);
    s.preview.show({ programme: programme('Một', 1), takeovers: [] });
    s.ready();
    s.preview.seek(60_000);
    s.advance(500);
    s.preview.look();
    expect([s.preview.position, s.preview.playing]).toEqual([60_000, false]);
    s.preview.setPlaying(true);
    s.advance(500);
    s.preview.look();
    expect([s.preview.position, s.preview.playing]).toEqual([500, true]);
    s.preview.stop();
  });

  it('goes where its clock is dragged', () => {
    const s = studio();
    s.preview.show({ programme: programme('Một', 1), takeovers: [] });
    s.ready();
    s.take();
    s.preview.seek(12_000);
    expect(s.last('prepare')).toMatchObject({ offsetMs: 12_000 });
    expect(s.preview.position).toBe(12_000);
    s.preview.stop();
  });

  it('stands still, with scenes that stand still, and what the scenes of before say no longer counts', () => {
    const s = studio();
    s.preview.show({ programme: programme('Một', 1), takeovers: [] });
    s.ready();
    const before = s.last('prepare')!.sceneId;
    s.advance(3000);
    s.take();
    s.preview.setPlaying(false);
    expect(s.last('prepare')).toMatchObject({ paused: true, offsetMs: 3000 });
    s.advance(4000);
    s.preview.look();
    expect(s.preview.position).toBe(3000);
    s.say({ type: 'failed', sceneId: before, code: 'asset_unreadable', detail: '' });
    expect(s.preview.fault).toBeNull();
    s.preview.stop();
  });

  it('says what the stage could not show, until something else is shown', () => {
    const s = studio();
    s.preview.show({ programme: programme('Một', 1), takeovers: [] });
    s.ready();
    s.say({ type: 'failed', sceneId: s.last('prepare')!.sceneId, code: 'layout_failed', detail: '' });
    expect(s.preview.fault).toBe('layout_failed');
    s.preview.show({ programme: programme('Hai', 2), takeovers: [] });
    expect(s.preview.fault).toBeNull();
    s.preview.stop();
  });

  it('forgets a fault when another shape is shown, and hears no more of the shape before', () => {
    const s = studio();
    const small = { x: 0, y: 0, width: 192, height: 96, rotation: 0 } as const;
    s.preview.shape(small);
    s.preview.show({ programme: programme('Một', 1), takeovers: [] });
    s.ready();
    const before = s.last('prepare')!.sceneId;
    s.say({ type: 'prepared', sceneId: before });
    s.say({ type: 'failed', sceneId: before, code: 'layout_failed', detail: '' });
    expect(s.preview.fault).toBe('layout_failed');
    s.advance(2000);
    s.take();
    s.preview.shape({ ...small, width: 640, height: 320 });
    expect(s.preview.fault).toBeNull();
    expect(s.commands[0]).toMatchObject({ type: 'configure', output: { width: 640 } });
    expect(s.last('prepare')).toMatchObject({ scene: { kind: 'notice' }, offsetMs: 2000 });
    s.say({ type: 'failed', sceneId: before, code: 'layout_failed', detail: '' });
    expect(s.preview.fault).toBeNull();
    s.preview.stop();
  });

  it('keeps a fault while the fallback stands in, and drops it once the notice is on the glass', () => {
    const s = studio();
    s.preview.show({ programme: programme('Một', 1), takeovers: [] });
    s.ready();
    const present = (): string => {
      const { sceneId } = s.last('prepare')!;
      s.say({ type: 'prepared', sceneId });
      s.say({ type: 'painted', sceneId, agoMs: 0 });
      return sceneId;
    };
    s.say({ type: 'failed', sceneId: s.last('prepare')!.sceneId, code: 'asset_unreadable', detail: '' });
    present();
    expect(s.last('prepare')).toMatchObject({ scene: { kind: 'fallback' } });
    expect(s.preview.fault).toBe('asset_unreadable');
    s.preview.seek(lengthMs);
    expect(s.preview.fault).toBeNull();
    const shown = s.last('prepare')!;
    expect(shown.scene.kind).toBe('notice');
    s.say({ type: 'failed', sceneId: shown.sceneId, code: 'asset_unreadable', detail: '' });
    expect(s.preview.fault).toBe('asset_unreadable');
    // The next slot's try.
    s.advance(lengthMs);
    s.say({ type: 'alive', sceneId: present() });
    present();
    expect(s.last('prepare')).toMatchObject({ scene: { kind: 'notice' } });
    expect(s.preview.fault).toBeNull();
    s.preview.stop();
  });

  it('gives scenes with a clock the real time of day', () => {
    const s = studio();
    s.preview.show({ programme: programme('Một', 1), takeovers: [] });
    s.ready();
    s.advance(4000);
    s.say({ type: 'failed', sceneId: s.last('prepare')!.sceneId, code: 'layout_failed', detail: '' });
    expect(s.last('prepare')).toMatchObject({ scene: { kind: 'fallback' }, nowMs: wall + 4000 });
    s.preview.stop();
  });

  it('ignores what is not of the bridge', () => {
    const s = studio();
    s.preview.hear({ type: 'ready' });
    s.preview.hear('xin chào');
    expect(s.commands).toEqual([]);
    s.preview.stop();
  });
});
