/** Sentences that are found by a made-up name: `error_<code>`, `audit_action_<action>`. */

/**
 * Those of `m` whose names begin so. The build reads the call (messages-by-module.ts) and hands over just these, so `prefix` has to
 * be written out.
 */
export function messagesNamed<Params = void>(
  all: object,
  prefix: string,
): Readonly<Record<string, ((params: Params) => string) | undefined>> {
  const named = Object.entries(all).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(named) as Record<string, (params: Params) => string>;
}
