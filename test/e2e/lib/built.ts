/** Vitest global set-up of the end-to-end tests: the pages that they open are those of the sources. */
import { runBuild } from '../../../scripts/lib/fresh.ts';

export default (): Promise<void> => runBuild(['web', 'stage']);
