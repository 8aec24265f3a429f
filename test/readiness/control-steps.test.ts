import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CONTROL_IDS } from '../../src/readiness/control.ts'
import type { ControlSetting, ControlSteps } from '../../src/readiness/control-steps.ts'
import { CONTROL_STEPS, gainRank, stepsOf } from '../../src/readiness/steps/index.ts'
import { hasProgram } from '../support/smblens.ts'

function settingsOf({ audit, enforce, undo }: ControlSteps): ControlSetting[] {
  return [audit, enforce, undo]
}

describe('the steps of the plan', () => {
  it('exist for every control, once', () => {
    expect(CONTROL_STEPS.map(({ control }) => control).sort()).toEqual([...CONTROL_IDS].sort())
    for (const control of CONTROL_IDS) expect(stepsOf(control).control).toBe(control)
  })

  it('give every control a place of its own in the order of what is gained', () => {
    expect(CONTROL_IDS.map(gainRank).sort((a, b) => a - b)).toEqual(CONTROL_IDS.map((_, i) => i))
    expect(gainRank('remove-smb1')).toBe(0)
  })

  it.each(CONTROL_STEPS)('of $control say in sentences what to do, what it shows and what it cannot show', (steps) => {
    expect(steps.unseen).toMatch(/^[a-z].*\.$/s)
    const texts = [steps.protects, steps.proof, ...settingsOf(steps).map(({ setting }) => setting)]
    for (const text of texts) expect(text).toMatch(/^["A-Z].*\.$/s)
    expect(steps.references.length).toBeGreaterThan(0)
    expect(steps.enforce).not.toEqual(steps.undo)
  })

  it.each(CONTROL_STEPS)('of $control have no line twice, and undo what Samba lines they enforce', (steps) => {
    for (const { powershell, samba } of settingsOf(steps)) {
      expect(new Set(powershell).size).toBe(powershell.length)
      expect(new Set(samba).size).toBe(samba.length)
    }
    const names = (lines: readonly string[]) => lines.map((line) => line.split(' = ')[0])
    expect(names(steps.enforce.samba)).toEqual(expect.arrayContaining(names(steps.undo.samba)))
  })

  it('disable insecure guest logons, where the guide has it the wrong way round', () => {
    const { setting, powershell } = stepsOf('disable-guest').enforce
    expect(setting).toContain('"Enable insecure guest logons": Disabled')
    expect(powershell).toContain('Set-SmbClientConfiguration -EnableInsecureGuestLogons $false -Force')
  })
})

const testparm = hasProgram('testparm')
const folder = mkdtempSync(join(tmpdir(), 'smblens-steps-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe.skipIf(!testparm)(`the lines of smb.conf${testparm ? '' : ' (skipped: there is no testparm)'}`, () => {
  const lines = CONTROL_STEPS.flatMap((steps) => settingsOf(steps).flatMap(({ samba }) => samba))

  it.each([...new Set(lines)])('%s is known to Samba, with that value', (line) => {
    expect(complaints(line)).toEqual([])
  })

  it.each(['server signing = mandatori', 'server singing = mandatory'])('%s would not pass', (line) => {
    expect(complaints(line)).not.toEqual([])
  })
})

function complaints(line: string): string[] {
  const config = join(folder, 'smb.conf')
  writeFileSync(config, `[global]\n${line}\n`)
  const { stderr } = spawnSync('testparm', ['-s', config], { encoding: 'utf8' })
  return stderr.split('\n').filter((text) => /ignoring|unknown parameter|error/i.test(text))
}
