import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TreeDraft, type NewUnit } from './draft.ts';
import { Histories } from './histories.ts';
import { LiveUnitTree } from './tree.ts';
import { endOf, versionAt, withoutChange, withProperties, type UnitVersion } from './versions.ts';

let ids = 0;
const newId = (): string => `id${++ids}`;
const horizon = 30;

const times = fc.integer({ min: 0, max: horizon - 1 });
const names = fc.constantFrom('a', 'b', 'c');
const edits = fc.array(fc.record({ at: times, name: fc.option(names), code: fc.option(names) }), { maxLength: 12 });

const whole: UnitVersion = {
  id: 'first',
  unitId: 'unit',
  code: 'a',
  name: 'a',
  level: 'village',
  parentId: 'p',
  validFrom: 0,
  validTo: null,
  mergedInto: null,
};
const given = ({ name, code }: { name: string | null; code: string | null }) => ({
  ...(name === null ? {} : { name }),
  ...(code === null ? {} : { code }),
});
const seriesOf = (versions: readonly UnitVersion[], key: 'name' | 'code'): string[] =>
  Array.from({ length: horizon }, (_, t) => versionAt(versions, t)![key]);

describe('the history of one unit', () => {
  it('says at every moment what a plain list of moments would say', () => {
    fc.assert(
      fc.property(edits, (list) => {
        let versions: readonly UnitVersion[] = [whole];
        const model = { name: Array<string>(horizon).fill('a'), code: Array<string>(horizon).fill('a') };
        for (const edit of list) {
          versions = withProperties(versions, edit.at, given(edit), newId);
          for (const key of ['name', 'code'] as const) {
            const to = edit[key];
            if (to === null) continue;
            const was = model[key][edit.at];
            for (let t = edit.at; t < horizon && model[key][t] === was; t++) model[key][t] = to;
          }
        }
        expect(seriesOf(versions, 'name')).toEqual(model.name);
        expect(seriesOf(versions, 'code')).toEqual(model.code);
      }),
    );
  });

  it('has neither gap nor overlap, and no border where nothing changes', () => {
    fc.assert(
      fc.property(edits, (list) => {
        const versions = list.reduce<readonly UnitVersion[]>(
          (before, edit) => withProperties(before, edit.at, given(edit), newId),
          [whole],
        );
        expect(versions[0]!.validFrom).toBe(0);
        expect(versions.at(-1)!.validTo).toBeNull();
        expect(new Set(versions.map(({ id }) => id)).size).toBe(versions.length);
        versions.slice(1).forEach((version, i) => {
          const before = versions[i]!;
          expect(before.validTo).toBe(version.validFrom);
          expect([before.name, before.code]).not.toEqual([version.name, version.code]);
        });
      }),
    );
  });

  it('is as before when what was planned last is taken back', () => {
    fc.assert(
      fc.property(edits, names, (list, name) => {
        const before = list.reduce<readonly UnitVersion[]>(
          (versions, edit) => withProperties(versions, edit.at, given(edit), newId),
          [whole],
        );
        const at = horizon;
        if (versionAt(before, at)!.name === name) return;
        const back = withoutChange(withProperties(before, at, { name }, newId), at, newId);
        expect(back.map(({ name, code, validFrom }) => [name, code, validFrom])).toEqual(
          before.map(({ name, code, validFrom }) => [name, code, validFrom]),
        );
      }),
    );
  });
});

type Step =
  | { do: 'add'; code: string; parent: number; from: number }
  | { do: 'move'; unit: number; parent: number; at: number }
  | { do: 'code'; unit: number; code: string; at: number }
  | { do: 'merge'; unit: number; into: number; at: number }
  | { do: 'cancel'; unit: number; at: number };
const index = fc.nat({ max: 8 });
const codes = fc.constantFrom('v1', 'v2', 'v3', 'v4', 'v5', 'v6');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), code: codes, parent: index, from: times }),
  fc.record({ do: fc.constant('move' as const), unit: index, parent: index, at: times }),
  fc.record({ do: fc.constant('code' as const), unit: index, code: codes, at: times }),
  fc.record({ do: fc.constant('merge' as const), unit: index, into: index, at: times }),
  fc.record({ do: fc.constant('cancel' as const), unit: index, at: times }),
);

/** Does what is not refused, each step as a change of its own, as the service saves them. */
function play(steps: readonly Step[]): { histories: Histories; done: number } {
  let histories = new Histories([], 0);
  const save = (work: (draft: TreeDraft) => unknown): boolean => {
    const draft = new TreeDraft(histories, newId);
    try {
      work(draft);
    } catch (error) {
      expect((error as { code?: string }).code).toMatch(/^unit_/);
      return false;
    }
    const { versions } = draft.changes();
    const gone = new Set(versions.remove);
    const kept = [...histories.units.values()].flat().filter(({ id }) => !gone.has(id));
    histories = new Histories(
      [...kept, ...versions.write].sort((a, b) => a.validFrom - b.validFrom),
      histories.revision + 1,
    );
    return true;
  };
  const village = (code: string, parentId: string, validFrom: number): NewUnit => ({
    code,
    name: code,
    level: 'village',
    parentId,
    validFrom,
    validTo: null,
  });
  save((draft) => {
    const root = draft.add({ code: '01', name: 'r', level: 'province', parentId: null, validFrom: 0, validTo: null });
    for (const code of ['v1', 'v2', 'v3']) draft.add(village(code, root, 0));
  });
  const pick = (i: number): string => [...histories.units.keys()][i % histories.units.size]!;
  let done = 0;
  for (const s of steps) {
    const saved = save((draft) => {
      if (s.do === 'add') return draft.add(village(s.code, pick(s.parent), s.from));
      const unitId = pick(s.unit);
      if (s.do === 'merge') return draft.merge(unitId, s.at, pick(s.into));
      if (s.do === 'cancel') return draft.cancel(unitId, s.at);
      return draft.change(unitId, s.at, s.do === 'move' ? { parentId: pick(s.parent) } : { code: s.code });
    });
    if (saved) done++;
  }
  return { histories, done };
}

describe('the tree', () => {
  it('moves at once what was to move later anyway, when the unit it hangs from ends earlier', () => {
    const { histories, done } = play([
      { do: 'add', code: 'v5', parent: 2, from: 0 },
      { do: 'move', unit: 4, parent: 0, at: 2 },
      { do: 'merge', unit: 2, into: 0, at: 1 },
    ]);
    expect(done).toBe(3);
    const named = (code: string): readonly UnitVersion[] =>
      [...histories.units.values()].find(([first]) => first!.code === code)!;
    expect(named('v5').map(({ validFrom, parentId }) => [validFrom, parentId])).toEqual([
      [0, named('v2')[0]!.unitId],
      [1, named('01')[0]!.unitId],
    ]);
  });

  it('stays a tree at every moment, whatever is done to it: no code twice, no circle, nobody without a parent', () => {
    let done = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const played = play(steps);
        done += played.done;
        const units = [...played.histories.units.values()];
        for (const versions of units)
          versions.slice(1).forEach((version, i) => expect(versions[i]!.validTo).toBe(version.validFrom));
        for (let t = 0; t <= horizon; t++) {
          const now = units.flatMap((versions) => versionAt(versions, t) ?? []);
          expect(new Set(now.map(({ level, code }) => `${level} ${code}`)).size).toBe(now.length);
          const parents = new Map(now.map(({ unitId, parentId }) => [unitId, parentId]));
          for (const { unitId } of now) {
            const seen = new Set<string>();
            for (let id: string | null = unitId; id !== null; id = parents.get(id)!) {
              expect(parents.has(id)).toBe(true);
              expect(seen.has(id)).toBe(false);
              seen.add(id);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
    // The steps are not all refused.
    expect(done).toBeGreaterThan(300);
  });

  it('finds a merged unit below the one that took its place, and calls it by that name', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const { histories } = play(steps);
        const tree = new LiveUnitTree({ now: () => horizon, newId, randomBytes: () => new Uint8Array() });
        tree.load(histories);
        for (const [unitId, versions] of histories.units) {
          const last = versions.at(-1)!;
          if (last.mergedInto === null) continue;
          const path = tree.pathOf(unitId);
          expect(path.at(-1)).toBe(unitId);
          expect(path.at(-2)).toBe(last.mergedInto);
          expect(histories.units.get(path[0]!)![0]!.level).toBe('province');
          expect(tree.nameAt(unitId, horizon)).toBe(tree.nameAt(last.mergedInto, horizon));
          expect(tree.nameAt(unitId, endOf(last) - 1)).toBe(last.name);
        }
      }),
    );
  });

  it('keeps a unit in which another is to end', () => {
    let ids = 0;
    const draft = new TreeDraft(new Histories([], 0), () => `d${++ids}`);
    const at = { validFrom: 0, validTo: null };
    const root = draft.add({ code: '01', name: 'r', level: 'province', parentId: null, ...at });
    const [old, next] = ['v1', 'v2'].map((code) =>
      draft.add({ code, name: code, level: 'village', parentId: root, ...at }),
    );
    draft.merge(old!, 5, next!);
    expect(() => draft.cancel(next!, 0)).toThrow(expect.objectContaining({ code: 'unit_change_planned' }));
  });

  it('whose rows go round in a circle ends', () => {
    const tree = new LiveUnitTree({ now: () => 1, newId, randomBytes: () => new Uint8Array() });
    const version = (unitId: string, parentId: string): UnitVersion => ({ ...whole, id: unitId, unitId, parentId });
    tree.load(new Histories([version('a', 'b'), version('b', 'a')], 0));
    expect(tree.pathOf('a').toSorted()).toEqual(['a', 'b']);
    expect(tree.subtreeOf('a').toSorted()).toEqual(['a', 'b']);
  });
});
