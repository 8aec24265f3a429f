// A whole SMB session as frames: handshake, negotiate, logon, shares, files, and optionally a logoff.
import * as auth from './auth.mjs'
import * as smb1 from './smb1.mjs'
import * as smb2 from './smb2.mjs'
import { tcpConnection } from './tcp-connection.mjs'

/**
 * The steps of a session, in order: each is the list of frames that one side sends together.
 *
 * `plan`:
 * - client, server: as tcpConnection takes them
 * - smb1: null, or { dialects, index, securityMode, clientOs, clientLanMan, serverOs, serverLanMan }
 * - offered, dialect: numbers (SMB2); cipher, algorithm: ids, of 3.1.1; netname
 * - clientSigning, serverSigning: SecurityMode, 1 enabled, 2 required
 * - auth: 'ntlm', 'kerberos' or 'anonymous'; user, domain, workstation, target (AV pairs), realm, service, etype
 * - refused: NTSTATUS of a logon that fails; guest, encrypted, signed
 * - sessionId, clientGuid, serverGuid, clientOs, serverOs
 * - trees: [{ path, type: 1 disk, 2 pipe, files }]
 * - end: 'logoff', 'fin' or 'open'
 * - bytes(n): n bytes that look random
 */
export function sessionSteps(plan) {
  const tcp = tcpConnection(plan.client, plan.server)
  const steps = tcp.open().map((frame) => [frame])
  const talk = { say: (side, payload) => steps.push(tcp.send(side, payload)), id: 0 }
  if (plan.smb1) playSmb1(plan, talk)
  else playSmb2(plan, talk)
  if (plan.end !== 'open') for (const frame of tcp.close('client')) steps.push([frame])
  return steps
}

/** Tokens of the logon: [from the client, from the server] in turn. The last response to a refused logon has none. */
function logon(plan) {
  if (plan.auth === 'kerberos') {
    const request = auth.clientToken(auth.kerberosRequest(plan), { kerberos: true })
    return [[request, auth.serverToken(auth.kerberosReply(plan), { kerberos: true })]]
  }
  const { target, serverOs, clientOs, bytes } = plan
  const challenge = auth.ntlmChallenge({ challenge: bytes(8), target, os: serverOs })
  const answer = plan.auth === 'anonymous' ? auth.ntlmAnonymous : auth.ntlmAuthenticate
  return [
    [auth.clientToken(auth.ntlmNegotiate(clientOs)), auth.serverToken(challenge, { more: true })],
    [auth.nextToken(answer({ ...plan, os: clientOs })), auth.serverToken(null)],
  ]
}

function playSmb2(plan, talk) {
  const { sessionId, bytes } = plan
  const exchange = (head, request, response, status = 0, signed = false) => {
    const common = { ...head, id: talk.id++ }
    const sign = () => (signed ? bytes(16) : null)
    talk.say('client', smb2.message({ ...common, signature: sign() }, request))
    talk.say('server', smb2.message({ ...common, response: true, status, signature: sign() }, response))
  }
  exchange(
    { command: smb2.COMMAND.NEGOTIATE },
    smb2.negotiateRequest({
      dialects: plan.offered,
      securityMode: plan.clientSigning,
      guid: plan.clientGuid,
      ciphers: [2, 1, 4, 3],
      signing: [2, 1],
      netname: plan.netname,
      bytes,
    }),
    smb2.negotiateResponse({
      dialect: plan.dialect,
      securityMode: plan.serverSigning,
      guid: plan.serverGuid,
      blob: auth.serverOffer({ kerberos: plan.auth === 'kerberos' }),
      cipher: plan.cipher,
      algorithm: plan.algorithm,
      bytes,
    }),
  )
  const tokens = logon(plan)
  const keyed = !plan.guest && plan.auth !== 'anonymous'
  for (const [i, [client, server]] of tokens.entries()) {
    const last = i === tokens.length - 1
    const status = last ? (plan.refused ?? 0) : smb2.STATUS.MORE_PROCESSING_REQUIRED
    const head = { command: smb2.COMMAND.SESSION_SETUP, id: talk.id++ }
    const request = smb2.setupRequest({ securityMode: plan.clientSigning, blob: client })
    talk.say('client', smb2.message({ ...head, sessionId: i === 0 ? 0 : sessionId }, request))
    const flags = last ? (plan.guest ? smb2.GUEST : 0) | (plan.encrypted ? smb2.ENCRYPT_DATA : 0) : 0
    const body = last && plan.refused ? smb2.errorBody() : smb2.setupResponse({ flags, blob: server })
    const signature = last && keyed && !plan.refused ? bytes(16) : null
    talk.say('server', smb2.message({ ...head, response: true, status, sessionId, signature }, body))
  }
  if (plan.refused) return
  if (plan.encrypted) {
    for (const { files } of plan.trees) {
      for (let n = 2 + files * 3; n > 0; n--) {
        talk.say('client', smb2.encrypted({ sessionId, bytes, length: 100 + n * 8 }))
        talk.say('server', smb2.encrypted({ sessionId, bytes, length: 90 + n * 40 }))
      }
    }
    return
  }
  const { COMMAND } = smb2
  for (const [i, { path, type, files }] of plan.trees.entries()) {
    const at = { sessionId, tree: i + 1 }
    // 3.1.1 requires signed tree connects wherever there is a key, [MS-SMB2] 3.3.5.7.
    const sealed = plan.signed || (keyed && plan.dialect === 0x0311)
    exchange({ ...at, command: COMMAND.TREE_CONNECT }, smb2.treeRequest(path), smb2.treeResponse({ type }), 0, sealed)
    for (let file = 0; file < files; file++) {
      const data = bytes(64 + file * 200)
      exchange(
        { ...at, command: COMMAND.CREATE },
        smb2.createRequest(`report-${file}.docx`),
        smb2.createResponse(),
        0,
        plan.signed,
      )
      exchange({ ...at, command: COMMAND.READ }, smb2.readRequest(4096), smb2.readResponse(data), 0, plan.signed)
      exchange({ ...at, command: COMMAND.CLOSE }, smb2.closeRequest(), smb2.closeResponse(), 0, plan.signed)
    }
  }
  if (plan.end === 'logoff')
    exchange({ sessionId, command: COMMAND.LOGOFF }, smb2.emptyBody(), smb2.emptyBody(), 0, plan.signed)
}

function playSmb1(plan, talk) {
  const { COMMAND } = smb1
  const facts = plan.smb1
  const user = plan.sessionId & 0xffff
  const exchange = (head, request, response, status = 0) => {
    const common = { ...head, id: ++talk.id }
    talk.say('client', smb1.message(common, ...request))
    talk.say(
      'server',
      smb1.message({ ...common, user: head.user || head.granted || 0, response: true, status }, ...response),
    )
  }
  const { index, securityMode } = facts
  const blob = auth.serverOffer({ kerberos: false })
  exchange(
    { command: COMMAND.NEGOTIATE },
    smb1.negotiateRequest(facts.dialects),
    smb1.negotiateResponse({ index, securityMode, guid: plan.serverGuid, blob }),
  )
  const tokens = logon(plan)
  for (const [i, [client, server]] of tokens.entries()) {
    const last = i === tokens.length - 1
    const status = last ? (plan.refused ?? 0) : smb2.STATUS.MORE_PROCESSING_REQUIRED
    const action = last && plan.guest ? 1 : 0
    exchange(
      { command: COMMAND.SESSION_SETUP, user: i === 0 ? 0 : user, granted: user },
      smb1.setupRequest({ blob: client, nativeOs: facts.clientOs, nativeLanMan: facts.clientLanMan }),
      last && plan.refused
        ? smb1.nothing()
        : smb1.setupResponse({ blob: server, action, nativeOs: facts.serverOs, nativeLanMan: facts.serverLanMan }),
      status,
    )
  }
  if (plan.refused) return
  for (const [i, { path, type, files }] of plan.trees.entries()) {
    const at = { user, tree: i + 1 }
    exchange(
      { ...at, command: COMMAND.TREE_CONNECT },
      smb1.treeRequest(path),
      smb1.treeResponse(type === 1 ? 'A:' : 'IPC'),
    )
    for (let file = 0; file < files; file++)
      exchange({ ...at, command: COMMAND.READ }, smb1.readRequest(4096), smb1.readResponse(plan.bytes(200)))
  }
  if (plan.end === 'logoff') exchange({ user, command: COMMAND.LOGOFF }, smb1.logoff(), smb1.logoff())
}
