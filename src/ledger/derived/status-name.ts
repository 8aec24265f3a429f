import { dosErrorName, isDosError, ntStatusName } from '../../../dissectors/ntstatus.ts'
import type { SessionFacts } from '../smb-facts.ts'

/** The status of a response by its name. In SMB1 it may be a DOS error. */
export function statusName(status: number, family: SessionFacts['family']): string
export function statusName(status: number | null, family: SessionFacts['family']): string | null
export function statusName(status: number | null, family: SessionFacts['family']): string | null {
  if (status === null) return null
  return family === 'smb1' && isDosError(status) ? dosErrorName(status) : ntStatusName(status)
}
