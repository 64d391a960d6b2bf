/** What a dead player has left on its disk, read without any of its code. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A part or an asset, as a manifest names it. */
interface Ref {
  readonly hash: string;
  readonly size: number;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What is damaged, or half there: files that were set aside, JSON that is none, a database or an active programme that is not whole. */
export function diskFaults(dataDir: string): string[] {
  const names = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
  const faults = names.filter((name) => name.includes('.corrupt-')).map((name) => `${name} was set aside`);
  for (const name of ['identity.json', 'settings.json'].flatMap((file) => [file, `${file}.copy`])) {
    const path = join(dataDir, name);
    try {
      if (existsSync(path)) JSON.parse(readFileSync(path, 'utf8'));
    } catch {
      faults.push(`${name} is no JSON`);
    }
  }
  if (existsSync(join(dataDir, 'player.db'))) faults.push(...storeFaults(dataDir));
  return faults;
}

/** Looked at in a copy: whoever opens the log of a dead process plays it back. */
function storeFaults(dataDir: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'bang-tin-disk-'));
  try {
    for (const name of ['player.db', 'player.db-wal'])
      if (existsSync(join(dataDir, name))) copyFileSync(join(dataDir, name), join(folder, name));
    const db = new DatabaseSync(join(folder, 'player.db'));
    try {
      const { integrity_check: check } = db.prepare('PRAGMA integrity_check').get() as { integrity_check: string };
      if (check !== 'ok') return [`player.db: ${check}`];
      return db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'documents'").get() === undefined
        ? []
        : programmeFaults(db, join(dataDir, 'assets'));
    } finally {
      db.close();
    }
  } catch (error) {
    return [`player.db: ${String(error)}`];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function programmeFaults(db: DatabaseSync, assets: string): string[] {
  const aside = db.prepare("SELECT slot FROM documents WHERE slot LIKE 'corrupt-%'").all();
  const faults = aside.map(({ slot }) => `document ${String(slot)}`);
  const active = db.prepare("SELECT jws FROM documents WHERE slot = 'active'").get();
  if (active === undefined) return faults;
  const payload = Buffer.from(String(active['jws']).split('.')[1]!, 'base64url').toString('utf8');
  const manifest = JSON.parse(payload) as { parts: Ref[]; assets: Ref[] };
  for (const { hash } of manifest.parts) {
    const bytes = db.prepare('SELECT bytes FROM parts WHERE hash = ?').get(hash)?.['bytes'];
    if (!(bytes instanceof Uint8Array) || sha256(bytes) !== hash)
      faults.push(`the active programme lacks part ${hash}`);
  }
  for (const { hash } of manifest.assets) {
    const path = join(assets, hash);
    if (!existsSync(path) || sha256(readFileSync(path)) !== hash)
      faults.push(`the active programme lacks asset ${hash}`);
  }
  return faults;
}
