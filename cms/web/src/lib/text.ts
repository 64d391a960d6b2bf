export { fold, matches } from '../../../../shared/util/fold.ts';
