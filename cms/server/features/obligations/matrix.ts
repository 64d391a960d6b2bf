/** Items × receiving units: received, accepted, first shown, shown of what was asked for. */
import {
  matrixItems,
  type MatrixCell,
  type ObligationMatrix,
  type obligationPlays,
} from '../../../../shared/protocol/api/obligations.ts';
import { Zone } from '../../../../shared/schedule/zone.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { Receivers } from '../../../../shared/protocol/receivers.ts';
import type { z } from 'zod';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { takeTurns } from '../../turns.ts';
import type { BoardPlace, BoardsService } from '../boards/service.ts';
import type { Cut, CutsService } from '../commands/cuts.ts';
import { litHoursIn, type DarkHoursService, type KeptHours } from '../commands/dark-hours.ts';
import type { MourningTime, MourningsService } from '../mournings/service.ts';
import type { NoticesService } from '../notices/service.ts';
import type { TakedownService } from '../notices/takedown.ts';
import type { ProofService } from '../proof/service.ts';
import type { TakeoverService } from '../takeovers/service.ts';
import type { UnitsService } from '../units/service.ts';
import { addFigures, byHours, nothing, type Figures } from './figures.ts';
import { findReceipts, type Receipt } from './receipts-repo.ts';
import { findObligation, findObligationsDuring, findTerms, type ObligationRecord } from './repo.ts';
import { heldTerms, hourMs, outside, requiredHours, type HeldTerms, type Span } from './required.ts';

export interface ObligationMatrixService {
  /** @throws AppError `forbidden` */
  matrix(
    actor: Actor,
    query: { unitId: string; from: number; to: number; ids?: readonly string[] | undefined },
  ): Promise<ObligationMatrix>;
  /** Each play of an obligation on boards of a unit. @throws AppError `forbidden`, `obligation_unknown` 404 */
  plays(
    actor: Actor,
    id: string,
    query: { unitId: string; from: number; to: number; cursor?: string | undefined; limit: number },
  ): Promise<z.infer<typeof obligationPlays>>;
}

export interface MatrixDeps {
  readonly units: Pick<UnitsService, 'tree' | 'get' | 'nameOf'>;
  readonly boards: Pick<BoardsService, 'places' | 'stays'>;
  readonly notices: Pick<NoticesService, 'headings' | 'entertaining'>;
  readonly mournings: Pick<MourningsService, 'times'>;
  readonly takedowns: Pick<TakedownService, 'times'>;
  readonly takeovers: Pick<TakeoverService, 'shown'>;
  readonly cuts: Pick<CutsService, 'of'>;
  readonly darkHours: DarkHoursService;
  readonly proof: Pick<ProofService, 'obliged'>;
}

/** A part of the period that a board has spent with a unit and without an alert. */
interface BoardStay extends Omit<BoardPlace, 'name'>, Span {}

/** To full hours, so that boards that took an alert seconds apart are asked for the same. */
const wholeHours = ({ from, to }: Span): Span => ({
  from: Math.floor(from / hourMs) * hourMs,
  to: Math.ceil(to / hourMs) * hourMs,
});

export function createObligationMatrix(context: Context, deps: MatrixDeps): ObligationMatrixService {
  const { store, sources, access } = context;
  const { units, boards, proof } = deps;
  const { tree } = units;

  /** What of a period boards have spent with the unit that answers for them now, which answers for no hours before that, nor for an alert's. */
  async function staysIn(
    placed: readonly BoardPlace[],
    period: { from: number; to: number },
    receivers: Receivers,
  ): Promise<BoardStay[]> {
    const ids = placed.map(({ id }) => id);
    const [stays, alerts] = await Promise.all([boards.stays(ids), deps.takeovers.shown(ids, period)]);
    return placed.flatMap((board) => {
      const alert = (alerts.get(board.id) ?? []).map(wholeHours);
      return stays
        .get(board.id)!
        .filter(({ unitId }) => receivers.of(unitId) === receivers.of(board.unitId))
        .flatMap(({ unitId, from, to }) =>
          outside({ from: Math.max(from, period.from), to: Math.min(to, period.to) }, alert).map((span) => ({
            id: board.id,
            zone: board.zone,
            unitId,
            ...span,
          })),
        )
        .filter(({ from, to }) => from < to);
    });
  }

  /** What is left of stays for what entertains: the unit, or one above, mourned in the rest. */
  function withoutMourning(stays: readonly BoardStay[], mourned: readonly MourningTime[]): readonly BoardStay[] {
    if (mourned.length === 0) return stays;
    return stays.flatMap((stay) => {
      const path = tree.pathOf(stay.unitId);
      const times = mourned.filter(({ unitId }) => path.includes(unitId));
      return outside(stay, times).map((span) => ({ ...stay, ...span }));
    });
  }

  async function figuresOf(
    record: ObligationRecord,
    terms: readonly HeldTerms[],
    meant: readonly BoardPlace[],
    stays: readonly BoardStay[],
    receivers: Receivers,
    cuts: ReadonlyMap<string, readonly Cut[]>,
    dark: ReadonlyMap<string, readonly KeptHours[]>,
  ): Promise<Map<string, Figures>> {
    const figures = new Map(meant.map(({ id }) => [id, nothing()]));
    const ofMeant = stays.filter(({ id }) => figures.has(id));
    for (const one of terms) {
      const asked = receivers.meant({ unitId: record.unitId, targets: one.targets }, ofMeant);
      for (const some of Map.groupBy(asked, ({ zone, from, to }) => `${zone} ${from} ${to}`).values()) {
        const { zone: name, from, to } = some[0]!;
        const zone = new Zone(name);
        const { phaseMs, starts } = requiredHours(one, zone, from, to);
        const litHours = litHoursIn(zone, starts);
        const ids = some.map(({ id }) => id);
        for (const [lit, boardIds] of await byHours(ids, (id) => litHours(dark.get(id) ?? []))) {
          for (const id of boardIds) figures.get(id)!.darkHours += starts.length - lit.length;
          const hours = { obligationId: record.id, perHour: one.perHour, phaseMs, starts: lit, boardIds };
          await addFigures(proof.obliged, hours, figures, cuts);
        }
      }
    }
    for (const { boardId, at } of await proof.obliged.first(record.id, [...figures.keys()]))
      figures.get(boardId)!.firstShownAt = at;
    return figures;
  }

  function cellOf(receipt: Receipt | undefined, own: boolean, figures: readonly Figures[]): MatrixCell {
    const sum = (of: (figure: Figures) => number): number => figures.reduce((total, figure) => total + of(figure), 0);
    const [required, met, unknown] = [sum((f) => f.required), sum((f) => f.met), sum((f) => f.unknown)];
    const firsts = figures.flatMap(({ firstShownAt }) => firstShownAt ?? []);
    return {
      receivedAt: receipt?.receivedAt ?? null,
      acceptedAt: receipt?.acceptedAt ?? null,
      own,
      boards: figures.length,
      firstShownAt: firsts.length === 0 ? null : Math.min(...firsts),
      required,
      met,
      missing: required - met - unknown,
      unknown,
      cut: sum((f) => f.cut),
      darkHours: sum((f) => f.darkHours),
      shown: sum((f) => f.shown),
    };
  }

  return {
    async matrix(actor, { unitId, from, to, ids }) {
      access.assert(actor, 'proof.read', unitId);
      const within = new Set(tree.subtreeOf(unitId));
      // Hours that are over: the one that runs can be short of nothing yet.
      const until = Math.max(from, Math.min(to, Math.floor(sources.now() / hourMs) * hourMs));
      const found = (
        await findObligationsDuring(store.read, [...new Set([...tree.pathOf(unitId), ...within])], { from, to })
      ).filter((record) => ids === undefined || ids.includes(record.id));
      const records = found.slice(0, matrixItems);
      const noticeIds = records.map(({ noticeId }) => noticeId);
      const [placed, receipts, headings, down, entertaining, mourned, terms] = await Promise.all([
        boards.places([...within]),
        findReceipts(
          store.read,
          records.map(({ id }) => id),
        ),
        deps.notices.headings(noticeIds),
        deps.takedowns.times(noticeIds),
        deps.notices.entertaining(noticeIds).then((entertain) => new Set(entertain)),
        deps.mournings.times({ from, to: until }),
        findTerms(
          store.read,
          records.map(({ id }) => id),
        ),
      ]);
      const receivers = new Receivers(units);
      const stays = await staysIn(placed, { from, to: until }, receivers);
      const placedIds = placed.map(({ id }) => id);
      const [cuts, dark] = await Promise.all([deps.cuts.of(placedIds), deps.darkHours.of(placedIds)]);
      const restingStays = withoutMourning(stays, mourned);
      const rows = new Map<string, (MatrixCell | null)[]>();
      const turn = takeTurns();
      for (const [place, record] of records.entries()) {
        const answers = new Map(
          receipts.filter(({ obligationId }) => obligationId === record.id).map((receipt) => [receipt.unitId, receipt]),
        );
        const receiving = receivers.all(record, placed);
        await turn();
        const held = heldTerms(terms.get(record.id)!, record.endedAt, down.get(record.noticeId));
        const asked = entertaining.has(record.noticeId) ? restingStays : stays;
        const figures = await figuresOf(record, held, [...receiving.values()].flat(), asked, receivers, cuts, dark);
        for (const [receiver, own] of receiving) {
          if (!within.has(receiver)) continue;
          let cells = rows.get(receiver);
          if (!cells) rows.set(receiver, (cells = records.map(() => null)));
          cells[place] = cellOf(
            answers.get(receiver),
            receiver === record.unitId,
            own.map(({ id }) => figures.get(id)!),
          );
          await turn();
        }
      }
      return {
        until,
        items: records.map(({ id, noticeId, unitId: sender, perHour, endedAt }) => ({
          id,
          noticeTitle: headings.get(noticeId)?.title ?? '',
          unitName: units.nameOf(sender),
          perHour,
          endedAt,
        })),
        rows: [...rows]
          .map(([id, cells]) => ({ unitId: id, unitName: units.nameOf(id), cells }))
          .sort((a, b) => a.unitName.localeCompare(b.unitName, 'vi')),
        moreItems: found.length > records.length,
      };
    },

    async plays(actor, id, { unitId, from, to, cursor, limit }) {
      access.assert(actor, 'proof.read', unitId);
      const record = await findObligation(store.read, id);
      const path = tree.pathOf(unitId);
      if (!record || !(path.includes(record.unitId) || tree.subtreeOf(unitId).includes(record.unitId)))
        throw new AppError('obligation_unknown', 'There is no such obligation', { status: 404 });
      const placed = new Map((await boards.places(tree.subtreeOf(unitId))).map((board) => [board.id, board.name]));
      const asked = { obligationId: id, boardIds: [...placed.keys()], from, to };
      const { plays, next } = await proof.obliged.plays(asked, cursor, limit);
      return { plays: plays.map((play) => ({ ...play, boardName: placed.get(play.boardId) ?? '' })), next };
    },
  };
}
