/** Why a change of the tree is refused. What it may look like is shared with the pages: shared/protocol/unit-rules.ts. */
import { AppError } from '../../../../shared/util/errors.ts';

/**
 * Codes: `unit_unknown` 404; `unit_code_invalid`, `unit_code_taken` 409; `unit_parent_unknown`, `unit_parent_level`, `unit_parent_cycle`,
 * `unit_parent_not_valid`; `unit_not_valid`, `unit_change_planned` 409, `unit_change_begun` 409, `unit_change_unknown` 404;
 * `unit_merge_self`, `unit_merge_below`, `unit_merge_level`; `unit_reason_needed`; `units_changed` 409.
 */
export class UnitError extends AppError {}
