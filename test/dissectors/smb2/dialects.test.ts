import { expect, it } from 'vitest'
import { dialectName } from '../../../dissectors/smb2/dialects.ts'

it.each([
  [0x0202, '2.0.2'],
  [0x0210, '2.1'],
  [0x02ff, '2.???'],
  [0x0300, '3.0'],
  [0x0302, '3.0.2'],
  [0x0311, '3.1.1'],
  [0x0222, '0x0222'],
  [0x0310, '0x0310'],
  [0x0007, '0x0007'],
])('%i is called %s', (dialect, name) => expect(dialectName(dialect)).toBe(name))
