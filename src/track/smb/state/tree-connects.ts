/** Tree connects: what was asked for, what came of it, and which messages are on which tree. The same for both families. */
import { isSuccess } from '../../../../dissectors/ntstatus.ts'
import { dropOldest } from '../../../base/drop-oldest.ts'
import type { TreeFacts } from '../../../ledger/smb-facts.ts'
import { hit, type TrackContext } from '../../core/context.ts'
import { OPEN } from '../../open-limit.ts'
import type { PendingRequest } from '../smb-flow.ts'
import type { LiveSession } from './live-session.ts'
import { hasRoomForText } from './session-store.ts'

export interface TreeAnswer {
  treeId: number
  status: number
  shareType: TreeFacts['shareType']
  encryptData: TreeFacts['encryptData']
}

/** `request` is null where it is not in the capture, and with it the path. */
export function answerTree(
  session: LiveSession,
  context: TrackContext,
  request: PendingRequest | null,
  { treeId, status, shareType, encryptData }: TreeAnswer,
): void {
  keepTree(session, context, {
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
  context.opened += OPEN.share
  dropOldest(session.trees, context.limits.treesPerSession * 4)
}

/** Keeps a tree connect, once for each path, kind and outcome. */
export function keepTree(session: LiveSession, context: TrackContext, tree: TreeFacts): void {
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
  if (trees.length >= context.limits.treesPerSession) hit(context, 'treesPerSession', tree.frame)
  else if (hasRoomForText(context)) {
    session.facts.trees = [...trees, tree]
    return
  }
  session.facts.treesNotKept++
}
