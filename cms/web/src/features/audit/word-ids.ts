/** Codes name messages: the action `user.linkIssued` is `audit_action_user_link_issued`. */
export const wordId = (kind: 'action' | 'reason' | 'field', code: string): string =>
  `audit_${kind}_${code
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()}`;
