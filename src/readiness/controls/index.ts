/** Every control, in the order of CONTROL_IDS. */
import type { Control } from '../judging/judged-control.ts'
import { blockNtlmv1 } from './block-ntlmv1.ts'
import { disableGuest } from './disable-guest.ts'
import { minimumDialect } from './minimum-dialect.ts'
import { removeSmb1 } from './remove-smb1.ts'
import { requireEncryption } from './require-encryption.ts'
import { restrictAnonymous } from './restrict-anonymous.ts'

export const CONTROLS: readonly Control[] = [
  removeSmb1,
  disableGuest,
  restrictAnonymous,
  requireEncryption,
  minimumDialect,
  blockNtlmv1,
]
