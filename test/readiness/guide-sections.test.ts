/** docs/controls.md is complete: nothing of the guide, no rule and no control is missing in it. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Rule } from '../../src/audit/rule/rule.ts'
import { RULES } from '../../src/audit/rules/index.ts'
import { CONTROL_IDS } from '../../src/readiness/control.ts'
import { CONTROLS } from '../../src/readiness/controls/index.ts'
import type { Control } from '../../src/readiness/judging/judged-control.ts'

interface GuideSection {
  title: string
  level: 1 | 2 | 'item'
  items?: number
  rules?: readonly string[]
  controls?: readonly string[]
  unseen: string | null
}

const here = (path: string) => new URL(path, import.meta.url)
const { GUIDE_SECTIONS } = (await import(here('../../scripts/guide-sections.mjs').href)) as {
  GUIDE_SECTIONS: readonly GuideSection[]
}
const { renderControls } = (await import(here('../../scripts/make-controls-doc.mjs').href)) as {
  renderControls(rules: readonly Rule[], controls: readonly Control[]): string
}
const titles = GUIDE_SECTIONS.map(({ title }) => title)
const page = readFileSync(here('../../docs/controls.md'), 'utf8')

/** What stands below a heading of the page, up to the next one. */
function sectionOf(title: string): string {
  const parts = page.split(/^##+ /m)
  return parts.find((part) => part.startsWith(`${title}\n`)) ?? ''
}

describe('the sections of the guide', () => {
  it('are all there: 13 headings below the title, and 11 numbered items', () => {
    expect(new Set(titles).size).toBe(titles.length)
    expect(GUIDE_SECTIONS.filter(({ level }) => level !== 'item').length).toBe(13)
    const items = GUIDE_SECTIONS.filter(({ level }) => level === 'item')
    expect(items.reduce((sum, { items = 1 }) => sum + items, 0)).toBe(11)
  })

  it.each(GUIDE_SECTIONS.map((section) => [section.title, section] as const))('has an answer for: %s', (_, section) => {
    const { title, rules = [], controls = [], unseen } = section
    const judged = [...RULES, ...CONTROLS].some(({ guide }) => guide === title)
    expect(judged || rules.length + controls.length > 0 || unseen !== null).toBe(true)
    expect(rules.filter((id) => !RULES.some((rule) => rule.id === id))).toEqual([])
    expect(controls.filter((id) => !CONTROLS.some((control) => control.id === id))).toEqual([])
    expect(sectionOf(title)).toMatch(/^- (Rules|Readiness|Not observable)/m)
  })

  it('are what the rules and controls name as their section', () => {
    expect(RULES.filter(({ guide }) => !titles.includes(guide)).map(({ id }) => id)).toEqual([])
    expect(CONTROLS.filter(({ guide }) => !titles.includes(guide)).map(({ id }) => id)).toEqual([])
  })
})

describe('docs/controls.md', () => {
  it('is up to date (after a change: npm run docs:controls)', () => {
    expect(page).toBe(renderControls(RULES, CONTROLS))
  })

  it('has every rule and every control in the section that they name', () => {
    expect(RULES.filter(({ id, guide }) => !sectionOf(guide).includes(`(rules.md#${id})`)).map(({ id }) => id)).toEqual(
      [],
    )
    expect(CONTROLS.filter(({ id, guide }) => !sectionOf(guide).includes(`\`${id}\``)).map(({ id }) => id)).toEqual([])
    expect(CONTROL_IDS.filter((id) => !page.includes(`\`${id}\``))).toEqual([])
  })
})
