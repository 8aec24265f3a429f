/** Every control, in the order of CONTROL_IDS. */
import type { Control } from '../judging/judged-control.ts'
import { blockNtlm } from './block-ntlm.ts'
import { blockNtlmv1 } from './block-ntlmv1.ts'
import { blockOutbound } from './block-outbound.ts'
import { disableGuest } from './disable-guest.ts'
import { disableWebdav } from './disable-webdav.ts'
import { kerberosAesOnly } from './kerberos-aes-only.ts'
import { kerberosArmoring } from './kerberos-armoring.ts'
import { minimumDialect } from './minimum-dialect.ts'
import { removeSmb1 } from './remove-smb1.ts'
import { requireEncryption } from './require-encryption.ts'
import { requireSigning } from './require-signing.ts'
import { requireSpn } from './require-spn.ts'
import { restrictAnonymous } from './restrict-anonymous.ts'
import { uncHardening } from './unc-hardening.ts'

export const CONTROLS: readonly Control[] = [
  removeSmb1,
  disableGuest,
  restrictAnonymous,
  requireSigning,
  requireEncryption,
  minimumDialect,
  blockNtlmv1,
  blockNtlm,
  requireSpn,
  uncHardening,
  blockOutbound,
  disableWebdav,
  kerberosArmoring,
  kerberosAesOnly,
]
