/**
 * Issues new versions: certificates and manifests are signed, and stored in one transaction with the parts they name, the boards'
 * progress and the audit log.
 */
import type { Version } from '../../../../shared/protocol/common.ts';
import {
  certificate as certificateSchema,
  manifest as manifestSchema,
  type Certificate,
  type Manifest,
  type Suspension,
} from '../../../../shared/protocol/programme.ts';
import { signDocument, type Signer } from '../../../../shared/protocol/signing.ts';
import type { Actor } from '../../access.ts';
import type { AuditEntry, Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import { piecesOf, takeTurns } from '../../turns.ts';
import type { BoardRecord } from '../boards/service.ts';
import type { KeysService } from '../keys/service.ts';
import type { UnitsService } from '../units/service.ts';
import { contentHash, type Compiled, type EncodedPart, type ProgrammeContent } from './compile.ts';
import * as repo from './repo.ts';

/** Text handed to the database in one go: more would hold up the event loop. */
const insertedChars = 250_000;

/** One board on its way to a new version. */
export interface Draft {
  readonly board: BoardRecord;
  readonly deviceKey: string;
  readonly content: ProgrammeContent;
  /** `hashOf` of these. */
  readonly contentHash: string;
  /** Beside the content: what is worked out whenever a manifest is signed (suspended.ts). */
  readonly suspensions: readonly Suspension[];
  /** Those that may not be stored yet. */
  readonly parts: Iterable<EncodedPart>;
  /** Its newest version when it was made. When it has a newer one by now, issuing fails as when two issue at once. */
  readonly newest: Version | undefined;
}

/** What was published for a board without a player. */
export interface Waiting {
  readonly board: BoardRecord;
  readonly compiled: Pick<Compiled, 'content' | 'parts'>;
}

export interface Issuer {
  /** What its certificate would say of a board now. */
  statementOf(board: BoardRecord, deviceKey: string): Omit<Certificate, 'issuedAt'>;
  /** From the root unit to the board's own. */
  pathOf(board: BoardRecord): string[];
  /** Names what a board's programme says: see contentHash. */
  hashOf(board: BoardRecord, deviceKey: string, content: ProgrammeContent): string;
  signCertificate(board: BoardRecord, deviceKey: string): Promise<string>;
  /**
   * Signs and stores.
   * @param more.why what the audit log says of a board beside the version
   * @param more.along writes in the same transaction
   * @returns the new versions by board
   * @throws the database's error when another process was first
   */
  issue(
    drafts: readonly Draft[],
    waiting: readonly Waiting[],
    actor: Pick<Actor, 'userId'> | null,
    more?: IssueExtras,
  ): Promise<Map<string, Version>>;
  /** Writes the parts of programmes that stay as they are, where what is stored is not what was made now, and says so in the log. */
  mend(parts: ReadonlyMap<string, EncodedPart>): Promise<void>;
}

export interface IssueExtras {
  readonly why?: (board: BoardRecord) => AuditEntry['detail'];
  readonly along?: (tx: Tx, versions: ReadonlyMap<string, Version>) => Promise<void>;
}

export interface IssuerDeps {
  readonly keys: Pick<KeysService, 'epoch' | 'programmeSigner'>;
  readonly units: Pick<UnitsService, 'tree' | 'nameOf'>;
}

/** Sorted: two processes that publish the same boards wait for each other, and never in a circle. */
const inOrder = (parts: ReadonlyMap<string, EncodedPart>): EncodedPart[][] =>
  piecesOf(
    [...parts.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1)),
    insertedChars,
    ({ body }) => body.length,
  );

export function createIssuer(context: Context, { keys, units }: IssuerDeps): Issuer {
  const { store, sources, audit, events, log } = context;

  /** A unit that has ended hangs nowhere any more; its boards still stand. */
  function pathOf(board: BoardRecord): string[] {
    const path = units.tree.pathOf(board.unitId);
    return path.length > 0 ? [...path] : [board.unitId];
  }

  function statementOf(board: BoardRecord, deviceKey: string): Omit<Certificate, 'issuedAt'> {
    return {
      v: 1,
      boardId: board.id,
      boardName: board.name,
      unitPath: pathOf(board),
      unitName: units.nameOf(board.unitId),
      groups: board.groups,
      place: board.place,
      zone: board.zone,
      output: board.output,
      deviceKey,
    };
  }

  const hashOf = (board: BoardRecord, deviceKey: string, content: ProgrammeContent): string =>
    contentHash(content, statementOf(board, deviceKey), { epoch: keys.epoch, kid: keys.programmeSigner().kid });

  const certify = (board: BoardRecord, deviceKey: string, signer: Signer, now: number): Promise<string> =>
    signDocument(
      'bang-tin-certificate',
      certificateSchema.parse({ ...statementOf(board, deviceKey), issuedAt: now }),
      signer,
    );

  /** Above everything that the board was ever given. */
  function nextVersion(newest: Version | undefined): Version {
    if (!newest || newest.epoch < keys.epoch) return { epoch: keys.epoch, counter: 1 };
    return { epoch: newest.epoch, counter: newest.counter + 1 };
  }

  async function sign(
    { board, deviceKey, content, suspensions }: Draft,
    version: Version,
    now: number,
  ): Promise<string> {
    const signer = keys.programmeSigner();
    const payload: Manifest = manifestSchema.parse({
      v: 1,
      boardId: board.id,
      version,
      issuedAt: now,
      certificate: await certify(board, deviceKey, signer, now),
      ...content,
      ...(suspensions.length > 0 ? { suspensions } : {}),
    });
    return signDocument('bang-tin-manifest', payload, signer);
  }

  /** @param stored whether all of them were stored once: what is not there is gone */
  async function mend(parts: ReadonlyMap<string, EncodedPart>, stored: boolean): Promise<void> {
    for (const some of inOrder(parts)) {
      const hashes = some.map(({ hash }) => hash);
      const held = new Map((await repo.findParts(store.read, hashes)).map(({ hash, body }) => [hash, body]));
      const wrong = some.filter(({ hash, body }) => (held.has(hash) ? held.get(hash) !== body : stored));
      if (wrong.length === 0) continue;
      const said = wrong.map(({ hash }) => hash);
      log.error({ hashes: said }, 'parts of programmes were damaged or gone in the database, and are written anew');
      await store.transaction(async (tx) => {
        await repo.deleteParts(tx, said);
        await repo.insertParts(store, tx, wrong, sources.now());
      });
    }
  }

  async function issue(
    drafts: readonly Draft[],
    waiting: readonly Waiting[],
    actor: Pick<Actor, 'userId'> | null,
    { why = () => ({}), along }: IssueExtras = {},
  ): Promise<Map<string, Version>> {
    const now = sources.now();
    const ids = drafts.map(({ board }) => board.id);
    const issued: { draft: Draft; version: Version; manifest: string }[] = [];
    const parts = new Map<string, EncodedPart>();
    const turn = takeTurns();
    for (const draft of drafts) {
      const version = nextVersion(draft.newest);
      issued.push({ draft, version, manifest: await sign(draft, version, now) });
      for (const part of draft.parts) parts.set(part.hash, part);
      await turn();
    }
    for (const { compiled } of waiting) {
      for (const part of compiled.parts.values()) parts.set(part.hash, part);
      await turn();
    }

    await mend(parts, false);
    const versions = new Map(issued.map(({ draft, version }) => [draft.board.id, version]));
    await store.transaction(async (tx) => {
      for (const some of inOrder(parts)) await repo.insertParts(store, tx, some, now);
      const programmes = issued.toSorted((a, b) => (a.draft.board.id < b.draft.board.id ? -1 : 1));
      for (const some of piecesOf(programmes, insertedChars, ({ manifest }) => manifest.length))
        await store.insertMany(
          tx,
          'programmes',
          ['board_id', 'epoch', 'counter', 'manifest', 'content_hash', 'issued_at', 'published_by'],
          some.map(({ draft, version, manifest }) => [
            draft.board.id,
            version.epoch,
            version.counter,
            manifest,
            draft.contentHash,
            now,
            actor?.userId ?? null,
          ]),
        );
      await repo.upsertProgress(
        tx,
        issued.map(({ draft, version }) => ({
          board_id: draft.board.id,
          ...version,
          state: 'published',
          missing: 0,
          error_code: null,
          at: now,
        })),
      );
      await repo.deleteWaiting(tx, ids);
      for (const { board, compiled } of waiting)
        await repo.writeWaiting(tx, board.id, JSON.stringify(compiled.content));
      const entry = (action: string, board: BoardRecord, detail: AuditEntry['detail']): AuditEntry => ({
        actor,
        action,
        subjectType: 'board',
        subjectId: board.id,
        unitId: board.unitId,
        detail,
      });
      await audit(
        tx,
        ...issued.map(({ draft, version }) =>
          entry('programme.published', draft.board, { version, ...why(draft.board) }),
        ),
        ...waiting.map(({ board }) => entry('programme.waiting', board, why(board))),
      );
      await along?.(tx, versions);
    });
    for (const { draft, manifest } of issued) {
      await turn();
      events.emit('programmePublished', { boardId: draft.board.id, manifest });
      events.emit('programmeProgressed', { boardId: draft.board.id });
    }
    return versions;
  }

  return {
    mend: (parts) => mend(parts, true),
    statementOf,
    pathOf,
    hashOf,
    issue,
    signCertificate: (board, deviceKey) => certify(board, deviceKey, keys.programmeSigner(), sources.now()),
  };
}
