import { afterAll, beforeAll, expect, it } from 'vitest';
import { placeholdersIn } from '../../../../shared/protocol/api/takeover-templates.ts';
import type { Actor } from '../../access.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, withAccount, type TestContext } from '../../testing.ts';
import { createTemplateService, type TemplateService } from './templates.ts';

describeStores('templates of alerts', (under) => {
  let test: TestContext;
  let templates: TemplateService;
  let province: Actor;
  let commune: Actor;
  let editor: Actor;

  beforeAll(async () => {
    test = await createTestContext(under.store);
    const units = await seedUnits(test);
    templates = createTemplateService(test.context);
    province = await withAccount(under.store, testActor({ unitId: units.province, role: 'province' }));
    commune = await withAccount(under.store, testActor({ unitId: units.commune, role: 'province' }));
    editor = await withAccount(under.store, testActor({ unitId: units.province, role: 'editor' }));
  });
  afterAll(() => test.discard());

  it('are delivered with five, each with something to fill in', async () => {
    const { revision, templates: list } = await templates.read(commune);
    expect(revision).toBe(0);
    expect(list.map(({ event }) => event)).toEqual(['Lũ quét', 'Bão', 'Cháy rừng', 'Dịch bệnh', 'Mất điện']);
    for (const template of list) expect(placeholdersIn({ ...template, senderName: '' })).not.toEqual([]);
  });

  it('are read by who may raise an alert somewhere, and changed by who may everywhere', async () => {
    await expect(templates.read(editor)).rejects.toMatchObject({ code: 'forbidden' });
    const list = await templates.read(commune);
    for (const actor of [editor, commune])
      await expect(templates.write(actor, list)).rejects.toMatchObject({ code: 'forbidden', status: 403 });
  });

  it('are added, renamed and deleted, and put back; of two who began from one list the second is told', async () => {
    const before = await templates.read(province);
    const [flood, storm, ...rest] = before.templates;
    const added = { ...storm!, id: '0199d6a0-0000-7000-8000-00000000000a', event: 'Rét hại' };
    const changed = [{ ...flood!, event: 'Lũ ống' }, ...rest, added];
    const after = await templates.write(province, { ...before, templates: changed });
    expect(after).toEqual({ revision: before.revision + 1, templates: changed });
    expect(await templates.read(province)).toEqual(after);
    await expect(templates.write(province, before)).rejects.toMatchObject({
      code: 'revision_conflict',
      status: 409,
      params: { revision: after.revision },
    });
    const entry = await under.store.read
      .selectFrom('audit_log')
      .select('detail')
      .where('action', '=', 'takeover.templatesChanged')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(entry.detail)).toEqual({ added: ['Rét hại'], changed: ['Lũ ống'], removed: ['Bão'] });
    const back = await templates.write(province, { ...before, revision: after.revision });
    expect(back.templates).toEqual(before.templates);
  });
});

it('a placeholder is found in any field, an empty one too, and nothing else is one', () => {
  const content = { event: 'Bão', headline: 'Bão số 3', instruction: 'Ở nhà', senderName: 'UBND' };
  expect(placeholdersIn(content)).toEqual([]);
  expect(placeholdersIn({ ...content, instruction: 'a\nđến [nơi tập trung], qua [đường]' })).toEqual([
    { field: 'instruction', text: '[nơi tập trung]' },
    { field: 'instruction', text: '[đường]' },
  ]);
  expect(placeholdersIn({ ...content, headline: 'Bão số []' })).toEqual([{ field: 'headline', text: '[]' }]);
  expect(placeholdersIn({ ...content, headline: 'a [b] c', event: '[tên]' })).toEqual([
    { field: 'event', text: '[tên]' },
    { field: 'headline', text: '[b]' },
  ]);
  expect(placeholdersIn({ ...content, headline: 'từ 5] đến [9' })).toEqual([]);
});
