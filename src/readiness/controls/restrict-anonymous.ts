import { cite, evidence } from '../../audit/rule/evidence.ts'
import { place, who } from '../../audit/rule/wording.ts'
import { messageCount } from '../../ledger/derived/session-use.ts'
import { isConnected } from '../../ledger/derived/shares.ts'
import type { SessionFacts } from '../../ledger/smb-facts.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { breaks, notObserved, type Observation, ready } from '../judging/observation.ts'
import { citeGrant, withoutSession } from '../judging/session-state.ts'
import type { Unit } from '../judging/unit.ts'

export const restrictAnonymous: Control = {
  id: 'restrict-anonymous',
  title: CONTROL_TITLES['restrict-anonymous'],
  guide: 'Disable guest authentication and fallback',
  combines: 'behaviour',
  sided: false,
  hosts: ['client', 'server'],
  unobservable: null,
  *judge(unit) {
    yield withoutSession(unit) ?? judgeSession(unit, unit.session!)
  },
}

function judgeSession({ connection }: Unit, session: SessionFacts): Observation {
  const client = connection.client.ip
  const server = place(connection.server)
  if (session.anonymous === null && session.guest !== true) {
    return notObserved('grant-not-seen', () => `Whether ${client} has a null session on ${server} was not seen.`)
  }
  if (session.anonymous !== true || session.guest === true) {
    return ready('not-null', () => ({
      message: `${server} granted ${client} the session of ${session.guest ? 'a guest' : who(session)}, which is no null session.`,
      evidence: [citeGrant(session)],
    }))
  }
  const tree = session.trees.find(isConnected) ?? null
  if (tree === null && messageCount(session) === 0) {
    return notObserved(
      'null-session-unused',
      () => `${client} has a null session on ${server}; that it reached anything in it was not seen.`,
    )
  }
  return breaks('null-session', () => ({
    message:
      `${client} works with a null session on ${server}${tree?.path ? ` (${tree.path})` : ''}. Windows then refuses what is not listed as ` +
      'open to everybody; Samba refuses IPC$ and leaves shares open that admit guests.',
    evidence: evidence(
      citeGrant(session),
      tree !== null && cite(tree, 'PathName', `TREE_CONNECT ${tree.path ?? 'to a share whose name was not seen'}`),
    ),
    change: `Let ${client} log on with an account, or list on ${server} what must stay open to everybody.`,
  }))
}
