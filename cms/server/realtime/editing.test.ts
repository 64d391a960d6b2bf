import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mostEditors, type Editing } from '../../../shared/protocol/api/console.ts';
import { openConsole, type ConsolePage } from '../../../test/fleet/console-page.ts';
import { seedPerson, type SeededPerson } from '../../../test/fleet/seed.ts';
import type { Actor } from '../access.ts';
import type { Role } from '../store/schema.ts';
import { createTestApp, seedUnits, testActor, withAccount } from '../testing.ts';

let test: Awaited<ReturnType<typeof createTestApp>>;
let units: Awaited<ReturnType<typeof seedUnits>>;
let root: Actor;
let url: string;
const open: ConsolePage[] = [];
beforeAll(async () => {
  test = await createTestApp();
  units = await seedUnits({ context: test.app.context, units: test.app.features.units });
  root = await withAccount(test.app.context.store, testActor({ unitId: units.province, role: 'administrator' }));
  url = await test.app.listen();
});
afterEach(() => {
  for (const page of open.splice(0)) page.socket.disconnect();
});
afterAll(() => test.discard());

const person = (role: Role = 'editor', unitId = units.commune): Promise<SeededPerson> =>
  seedPerson(test.app.context.store, unitId, role, test.app.context.sources.now());
async function page(who: SeededPerson): Promise<ConsolePage> {
  const opened = await openConsole(url, who);
  open.push(opened);
  return opened;
}
const list = async (unitId = units.commune): Promise<string> =>
  (await test.app.features.playlists.create(root, { unitId, name: 'Danh sách', items: [] })).id;
const say = async (from: ConsolePage, id: string, editingMs: number | null): Promise<Editing> => {
  const answer = await from.ask('openEditorV1', { kind: 'playlist', id, editingMs });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer;
};
const until = (who: ConsolePage, is: (body: Editing) => boolean) =>
  who.until('editingChangedV1', is) as Promise<Editing>;
const edit = (id: string, revision: number, unitId = units.commune) =>
  test.app.features.playlists.edit(root, id, revision, { unitId, name: `Lần ${revision}`, items: [] });

describe('two editors of one thing', () => {
  it('are told of each other, since when, until one has nothing unsaved or is gone', async () => {
    const [lan, ba] = [await person(), await person()];
    const [first, second] = [await page(lan), await page(ba)];
    const id = await list();
    const began = test.app.context.sources.now() - 60_000;
    expect((await say(first, id, 60_000)).editors).toEqual([]);
    const editor = { userId: lan.userId, name: 'Người thử', since: began };
    expect((await say(second, id, null)).editors).toEqual([editor]);
    await say(second, id, 0);
    expect((await until(first, ({ editors }) => editors.length > 0)).editors[0]?.userId).toBe(ba.userId);
    // Said again, it has begun when it began.
    await say(first, id, 0);
    await say(first, id, null);
    await until(second, ({ editors }) => editors.length === 0);
    first.told.length = 0;
    second.socket.disconnect();
    await until(first, ({ editors }) => editors.length === 0);
  });

  it('are told at once of what is saved, by whom, and that it is deleted', async () => {
    const reader = await page(await person('viewer'));
    const id = await list();
    expect((await say(reader, id, null)).revision).toBe(1);
    await edit(id, 1);
    const news = await until(reader, ({ revision }) => revision === 2);
    expect(news.savedBy).toEqual({ id: root.userId, name: root.name });
    const other = testActor({ unitId: units.province, role: 'administrator' });
    const lan = await withAccount(test.app.context.store, other);
    await test.app.features.playlists.remove(lan, id, 2);
    const last = await until(reader, ({ revision }) => revision === null);
    expect(last.savedBy).toMatchObject({ id: lan.userId });
    // After a gap the page asks, and hears the same.
    expect((await say(reader, id, null)).revision).toBeNull();
  });

  it('the same person in two windows is one of the two', async () => {
    const lan = await person();
    const [here, there] = [await page(lan), await page(lan)];
    const id = await list();
    await say(here, id, 0);
    expect((await say(there, id, 0)).editors).toMatchObject([{ userId: lan.userId }]);
    await until(here, ({ editors }) => editors.length === 1);
  });

  it('are not heard of any more by whom it moves away from, nor by whose right ends', async () => {
    const [editor, reader] = [await page(await person('province', units.province)), await page(await person('viewer'))];
    const viewer = await person('viewer');
    const leaving = await page(viewer);
    const id = await list();
    for (const one of [editor, reader, leaving]) await say(one, id, null);
    await test.app.features.accounts.users.grant(root, viewer.userId, { unitId: units.sister, role: 'viewer' });
    await test.app.features.accounts.users.withdraw(root, viewer.userId, { unitId: units.commune, role: 'viewer' });
    await edit(id, 1);
    await until(reader, ({ revision }) => revision === 2);
    await edit(id, 2, units.sister);
    await until(editor, ({ revision }) => revision === 3);
    await reader.ask('closeEditorV1', { kind: 'playlist', id: root.userId });
    expect(reader.told.some(({ body }) => (body as Editing).revision === 3)).toBe(false);
    expect(leaving.told.some(({ name }) => name === 'editingChangedV1')).toBe(false);
  });

  it('closed at once it is not opened after that', async () => {
    const [first, second] = [await page(await person()), await page(await person())];
    const id = await list();
    await say(second, id, null);
    await Promise.all([say(first, id, 0), first.ask('closeEditorV1', { kind: 'playlist', id })]);
    expect((await say(second, id, null)).editors).toEqual([]);
  });

  it('a page has a few editors open, and names so many others', async () => {
    const hoarder = await page(await person());
    for (let i = 0; i < 8; i++) await say(hoarder, await list(), null);
    await expect(say(hoarder, await list(), null)).rejects.toThrow('server_busy');
    const id = await list();
    for (let i = 0; i < mostEditors + 2; i++) await say(await page(await person()), id, i);
    expect((await say(await page(await person()), id, null)).editors).toHaveLength(mostEditors);
  });

  it('wrong shapes are answered', async () => {
    const one = await page(await person());
    const ask = (request: object) =>
      one.socket.emitWithAck('openEditorV1', request) as Promise<{ error: { code: string } }>;
    expect((await ask({ kind: 'board', id: root.userId, editingMs: null })).error.code).toBe('message_invalid');
    expect((await ask({ kind: 'notice', id: root.userId, editingMs: -1 })).error.code).toBe('message_invalid');
    expect((await ask({ kind: 'notice', id: root.userId, editingMs: null })).error.code).toBe('forbidden');
  });
});
