import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/base/safe-text.ts'
import { CONTROL_IDS } from '../../../src/readiness/control.ts'
import { stepsOf } from '../../../src/readiness/steps/index.ts'
import { writePlan } from '../../../src/report/readiness/plan.ts'
import type { ReadinessReport } from '../../../src/report/readiness/readiness-report.ts'
import { textOf } from '../../support/findings.ts'
import { controlSummary, readinessReport, readinessRow, reportedRows } from '../../support/readiness-report.ts'

function plan(given: Partial<ReadinessReport>, width = 80): string {
  return textOf((sink) => writePlan(readinessReport(given), sink, { width, color: false }))
}

const everything: Partial<ReadinessReport> = {
  controls: CONTROL_IDS.map((control) =>
    control === 'disable-webdav'
      ? controlSummary(control, { observable: false })
      : controlSummary(control, { ready: 5, breaks: control === 'block-ntlm' ? 6 : 0 }),
  ),
  rows: reportedRows(
    Array.from({ length: 6 }, (_, i) => {
      const client = `10.0.0.${i}`
      return [
        readinessRow('block-ntlm', { client, count: i + 1, change: 'Name the server, not its address.' }),
        readinessRow('block-ntlm', { client, count: i + 1, scope: 'host', server: null }),
      ]
    }).flat(),
  ),
}

describe('the plan', () => {
  it('is numbered, in stages: now, after changes, and what is not visible', () => {
    const lines = plan(everything).split('\n')
    const at = (start: string) => lines.findIndex((line) => line.startsWith(start))
    const order = ['Now: ', '  1. ', ' 12. ', 'After changes: ', ' 13. ', 'Not visible in this traffic', ' 14. '].map(
      at,
    )
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(order).not.toContain(-1)
    expect(lines[order[1]!]).toContain('remove-smb1')
    expect(lines[order[4]!]).toContain('block-ntlm')
  })

  it('names the hosts that stand most in the way, counts the others, and says what to change', () => {
    const text = plan(everything).replace(/\n +/g, ' ')
    expect(text).toContain(
      'Hosts:    10.0.0.5, 10.0.0.4, 10.0.0.3, 10.0.0.2 and 2 more: --hosts breaks --control block-ntlm',
    )
    expect(text.match(/Change: {3}Name the server/g)).toHaveLength(1)
  })

  it('says where it can be switched on now, and what the policy exempts', () => {
    const controls = [controlSummary('block-ntlmv1', { ready: 30, exempt: 2 })]
    const text = plan({ controls }).replace(/\n +/g, ' ')
    expect(text).toContain('--hosts ready --control block-ntlmv1 lists the 30 clients that are ready')
    expect(text).toContain('2 clients that the policy exempts would break too: --hosts exempt --control block-ntlmv1')
  })

  it.each(CONTROL_IDS)('has every step of %s, and its lines to copy whole', (control) => {
    const text = plan({ controls: [controlSummary(control, { ready: 5 })] })
    const { audit, enforce, undo } = stepsOf(control)
    for (const label of ['Protects:', 'First:', 'Then:', 'Undo:', 'Proof:', 'Not shown:']) expect(text).toContain(label)
    for (const { powershell, samba } of [audit, enforce, undo]) {
      for (const line of powershell) expect(text).toContain(`PS> ${line}\n`)
      for (const line of samba) expect(text).toContain(`smb.conf: ${line}\n`)
    }
  })

  it.each([60, 80, 120])('keeps to %d columns, but for lines to copy', (width) => {
    for (const line of plan(everything, width).split('\n')) {
      if (!/PS>|smb\.conf:/.test(line)) expect(displayWidth(line)).toBeLessThanOrEqual(width)
    }
  })

  it('is short where there is no SMB', () => {
    const controls = CONTROL_IDS.map((control) => controlSummary(control, { hostsSeen: 0 }))
    expect(plan({ controls })).toBe('No SMB in 0 packets: there is nothing to predict.\n')
  })
})
