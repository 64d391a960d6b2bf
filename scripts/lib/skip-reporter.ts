/**
 * A vitest reporter that says which tests were skipped and why: `skipped: file > test: reason`. The reason is
 * the note of `context.skip('…')`; a test skipped in another way carries it in its name.
 */
import type { Reporter, TestModule } from 'vitest/node';

export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const note = result.state === 'skipped' ? result.note : undefined;
        console.log(`skipped: ${module.relativeModuleId} > ${test.fullName}${note ? `: ${note}` : ''}`);
      }
    }
  }
}
