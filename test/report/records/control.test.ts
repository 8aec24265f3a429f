import { expect, it } from 'vitest'
import { controlRecord } from '../../../src/report/records/control.ts'
import { schemaErrors } from '../../support/schema.ts'

it('has the credits of its control alone', () => {
  const summary = {
    control: 'remove-smb1' as const,
    title: 'Remove SMB1',
    guide: 'Remove SMB 1.0',
    ready: 2,
    breaks: 1,
    exempt: 0,
    notObserved: 3,
    observable: true,
    observedSeconds: 12.5,
    hostsSeen: 7,
    message: 'Some clients would break.',
  }
  const evidence = [
    { capture: 'a.pcap', frame: 3, time: 0, field: 'DialectIndex' as const, what: 'DialectIndex 0xFFFF' },
  ]
  const credits = (['remove-smb1', 'disable-guest'] as const).map((control) => ({
    control,
    what: 'It was refused.',
    count: 4,
    evidence,
  }))
  const record = controlRecord(summary, credits)
  expect(record.credits).toEqual([
    {
      what: 'It was refused.',
      count: 4,
      evidence: [{ capture: 'a.pcap', frame: 3, time: '1970-01-01T00:00:00.000000Z', what: 'DialectIndex 0xFFFF' }],
    },
  ])
  expect(record).toMatchObject(summary)
  expect(schemaErrors('control', record)).toEqual([])
})
