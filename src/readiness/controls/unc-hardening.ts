import { cite, type EvidenceDraft, evidence } from '../../audit/rule/evidence.ts'
import { place, who } from '../../audit/rule/wording.ts'
import { listed } from '../../base/wording.ts'
import { clearMessages, firstClearMessage, protectionOf } from '../../ledger/derived/protection.ts'
import { isConnected } from '../../ledger/derived/shares.ts'
import { earliest } from '../../ledger/frame-ref.ts'
import type { ConnectionFacts, SessionFacts, TreeFacts } from '../../ledger/smb-facts.ts'
import type { HardenedPath } from '../../policy/policy.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { logonFrame, logonsOf, succeeded } from '../judging/logons-seen.ts'
import { breaks, nothingSeen, notObserved, type Observation, ready } from '../judging/observation.ts'
import { citeGrant, keylessName, keylessOf } from '../judging/session-state.ts'

/** Paths that the policy hardens, each share by itself. A path inside an encrypted session is hidden, and no row is made of it. */
export const uncHardening: Control = {
  id: 'unc-hardening',
  title: CONTROL_TITLES['unc-hardening'],
  guide: 'Use UNC hardening to require signing, encryption, and mutual authentication',
  combines: 'behaviour',
  sided: false,
  hosts: ['client', 'server'],
  unobservable: null,
  *judge({ connection, session }, { policy }) {
    if (session === null) return
    for (const tree of session.trees) {
      const { path } = tree
      const asked = path === null ? [] : policy.hardenedPaths.filter((hardened) => hardened.matches(path))
      if (path !== null && asked.length > 0) yield judgeTree(connection, session, { ...tree, path }, asked)
    }
  },
}

type HardenedTree = TreeFacts & { path: string }

/**
 * Whether one requirement was met; `met` is null where that was not seen. "possible": nobody asked for it yet, and both sides were seen to be able to: a client
 * that hardens the path asks for it.
 */
interface Check {
  met: boolean | 'possible' | null
  reason: string
  /** To be read after "it is reached ". */
  words: string
  evidence: EvidenceDraft[]
}

function judgeTree(
  connection: ConnectionFacts,
  session: SessionFacts,
  tree: HardenedTree,
  asked: readonly HardenedPath[],
): Observation {
  const { path, ntStatus } = tree
  const placed = { share: path }
  const name = `${connection.client.ip} as ${who(session)}`
  if (ntStatus === null) {
    return notObserved('answer-not-seen', () => `Whether ${name} reached ${path} was not seen.`, placed)
  }
  if (!isConnected(tree)) {
    return nothingSeen('share-refused', () => `${place(connection.server)} refused ${name} the share ${path}.`, placed)
  }
  const checks = [
    asked.some(({ mutualAuthentication }) => mutualAuthentication) && mutualAuthentication(session),
    asked.some(({ integrity }) => integrity) && integrity(session),
    asked.some(({ privacy }) => privacy) && privacy(session, tree),
  ].filter((check) => check !== false)
  const cited = cite(tree, 'PathName', `TREE_CONNECT ${path}`)
  const failed = checks.filter(({ met }) => met === false)
  if (failed.length > 0) {
    return breaks(
      failed[0]!.reason,
      () => ({
        message: `${name} reaches ${path} ${listed(failed.map(({ words }) => words))}.`,
        evidence: evidence(cited, ...failed.flatMap((check) => check.evidence)),
        change: `Let ${connection.client.ip} reach ${path} with Kerberos, by the name of the server, and with signing or encryption.`,
      }),
      placed,
    )
  }
  const open = checks.find(({ met }) => met === null)
  if (open !== undefined) {
    return notObserved(open.reason, () => `${name} reaches ${path}; ${open.words} was not seen.`, placed)
  }
  const possible = checks.filter(({ met }) => met === 'possible')
  if (possible.length > 0) {
    return ready(
      possible[0]!.reason,
      () => ({
        message: `${name} reaches ${path} ${listed(possible.map(({ words }) => words))}.`,
        evidence: evidence(cited, ...possible.flatMap((check) => check.evidence)),
      }),
      placed,
    )
  }
  return ready(
    'protected',
    () => ({
      message: `${name} reaches ${path} with all that is required of it.`,
      evidence: evidence(cited, ...checks.flatMap((check) => check.evidence)),
    }),
    { ...placed, credit: 'A hardened path was reached with all that is required of it.' },
  )
}

/** Kerberos with the mutual flag, answered with success. */
function mutualAuthentication(session: SessionFacts): Check {
  const keyless = keylessOf(session)
  if (keyless === 'guest' || keyless === 'null') {
    return failedCheck('no-mutual-authentication', `with ${keylessName(keyless)}`, citeGrant(session))
  }
  const { logons, complete } = logonsOf(session)
  const other = logons.find(({ auth }) => auth !== 'kerberos' && auth !== 'negoex' && auth !== 'unknown')
  if (other !== undefined)
    return failedCheck('no-mutual-authentication', 'without mutual authentication', logonFrame(other))
  const oneWay = logons.find(({ kerberos }) => kerberos?.apReq?.mutualRequired === false)
  if (oneWay !== undefined) {
    return failedCheck(
      'no-mutual-authentication',
      'with Kerberos that does not ask the server for proof',
      logonFrame(oneWay),
    )
  }
  const proved =
    complete && logons.every((logon) => logon.kerberos?.apReq?.mutualRequired === true && succeeded(logon) === true)
  if (!proved) return { met: null, reason: 'logon-not-seen', words: 'how the logon went', evidence: [] }
  return { met: true, reason: 'protected', words: '', evidence: [logonFrame(logons[0]!)] }
}

function integrity(session: SessionFacts): Check {
  const { firstUnsigned, firstSigned, firstEncrypted } = session
  const unsigned = earliest(firstUnsigned.request, firstUnsigned.response)
  if (unsigned !== null) {
    const field = unsigned === firstUnsigned.request ? 'RequestSignature' : 'ResponseSignature'
    return unsignedMessages(session, cite(unsigned, field, 'unsigned message'))
  }
  const protection = protectionOf(session)
  const shown = earliest(firstSigned.request, firstSigned.response, firstEncrypted)
  if ((protection !== 'signed' && protection !== 'encrypted') || shown === null) {
    return {
      met: null,
      reason: 'protection-not-seen',
      words: 'whether its messages are signed or encrypted',
      evidence: [],
    }
  }
  const what = shown === firstEncrypted ? 'first encrypted message' : 'first signed message'
  return { met: true, reason: 'protected', words: '', evidence: [cite(shown, 'Command', what)] }
}

/** A client that hardens the path requires signing, and both sides sign then if they can. A session without a key cannot be signed. */
function unsignedMessages(session: SessionFacts, shown: EvidenceDraft): Check {
  const keyless = keylessOf(session)
  if (keyless === 'guest' || keyless === 'null')
    return failedCheck('no-integrity', 'neither signed nor encrypted', shown)
  const { request, response } = session.firstSignature
  if (request === null || response === null) {
    const words = `whether ${request === null ? 'the client' : 'the server'} can sign`
    return { met: null, reason: 'signing-not-seen', words, evidence: [] }
  }
  return {
    met: 'possible',
    reason: 'can-sign',
    words: 'neither signed nor encrypted today, and both sides were seen to sign: they do if it is required',
    evidence: [
      shown,
      cite(request, 'RequestSignature', 'signed request'),
      cite(response, 'ResponseSignature', 'signed response'),
    ],
  }
}

function privacy(session: SessionFacts, tree: TreeFacts): Check {
  const { firstEncrypted, encryptData } = session
  const required = encryptData === true || tree.encryptData === true
  if (required && firstEncrypted !== null) {
    return {
      met: true,
      reason: 'protected',
      words: '',
      evidence: [cite(firstEncrypted, 'Command', 'first encrypted message')],
    }
  }
  const clear = firstClearMessage(session)
  if (encryptData === false && tree.encryptData === false && clear !== null && clearMessages(session) > 0) {
    return failedCheck('no-privacy', 'without encryption', cite(clear, 'Command', 'message in clear text'))
  }
  return { met: null, reason: 'protection-not-seen', words: 'whether it is encrypted', evidence: [] }
}

function failedCheck(reason: string, words: string, shown: EvidenceDraft): Check {
  return { met: false, reason, words, evidence: [shown] }
}
