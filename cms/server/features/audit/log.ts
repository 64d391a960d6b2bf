/** The audit log as it is read: by whom it concerns, without rights on anything but what happened on their own units. */
import type { z } from 'zod';
import { auditGroups, type auditPage, type AuditQuery, type AuditRow } from '../../../../shared/protocol/api/audit.ts';
import { soughtWords } from '../../../../shared/util/fold.ts';
import type { Actor } from '../../access.ts';
import type { AuditEntry, Context } from '../../context.ts';
import { inBatches, mapInTurns } from '../../listing.ts';
import type { UnitsService } from '../units/service.ts';
import { foldedThen, nameThen, unitIdsIn } from './names.ts';
import * as repo from './repo.ts';

export interface AuditLog {
  /** @throws AppError `forbidden` when it may not be read at the unit that is asked for; without one, what is out of sight is left out */
  page(actor: Actor, query: AuditQuery): Promise<z.infer<typeof auditPage>>;
  /** Makes entries of a release before findable by words, while people already work; what is left when it ends is made so next time. */
  foldOldRows(signal?: AbortSignal): Promise<void>;
}

interface Deps {
  readonly units: Pick<UnitsService, 'tree' | 'nameAt' | 'get'>;
  /** Whose name or e-mail holds these words. */
  readonly peopleCalled: (words: string) => Promise<string[]>;
  readonly namesOfPeople: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** Few: who raises an alert meanwhile waits for one such write at most. */
const foldedAtOnce = 50;

export function createAuditLog(context: Pick<Context, 'store' | 'access'>, deps: Deps): AuditLog {
  const { store, access } = context;
  const { units } = deps;

  /** The units whose entries are asked for and may be seen; null: all there are, and what belongs to none. */
  function reach(actor: Actor, unitId: string | undefined): readonly string[] | null {
    if (unitId !== undefined) {
      access.assertReach(actor, 'audit.read', unitId);
      const below = units.tree.subtreeOf(unitId);
      // A unit that has ended keeps its history.
      return below.length > 0 ? below : [unitId];
    }
    return access.canEverywhere(actor, 'audit.read') ? null : access.unitsFor(actor, 'audit.read');
  }

  return {
    async page(actor, query) {
      const unitIds = reach(actor, query.unitId);
      const who = query.who.trim();
      const userIds = who === '' ? null : await deps.peopleCalled(who);
      if (unitIds?.length === 0 || userIds?.length === 0) return { entries: [], next: null };
      const rows = await repo.findEntries(store.report, {
        from: query.from ?? null,
        to: query.to ?? null,
        userIds,
        prefixes: query.group === undefined ? null : auditGroups[query.group],
        action: query.action ?? null,
        words: soughtWords(query.q),
        subjectId: query.subjectId ?? null,
        unitIds,
        before: query.cursor === undefined ? null : placeOf(query.cursor),
        // One more tells whether there are more.
        limit: query.limit + 1,
      });
      const shown = rows.slice(0, query.limit);
      const people = await deps.namesOfPeople([
        ...new Set(shown.map((row) => row.user_id).filter((id) => id !== null)),
      ]);
      const byType = new Map<string, string[]>();
      for (const { subject_type: type, subject_id: id } of shown)
        if (id !== null) byType.set(type, [...(byType.get(type) ?? []), id]);
      const nowNames = await repo.namesNow(store.report, byType);
      const entries = await mapInTurns(shown, (row): AuditRow => {
        const detail = detailOf(row.detail);
        const then = JSON.parse(row.names ?? '{}') as Record<string, string>;
        const unitName = (id: string): string | null => units.nameAt(id, row.at) ?? units.get(id)?.name ?? null;
        const nameOf = (type: string, id: string): string | null =>
          nameThen(type, detail) ?? (type === 'unit' ? unitName(id) : (then[id] ?? nowNames.get(id) ?? null));
        const ofUnits = [...unitIdsIn(detail)].flatMap((id) => {
          const name = units.nameAt(id, row.at);
          return name === '' ? [] : [[id, name] as const];
        });
        return {
          id: row.id,
          at: row.at,
          who:
            row.user_id === null
              ? null
              : { id: row.user_id, name: then[row.user_id] ?? people.get(row.user_id) ?? null },
          action: row.action,
          subject: {
            type: row.subject_type,
            id: row.subject_id,
            name:
              row.subject_id === null ? nameThen(row.subject_type, detail) : nameOf(row.subject_type, row.subject_id),
          },
          unit: row.unit_id === null ? null : { id: row.unit_id, name: unitName(row.unit_id) },
          detail,
          names: { ...then, ...Object.fromEntries(ofUnits) },
        };
      });
      const last = shown.at(-1);
      return { entries, next: rows.length > query.limit && last ? `${last.at}_${last.id}` : null };
    },

    foldOldRows: (signal) =>
      inBatches(
        async (place) => (signal?.aborted ? [] : repo.unfolded(store.report, place)),
        ({ id }) => id,
        async (rows) => {
          const folded = await mapInTurns(rows, (row): [string, string] => {
            const entry = { subjectType: row.subject_type, subjectId: row.subject_id, detail: detailOf(row.detail) };
            return [row.id, foldedThen(entry, JSON.parse(row.names ?? '{}') as Record<string, string>)];
          });
          await store.transaction((tx) => repo.setFolded(tx, new Map(folded)));
        },
        foldedAtOnce,
      ),
  };
}

const detailOf = (text: string) => JSON.parse(text) as AuditEntry['detail'];

function placeOf(cursor: string): { at: number; id: string } {
  const cut = cursor.indexOf('_');
  return { at: Number(cursor.slice(0, cut)), id: cursor.slice(cut + 1) };
}
