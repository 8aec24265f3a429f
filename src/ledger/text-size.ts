/**
 * About how many characters facts hold beyond the few that all of them have: what a sender can make long. Limits on memory use it. It is asked for
 * often, so the fields are named here: to walk over whole entries takes three times as long. test/ledger/text-size.test.ts finds a field that is
 * missing.
 */
import type { LogonFacts } from './logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from './smb-facts.ts'

/** The frames, numbers and names of a share or a logon that are always there. */
const SHARE = 64
const LOGON = 512
/** The size of a number in a list, and the overhead of a text in a list. */
const NUMBER = 8

export function sessionText({ user, domain, workstation, nativeOs, connections, trees, logons }: SessionFacts): number {
  let text = length(user) + length(domain) + length(workstation) + length(nativeOs.client) + length(nativeOs.server)
  for (const connection of connections) text += connection.length
  for (const { path } of trees) text += SHARE + length(path)
  for (const logon of logons) text += logonText(logon)
  return text
}

export function logonText({ user, domain, workstation, share, offered, ntlm, kerberos }: LogonFacts): number {
  let text = LOGON + length(user) + length(domain) + length(workstation) + length(share)
  for (const mechanism of offered) text += mechanism.length
  const challenge = ntlm?.challenge
  if (challenge) {
    const { nbComputer, nbDomain, dnsComputer, dnsDomain } = challenge
    text += length(nbComputer) + length(nbDomain) + length(dnsComputer) + length(dnsDomain)
  }
  const authenticate = ntlm?.authenticate
  if (authenticate) {
    const { user: name, domain: realm, workstation: host, targetName } = authenticate
    text += length(name) + length(realm) + length(host) + length(targetName)
  }
  text += length(kerberos?.apReq?.realm) + length(kerberos?.apReq?.serverName)
  text += length(kerberos?.error?.realm) + length(kerberos?.error?.serverName)
  return text + length(kerberos?.proxied?.realm)
}

export function connectionText(facts: ConnectionFacts): number {
  const { smb1, negotiateRequest, negotiateResponse, validateNegotiate } = facts
  let text = listText(smb1?.negotiateRequest?.dialects) + listText(negotiateResponse?.mechanisms)
  if (negotiateRequest !== null) {
    const { dialects, ciphers, signingAlgorithms, hashAlgorithms, compressionAlgorithms, netname } = negotiateRequest
    const numbers = length(ciphers) + length(signingAlgorithms) + length(hashAlgorithms) + length(compressionAlgorithms)
    text += length(netname) + (dialects.length + numbers) * NUMBER
  }
  return (
    text + (length(negotiateResponse?.compressionAlgorithms) + length(validateNegotiate?.request?.dialects)) * NUMBER
  )
}

function listText(texts: readonly string[] | null | undefined): number {
  let text = 0
  for (const one of texts ?? NONE) text += NUMBER + one.length
  return text
}

function length(text: { length: number } | null | undefined): number {
  return text?.length ?? 0
}

const NONE: readonly string[] = []
