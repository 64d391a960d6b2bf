/** Text as it is stored; the rule is shared with the pages, whose forms clean and measure alike. */
export { cleanLine } from '../../shared/util/text.ts';
