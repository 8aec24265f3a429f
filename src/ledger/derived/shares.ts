/** Which share a tree is on. */
import { isSuccess } from '../../../dissectors/ntstatus.ts'
import type { TreeFacts } from '../smb-facts.ts'

const IPC = /(?:^|\\)IPC\$$/i
const POLICY_SHARE = /\\(?:SYSVOL|NETLOGON)$/i

export function isIpc({ shareType, path }: TreeFacts): boolean {
  return shareType === 'pipe' || (path !== null && IPC.test(path))
}

/** SYSVOL and NETLOGON: what domain members take their policies and logon scripts from. */
export function isPolicyShare({ path }: TreeFacts): boolean {
  return path !== null && POLICY_SHARE.test(path)
}

export function isConnected({ ntStatus }: TreeFacts): boolean {
  return ntStatus !== null && isSuccess(ntStatus)
}
