import { dosErrorName, isDosError, ntStatusName } from '../../../dissectors/ntstatus.ts'
import type { SessionFacts } from '../smb-facts.ts'

/** The status of an answer by its name. In SMB1 it may be a DOS error. */
export function statusName(status: number, family: SessionFacts['family']): string {
  return family === 'smb1' && isDosError(status) ? dosErrorName(status) : ntStatusName(status)
}
