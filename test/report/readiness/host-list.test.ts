import { describe, expect, it } from 'vitest'
import type { ControlId, ReadinessState } from '../../../src/readiness/control.ts'
import { writeHostList } from '../../../src/report/readiness/host-list.ts'
import { textOf } from '../../support/findings.ts'
import { readinessRow, reportedRows } from '../../support/readiness-report.ts'

const client = (address: string, control: ControlId, state: ReadinessState) =>
  readinessRow(control, { scope: 'host', client: address, server: null, state })

const rows = reportedRows([
  client('10.0.0.2', 'remove-smb1', 'breaks'),
  client('10.0.0.1', 'remove-smb1', 'breaks'),
  client('10.0.0.3', 'remove-smb1', 'ready'),
  client('10.0.0.3', 'unc-hardening', 'breaks'),
  readinessRow('remove-smb1', { client: '10.0.0.9', state: 'breaks' }),
  readinessRow('remove-smb1', { scope: 'host', client: null, server: '10.0.0.8', state: 'breaks' }),
])

function hosts(controls: ControlId[], state: ReadinessState): string {
  return textOf((sink) => writeHostList(rows, controls, state, sink))
}

describe('the list of hosts', () => {
  it('has the clients in a state, one a line, each once, in order', () => {
    expect(hosts(['remove-smb1'], 'breaks')).toBe('10.0.0.1\n10.0.0.2\n')
    expect(hosts(['remove-smb1', 'unc-hardening'], 'breaks')).toBe('10.0.0.1\n10.0.0.2\n10.0.0.3\n')
  })

  it('counts as not observed who showed nothing about the control', () => {
    expect(hosts(['unc-hardening'], 'not-observed')).toBe('10.0.0.1\n10.0.0.2\n')
    expect(hosts(['remove-smb1'], 'not-observed')).toBe('')
  })

  it('is empty where nobody is in the state', () => {
    expect(hosts(['remove-smb1'], 'exempt')).toBe('')
  })
})
