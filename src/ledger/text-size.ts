/** About how many characters facts hold beyond the few that all of them have: what an attacker may make of them. */

import type { LogonFacts } from './logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from './smb-facts.ts'

/** Of the frames, numbers and names of a share or a logon that are always there. */
const SHARE = 64
const LOGON = 512
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
  for (const ticket of [kerberos?.apReq, kerberos?.error]) text += length(ticket?.realm) + length(ticket?.serverName)
  return text + length(kerberos?.proxied?.realm)
}

export function connectionText({ smb1, negotiateRequest, negotiateResponse }: ConnectionFacts): number {
  let text = 0
  for (const dialect of smb1?.negotiateRequest?.dialects ?? []) text += NUMBER + dialect.length
  for (const mechanism of negotiateResponse?.mechanisms ?? []) text += NUMBER + mechanism.length
  if (negotiateRequest !== null) {
    const { dialects, ciphers, signingAlgorithms, hashAlgorithms, compressionAlgorithms, netname } = negotiateRequest
    text += length(netname) + dialects.length * NUMBER
    for (const list of [ciphers, signingAlgorithms, hashAlgorithms, compressionAlgorithms])
      text += length(list) * NUMBER
  }
  return text
}

function length(text: { length: number } | null | undefined): number {
  return text?.length ?? 0
}
