/** Vitest global set-up of the end-to-end tests: the stage that they open is that of the sources. The studio is built by hand, or by npm test. */
import { runBuild } from '../../../scripts/lib/fresh.ts';

export default (): Promise<void> => runBuild(['stage']);
