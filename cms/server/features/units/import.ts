/**
 * Units from a file. The preview and the import are the same work on the same draft; the import saves it, whole or not at all, and
 * only if the tree is still what it was when the preview was looked at.
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ImportQuery, ImportReport, RejectedRow } from '../../../../shared/protocol/api/unit-import.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { AuditEntry, Sources } from '../../context.ts';
import { decode, parse } from './csv.ts';
import { beginning } from './days.ts';
import { readRows, ROWS_PER_TURN, type UnitRow } from './import-rows.ts';
import { UnitError } from './rules.ts';
import type { TreeDraft, UnitsService } from './service.ts';

export interface UnitsImport {
  /** @throws CsvError, UnitError `unit_reason_needed`, `units_changed` 409, AppError `forbidden` 403 */
  run(actor: Actor, bytes: Uint8Array, query: ImportQuery): Promise<ImportReport>;
}

type ProvinceReport = ImportReport['provinces'][number];
interface Province {
  readonly report: ProvinceReport;
  /** Set once its first row is taken; what refused it refuses all its rows. */
  unit?: { readonly id: string } | { readonly refused: UnitError };
}

export function createUnitsImport(sources: Pick<Sources, 'now'>, units: UnitsService): UnitsImport {
  return {
    async run(actor, bytes, query) {
      const chosen = query.provinces?.split(',').filter((code) => code !== '') ?? null;
      if (!units.mayEditAny(actor)) throw forbidden();
      const at = beginning(query, sources.now());
      const { text, encoding } = decode(bytes);
      const { rows: lines, delimiter } = parse(text);
      const read = await readRows(lines);
      const draft = units.draft();
      const plan = new Plan(units, draft, actor, at);
      plan.choose(read.rows, chosen);
      for (const [i, row] of read.rows.entries()) {
        if (i > 0 && i % ROWS_PER_TURN === 0) await setImmediate();
        plan.take(row);
      }
      const { provinces, ...counted } = plan.report();
      if (chosen?.some((code) => provinces.some((one) => one.code === code && one.state === 'foreign')))
        throw forbidden();
      const report: ImportReport = {
        applied: query.apply === 'true',
        digest: digestOf(bytes, query, draft.base.revision),
        encoding,
        delimiter,
        rows: read.rows.length + read.rejected.length,
        padded: read.padded,
        provinces,
        ...counted,
        rejected: [...read.rejected, ...counted.rejected].sort((a, b) => a.line - b.line),
      };
      if (!report.applied) return report;
      if (query.expect !== undefined && query.expect !== report.digest)
        throw new UnitError('units_changed', 'This is not what the preview showed; look again', { status: 409 });
      if (draft.entries.length > 0) await units.apply(actor, draft, query.reason, plan.entries(report));
      return report;
    },
  };
}

const forbidden = (): AppError =>
  new AppError('forbidden', 'You may not change these provinces (unit.edit)', { status: 403 });

function digestOf(bytes: Uint8Array, { from, provinces }: ImportQuery, revision: number): string {
  const file = createHash('sha256').update(bytes).digest('hex');
  return createHash('sha256')
    .update(JSON.stringify([file, from, provinces ?? null, revision]))
    .digest('hex');
}

/** What the rows do to a draft, counted as they are taken. */
class Plan {
  readonly #units: UnitsService;
  readonly #draft: TreeDraft;
  readonly #actor: Actor;
  readonly #at: number;
  readonly #provinces = new Map<string, Province>();
  readonly #named = new Set<string>();
  readonly #counts = { added: 0, changed: 0, unchanged: 0, skipped: 0 };
  readonly #changes: ImportReport['changes'] = [];
  readonly #rejected: RejectedRow[] = [];

  constructor(units: UnitsService, draft: TreeDraft, actor: Actor, at: number) {
    this.#units = units;
    this.#draft = draft;
    this.#actor = actor;
    this.#at = at;
  }

  /** Which provinces the rows are of, and which of them are taken. */
  choose(rows: readonly UnitRow[], chosen: readonly string[] | null): void {
    for (const { province } of rows) {
      const { code, name } = province;
      const held = this.#provinces.get(code);
      if (held) held.report.rows++;
      else this.#provinces.set(code, { report: { code, name, state: this.#stateOf(code), taken: false, rows: 1 } });
    }
    const all = [...this.#provinces.values()].map(({ report }) => report);
    for (const one of all)
      one.taken = chosen
        ? one.state !== 'foreign' && chosen.includes(one.code)
        : one.state === 'known' || (one.state === 'new' && all.length === 1);
  }

  take(row: UnitRow): void {
    const province = this.#provinces.get(row.province.code)!;
    this.#named.add(row.commune.code);
    if (!province.report.taken) {
      this.#counts.skipped++;
      return;
    }
    try {
      this.#takeCommune(row, this.#unitOf(province, row));
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      const { code, params } = error;
      this.#rejected.push({ line: row.line, code, params, text: row.text });
    }
  }

  report(): Pick<
    ImportReport,
    'provinces' | 'changes' | 'absent' | 'rejected' | 'added' | 'changed' | 'unchanged' | 'skipped'
  > {
    const provinces = [...this.#provinces.values()].map(({ report }) => report);
    return {
      provinces,
      changes: this.#changes,
      absent: this.#absent(),
      rejected: this.#rejected,
      ...this.#counts,
    };
  }

  /** One for the log beside those of the single units: where one province was taken it stands there. */
  entries({ added, changed, unchanged, rejected, skipped }: ImportReport): Omit<AuditEntry, 'actor'> {
    const taken = [...this.#provinces.values()].flatMap(({ unit }) => (unit && 'id' in unit ? [unit.id] : []));
    const unitId = taken.length === 1 ? taken[0]! : null;
    const counts = { added, changed, unchanged, rejected: rejected.length, skipped };
    return {
      action: 'unit.imported',
      subjectType: 'unit',
      subjectId: unitId,
      unitId,
      detail: { at: this.#at, ...counts },
    };
  }

  #stateOf(code: string): ProvinceReport['state'] {
    const unit = this.#draft.find('province', code, this.#at);
    if (!this.#units.mayEdit(this.#actor, unit?.unitId ?? null)) return 'foreign';
    return unit ? 'known' : 'new';
  }

  /** The province's unit, added or renamed with its first row. @throws UnitError */
  #unitOf(province: Province, row: UnitRow): string {
    try {
      province.unit ??= { id: this.#takeProvince(row) };
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      province.unit = { refused: error };
    }
    if ('refused' in province.unit) throw province.unit.refused;
    return province.unit.id;
  }

  #takeProvince({ line, province: { code, name } }: UnitRow): string {
    const unit = this.#draft.find('province', code, this.#at);
    if (!unit) {
      const id = this.#draft.add({ code, name, level: 'province', parentId: null, validFrom: this.#at, validTo: null });
      this.#counts.added++;
      return id;
    }
    this.#note(this.#draft.change(unit.unitId, this.#at, { name }), { line, code, before: unit.name, after: name });
    return unit.unitId;
  }

  /** A commune that hangs from a district of its province stays there. */
  #takeCommune({ line, commune: { code, name }, province }: UnitRow, provinceId: string): void {
    const unit = this.#draft.find('commune', code, this.#at);
    if (!unit) {
      const [from, to] = [this.#at, null];
      this.#draft.add({ code, name, level: 'commune', parentId: provinceId, validFrom: from, validTo: to });
      this.#counts.added++;
      return;
    }
    const root = this.#draft.pathAt(unit.unitId, this.#at)[0];
    const moves = root?.unitId !== provinceId;
    if (moves && root && !this.#units.mayEdit(this.#actor, root.unitId))
      throw new UnitError('row_out_of_scope', 'It is of a province that the person may not change', { status: 403 });
    const done = this.#draft.change(unit.unitId, this.#at, { name, ...(moves ? { parentId: provinceId } : {}) });
    const where = (text: string, place: string | undefined) => (moves ? `${text} (${place ?? ''})` : text);
    this.#note(done, { line, code, before: where(unit.name, root?.name), after: where(name, province.name) });
  }

  #note(done: boolean, change: ImportReport['changes'][number]): void {
    if (!done) this.#counts.unchanged++;
    else {
      this.#counts.changed++;
      this.#changes.push(change);
    }
  }

  #absent(): ImportReport['absent'] {
    const taken = new Set(
      [...this.#provinces.values()].flatMap(({ unit, report }) =>
        report.state === 'known' && unit && 'id' in unit ? [unit.id] : [],
      ),
    );
    return [...this.#draft.base.units.keys()].flatMap((unitId) => {
      const unit = this.#draft.at(unitId, this.#at);
      if (unit?.level !== 'commune' || this.#named.has(unit.code)) return [];
      const root = this.#draft.pathAt(unitId, this.#at)[0];
      return root && taken.has(root.unitId) ? [{ code: unit.code, name: unit.name }] : [];
    });
  }
}
