/** Tree connects: what was requested, the result, and which messages are on which tree. The same for both families. */
import { isSuccess } from '../../../../dissectors/ntstatus.ts'
import { dropOldest } from '../../../base/drop-oldest.ts'
import type { TreeFacts } from '../../../ledger/smb-facts.ts'
import type { LiveSession } from './live-session.ts'
import { OPEN_COST } from './open-costs.ts'
import type { PendingTreeConnect } from './pending-requests.ts'
import type { SessionStore } from './session-store.ts'
import type { SmbConnection } from './smb-connection.ts'

export interface TreeAnswer {
  treeId: number
  status: number
  shareType: TreeFacts['shareType']
  encryptData: TreeFacts['encryptData']
}

/** `request` is null where it is not in the capture, and with it the path. */
export function answerTree(
  { context, store }: SmbConnection,
  session: LiveSession,
  request: PendingTreeConnect | null,
  { treeId, status, shareType, encryptData }: TreeAnswer,
): void {
  storeTree(store, session, {
    path: request?.path ?? null,
    shareType,
    encryptData,
    ntStatus: status,
    frame: request?.frame ?? context.frame,
    time: request?.time ?? context.time,
  })
  if (!isSuccess(status)) return
  session.trees ??= new Map()
  session.trees.set(treeId, shareType)
  context.opened += OPEN_COST.share
  dropOldest(session.trees, context.limits.treesPerSession * 4)
}

/** Tree connects whose responses are not in the capture: that they were requested is still a fact. */
export function settlePending({ pending, store }: SmbConnection): void {
  for (const request of pending.takeAll()) {
    if (request.kind !== 'tree-connect' || request.session === null || request.path === null) continue
    const { session, path, frame, time } = request
    storeTree(store, session, { path, shareType: null, encryptData: null, ntStatus: null, frame, time })
  }
}

/** Lists a tree connect with its session, once for each path, kind and outcome. */
function storeTree(store: SessionStore, session: LiveSession, tree: TreeFacts): void {
  const { trees } = session.facts
  for (const t of trees) {
    if (
      t.path === tree.path &&
      t.shareType === tree.shareType &&
      t.ntStatus === tree.ntStatus &&
      t.encryptData === tree.encryptData
    )
      return
  }
  if (store.hasRoomForTree(session, tree)) session.facts.trees = [...trees, tree]
  else session.facts.treesNotKept++
}
