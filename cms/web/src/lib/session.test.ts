import { describe, expect, it } from 'vitest';
import type { Me } from '../../../../shared/protocol/api/accounts.ts';
import type { Unit } from '../../../../shared/protocol/api/units.ts';
import { Session } from './app.svelte.ts';

const unit = (id: string, parentId: string | null) => ({ id, parentId }) as Unit;
const units = [
  unit('province', null),
  unit('commune', 'province'),
  unit('other', 'province'),
  unit('village', 'commune'),
];
function sessionOf(...grants: [role: string, unitId: string][]): Session {
  const session = new Session();
  session.holder = { grants: grants.map(([role, unitId]) => ({ role, unitId })) } as Me;
  return session;
}

describe('what a person may do at a unit', () => {
  it('is what a role there or above it allows, and not what one beside or below does', () => {
    const editor = sessionOf(['editor', 'commune']);
    const at = units.filter((u) => editor.mayAt('content.edit', u.id, units)).map((u) => u.id);
    expect(at).toEqual(['commune', 'village']);
  });
  it('needs a role that allows it', () => {
    const person = sessionOf(['viewer', 'province'], ['editor', 'other']);
    expect(person.mayAt('content.edit', 'commune', units)).toBe(false);
    expect(person.mayAt('content.read', 'village', units)).toBe(true);
    expect(person.mayAt('content.edit', 'other', units)).toBe(true);
  });
  it('is nothing for nobody', () => {
    expect(new Session().mayAt('content.read', 'commune', units)).toBe(false);
  });
});
