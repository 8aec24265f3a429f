import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/base/safe-text.ts'
import { CONTROL_IDS, type ControlId } from '../../../src/readiness/control.ts'
import type { ControlSummary, ReadinessRow } from '../../../src/readiness/readiness-row.ts'
import type { ReadinessReport } from '../../../src/report/readiness/readiness-report.ts'
import { writeReadinessTable } from '../../../src/report/readiness/readiness-table.ts'
import { capture, ledger } from '../../support/facts.ts'
import { textOf } from '../../support/findings.ts'
import { controlSummary, readinessReport, readinessRow, reportedRows } from '../../support/readiness-report.ts'

function table(given: Partial<ReadinessReport>, width = 80, color = false): string {
  const read = { ledger: ledger([], [], [capture({ packets: 1234 })]), ...given }
  return textOf((sink) => writeReadinessTable(readinessReport(read), sink, { width, color }))
}

/** A client's own row, and one of its pairs for each. */
function breaking(control: ControlId, clients: number): ReadinessRow[] {
  return Array.from({ length: clients }, (_, i) => {
    const client = `10.0.${i >> 8}.${i & 255}`
    const count = 1 + ((i * 7) % 31)
    return [
      readinessRow(control, { client, count }),
      readinessRow(control, { scope: 'host', client, server: null, count }),
    ]
  }).flat()
}

function several(): Partial<ReadinessReport> {
  return {
    controls: [
      controlSummary('remove-smb1', { ready: 30, breaks: 2, notObserved: 8 }),
      controlSummary('disable-guest', { ready: 40 }),
      controlSummary('require-signing', { ready: 9_000, breaks: 300, exempt: 1, notObserved: 700 }),
      controlSummary('unc-hardening'),
      controlSummary('disable-webdav', { observable: false, message: 'HTTP is not read.' }),
    ],
    rows: reportedRows([
      ...breaking('remove-smb1', 2),
      ...breaking('require-signing', 300),
      readinessRow('require-signing', { state: 'exempt', message: 'Scanner of building 7, until 2026-12-31.' }),
      readinessRow('remove-smb1', { state: 'not-observed', message: 'The NEGOTIATE was not captured.', evidence: [] }),
    ]),
  }
}

describe('the readiness table', () => {
  it('answers in the first ten lines: what breaks nothing, what breaks whom, what was not seen', () => {
    const lines = table(several()).split('\n').slice(0, 10)
    expect(lines[0]).toBe('What would break if these controls were enforced today')
    expect(lines).toContain('Breaks nothing seen  disable-guest')
    expect(lines).toContain('Breaks clients       remove-smb1 (2), require-signing (300)')
    expect(lines).toContain('Seen too little      unc-hardening')
    expect(lines).toContain('Not visible here     disable-webdav')
    expect(lines.join('\n')).toContain('Seen: 1 capture, 4 h 10 min of traffic, 41 hosts with SMB')
  })

  it('has a line for each control that can be seen: bar, numbers, and the host that breaks most often', () => {
    const text = table(several())
    expect(text).toContain(
      [
        '                              ready  breaks  exempt  not seen  first blocker',
        'remove-smb1     ██████████x···     30       2       0         8  10.0.0.1',
        'disable-guest   ██████████████     40       0       0         0',
        'require-signing ███████████xo·  9,000     300       1       700  10.0.0.22',
        'unc-hardening                       0       0       0         0',
        'Clients: █ ready, x breaks, o exempt, · not seen.',
      ].join('\n'),
    )
  })

  it('shows a few of many, and counts the others', () => {
    const text = table(several())
    expect(text).toContain('and 293 more: --hosts breaks --control require-signing lists the clients')
    expect(text.split('\n').length).toBeLessThan(80)
  })

  it('shows who breaks, why, in which frame, and what to change first', () => {
    expect(table(several())).toContain(
      [
        'BREAKS 2  Title of remove-smb1                                       remove-smb1',
        '  The numbers in words.',
        '  10.0.0.1 -> 10.0.0.9  x8',
        '    10.0.0.1 would be refused by 10.0.0.9:445.',
        '    frame 11: SecurityMode 0x00: signing disabled',
        '    Change: Update 10.0.0.1.',
      ].join('\n'),
    )
  })

  it('says what was not seen, with an example, and who is exempt', () => {
    const text = table(several()).replace(/\n +/g, ' ')
    expect(text).toContain('Not seen, 1 case: The NEGOTIATE was not captured.')
    expect(text).toContain('Exempt: 10.0.0.5 -> 10.0.0.9: Scanner of building 7, until 2026-12-31.')
    expect(text).toContain('Not visible in this traffic disable-webdav: HTTP is not read.')
  })

  it('tells what servers would enforce from what clients would', () => {
    const rows = reportedRows([
      readinessRow('require-signing', { side: 'server', reason: 'client-cannot-sign' }),
      readinessRow('require-signing', { side: 'client', reason: 'guest-has-no-key', count: 9 }),
    ])
    const text = table({ controls: [controlSummary('require-signing', { breaks: 1 })], rows })
    expect(text).toContain('  10.0.0.5 -> 10.0.0.9\n    10.0.0.5 would be refused')
    expect(text).toContain(
      '  If the clients enforce it, 1 case breaks:\n    10.0.0.5 -> 10.0.0.9  x9  guest-has-no-key  frame 11\n',
    )
  })

  it('names the capture of a frame if there are several', () => {
    const captures = [capture({ path: 'a.pcap' }), capture({ path: 'b.pcap' })]
    expect(table({ ...several(), ledger: ledger([], [], captures) })).toContain('a.pcap frame 11: SecurityMode')
  })

  it('says what was seen at work', () => {
    const evidence = readinessRow('remove-smb1').evidence
    const credits = [{ control: 'remove-smb1' as const, what: 'The server refused SMB1.', count: 31, evidence }]
    const text = table({ ...several(), credits })
    expect(text).toContain('Seen at work\n  remove-smb1: The server refused SMB1. Seen 31 times, first in frame 11.\n')
  })

  it('says that there is nothing to predict where there is no SMB', () => {
    const controls = CONTROL_IDS.map((control) => controlSummary(control, { hostsSeen: 0 }))
    expect(table({ controls })).toBe('No SMB in 1,234 packets: there is nothing to predict.\n')
  })

  it.each([40, 60, 80, 100, 120, 132])('keeps to %d columns, lines to copy apart', (width) => {
    const long = { client: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', user: 'CORP\\'.padEnd(90, 'u') }
    const rows = reportedRows(
      CONTROL_IDS.flatMap((control) => [
        readinessRow(control, long),
        readinessRow(control, { ...long, scope: 'host', server: null }),
      ]),
    )
    const controls = CONTROL_IDS.map((control) =>
      controlSummary(control, { ready: 1e6, breaks: 1, exempt: 1, notObserved: 3 }),
    )
    for (const line of table({ controls, rows }, width).split('\n'))
      expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(width, 64))
  })

  it('shows the same text with and without colour', () => {
    const bare = table(several(), 100)
    const coloured = table(several(), 100, true)
    expect(coloured).not.toBe(bare)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
    expect(coloured.replace(/\x1b\[[0-9;]*m/g, '')).toBe(bare)
  })

  it('escapes what the wire chose', () => {
    const hostile = 'a\u001b[2J\u202eb'
    const controls: ControlSummary[] = [controlSummary('remove-smb1', { breaks: 1 })]
    const row = readinessRow('remove-smb1', {
      user: hostile,
      share: hostile,
      message: hostile,
      change: hostile,
      evidence: [{ ...readinessRow('remove-smb1').evidence[0]!, what: hostile }],
    })
    const text = table({ controls, rows: reportedRows([row]) })
    expect(text).toContain('a\\x1b[2J\\u202eb')
    expect(text).not.toContain('\u001b')
  })
})
