/**
 * Every key that the CMS writes into the audit log has words. Which ones it writes is read from its code: the object literals that are
 * given as details, and by the schemas of what it takes over whole. What is made in other ways is not seen here.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { boardInput } from '../../../../../shared/protocol/api/boards.ts';
import { playlistInput, scheduleInput } from '../../../../../shared/protocol/api/content.ts';
import { incidentPolicy } from '../../../../../shared/protocol/api/incidents.ts';
import { mourningInput } from '../../../../../shared/protocol/api/mournings.ts';
import { obligationInput } from '../../../../../shared/protocol/api/obligations.ts';
import { upkeepInput } from '../../../../../shared/protocol/api/upkeep.ts';
import { outputRegion } from '../../../../../shared/protocol/common.ts';
import { commands } from '../../../../../shared/protocol/commands.ts';
import { exceptionDays } from '../../../../../shared/protocol/programme.ts';
import { wordId } from './word-ids.ts';

const root = join(import.meta.dirname, '../../../../..');
const server = join(root, 'cms/server');

/** What callers hand to functions that write an entry: `entry(actor, action, notice, {…})`. */
const writers = new Set(['entry', 'write', '#note', 'note']);

/** Keys of the object literals in it; of what is spread or named elsewhere, nothing. */
function keysOf(node: ts.Node): string[] {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return keysOf(node.expression);
  if (ts.isConditionalExpression(node)) return [...keysOf(node.whenTrue), ...keysOf(node.whenFalse)];
  if (ts.isBinaryExpression(node)) return keysOf(node.right);
  if (!ts.isObjectLiteralExpression(node)) return [];
  return node.properties.flatMap((property) => {
    if (ts.isSpreadAssignment(property)) return keysOf(property.expression);
    const inner = ts.isPropertyAssignment(property) ? keysOf(property.initializer) : [];
    return [property.name.getText(), ...inner];
  });
}

function written(file: string): string[] {
  const text = readFileSync(join(server, file), 'utf8');
  if (!/\baudit\(|AuditEntry|DraftEntry/.test(text)) return [];
  const keys: string[] = [];
  const visit = (node: ts.Node): void => {
    const isDetail =
      (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) && node.name.getText() === 'detail';
    if (isDetail && node.initializer) keys.push(...keysOf(node.initializer));
    if (ts.isCallExpression(node)) {
      const called = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
      if (writers.has(called.getText())) keys.push(...node.arguments.slice(2).flatMap(keysOf));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return keys;
}

it('every key that is written into the audit log has words, in both languages', () => {
  const files = globSync('features/**/*.ts', { cwd: server }).filter((file) => !/\.test\.ts$|testing/.test(file));
  const literal = files.flatMap(written);
  expect(literal).toEqual(expect.arrayContaining(['hash', 'challenge', 'boards', 'address']));
  const inputs = [
    boardInput,
    playlistInput,
    scheduleInput,
    incidentPolicy,
    mourningInput,
    obligationInput,
    upkeepInput,
    outputRegion,
    exceptionDays.element,
  ];
  const taken = [
    ...inputs.flatMap((input) => Object.keys(input.shape)),
    // A signed release is told by its version.
    ...Object.values(commands).flatMap(({ payload }) => Object.keys(payload).filter((key) => key !== 'release')),
  ];
  // `before` holds what was there before, of the same keys.
  const keys = [...new Set([...literal, ...taken])].filter((key) => key !== 'before');
  for (const language of ['vi', 'en']) {
    const words = JSON.parse(readFileSync(join(root, `cms/web/messages/${language}.json`), 'utf8')) as object;
    expect(keys.filter((key) => !(wordId('field', key) in words))).toEqual([]);
  }
});
