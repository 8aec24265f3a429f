/** The first screen: the verdict, and the figures behind it. */
import { overviewLines } from '../pages/overview-page.ts'
import { FINDINGS_VIEW } from './findings.ts'
import type { PanelView } from './view.ts'

export const OVERVIEW: PanelView = {
  name: 'overview',
  key: '1',
  title: 'Overview',
  help: 'overview: the verdict',
  hints: [
    ['Tab', 'next view'],
    ['Enter', 'findings'],
  ],
  leadsTo: FINDINGS_VIEW.name,
  lines: overviewLines,
}
