/** The share that a tree is connected to. */
import { isSuccess } from '../../../dissectors/ntstatus.ts'
import type { SessionFacts, TreeFacts } from '../smb-facts.ts'

const IPC = /(?:^|\\)IPC\$$/i
const POLICY_SHARE = /\\(?:SYSVOL|NETLOGON)$/i

export function isIpc({ shareType, path }: TreeFacts): boolean {
  return shareType === 'pipe' || (path !== null && IPC.test(path))
}

/** SYSVOL and NETLOGON: the shares from which domain members read their policies and logon scripts. */
export function isPolicyShare({ path }: TreeFacts): boolean {
  return path !== null && POLICY_SHARE.test(path)
}

export function isConnected({ ntStatus }: TreeFacts): boolean {
  return ntStatus !== null && isSuccess(ntStatus)
}

/** Paths of the shares of a session, without IPC$. Empty if one of them was not seen: what is said of the session may be about that one. */
export function sharesOf({ trees, treesNotKept }: SessionFacts): string[] {
  const shares = trees.filter((tree) => !isIpc(tree))
  if (treesNotKept > 0 || shares.some(({ path }) => path === null)) return []
  return shares.flatMap(({ path }) => path ?? [])
}
