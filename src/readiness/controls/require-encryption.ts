import { DIALECT_3_0, DIALECT_3_1_1 } from '../../../dissectors/smb2/dialects.ts'
import { SMB2_GLOBAL_CAP } from '../../../dissectors/smb2/negotiate.ts'
import { cipherName } from '../../../dissectors/smb2/negotiate-contexts.ts'
import { cite, type EvidenceDraft, evidence } from '../../audit/rule/evidence.ts'
import { hex, place } from '../../audit/rule/wording.ts'
import { nameOrNumber } from '../../ledger/derived/identifier.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { breaks, type Explained, type Observation, ready, unseenOf } from '../judging/observation.ts'
import { chosenVersion, citeChoice, citeOffer, highestName, offeredRevisions, revisionName } from '../judging/offers.ts'
import { citeGrant, keylessName, keylessOf } from '../judging/session-state.ts'
import type { Unit } from '../judging/unit.ts'

/**
 * An offer of ciphers counts: a client that is set to no encryption may offer them all the same, and encrypts when the server asks for it. 3.0 and 3.0.2 have
 * a capability instead. A session without a key is refused, whatever was offered.
 */
export const requireEncryption: Control = {
  id: 'require-encryption',
  title: CONTROL_TITLES['require-encryption'],
  guide: 'Use UNC hardening to require signing, encryption, and mutual authentication',
  combines: 'capability',
  sided: true,
  hosts: ['client', 'server'],
  unobservable: null,
  *judge(unit) {
    yield judge(unit, 'server', clientAbility(unit.connection))
    yield judge(unit, 'client', serverAbility(unit.connection))
  },
}

/** What an end can do by its words; null where they do not show it. */
interface Ability {
  able: boolean | null
  reason: string
  /** To be read after the names of the two ends. */
  explain(): Explained
}

/** @param side the end that enforces it */
function judge(unit: Unit, side: 'client' | 'server', { able, reason, explain }: Ability): Observation {
  const { connection, session } = unit
  const placed = { side }
  const keyless = session === null ? 'unknown' : keylessOf(session)
  if (session !== null && (keyless === 'guest' || keyless === 'null')) return withoutKey(unit, keyless, side)
  // Whatever it does: the other end goes by the words ([MS-SMB2] 3.3.5.5).
  if (able === false) return breaks(reason, explain, placed)
  if (session?.firstEncrypted != null) {
    const at = session.firstEncrypted
    const obeyed = session.encryptData === true && session.requests.unsigned + session.requests.signed === 0
    return ready(
      'encrypts',
      () => ({
        message: `${connection.client.ip} and ${place(connection.server)} encrypt.`,
        evidence: [cite(at, 'Command', 'first encrypted message')],
      }),
      {
        side,
        credit:
          obeyed && side === 'server' ? 'The server required encryption for the session, and the client obeyed.' : null,
      },
    )
  }
  if (able === null) return unseenOf(session)(reason, () => explain().message, placed)
  if (keyless === 'unknown') {
    return unseenOf(session)(
      'grant-not-seen',
      () => `${explain().message} Whether a session of a user followed, which has a key, was not seen.`,
      placed,
    )
  }
  // A session of a user has a key, and without one nothing is encrypted.
  const explained = () => {
    const { message, evidence: offer } = explain()
    return { message, evidence: [...offer, citeGrant(session!)] }
  }
  return ready(reason, explained, placed)
}

function withoutKey({ connection, session }: Unit, keyless: 'guest' | 'null', side: 'client' | 'server'): Observation {
  const client = connection.client.ip
  const server = place(connection.server)
  return breaks(
    keyless === 'guest' ? 'guest-has-no-key' : 'null-session-has-no-key',
    () => ({
      message: `${client} works with ${keylessName(keyless)} on ${server}, which has no key to encrypt with.`,
      evidence: [citeGrant(session!)],
      change: `Let ${client} log on to ${server} with an account.`,
    }),
    { side },
  )
}

function clientAbility(connection: ConnectionFacts): Ability {
  const client = connection.client.ip
  const server = place(connection.server)
  const { negotiateRequest: request } = connection
  const offered = offeredRevisions(connection)
  const chosen = chosenVersion(connection)
  const say = (able: boolean | null, reason: string, text: string, change: string | null = null): Ability => ({
    able,
    reason,
    explain: () => ({ message: `${client} ${text}.`, evidence: evidence(citeOffer(connection)), change }),
  })
  const update = `Update ${client}, or raise the highest dialect that it is set to, and switch encryption on there.`
  if (offered !== null && !offered.some((dialect) => dialect >= DIALECT_3_0)) {
    return say(
      false,
      'offers-no-dialect-that-encrypts',
      `offers ${server} no more than ${highestName(offered)}, which cannot encrypt`,
      update,
    )
  }
  if (request === null || offered === null) {
    return say(null, 'offer-not-seen', `was not seen to offer ${server} a dialect and a cipher that encrypt`)
  }
  const in311 = cipherOffer(request)
  const in30 = request.capabilities === null ? null : (request.capabilities & SMB2_GLOBAL_CAP.ENCRYPTION) !== 0
  const able = byDialect(chosen, offered, in311, in30)
  if (able === true) return say(true, 'offers-encryption', `offers ${server} encryption${ciphersText(request.ciphers)}`)
  if (able === null)
    return say(null, 'cipher-offer-unclear', `offers ${server} dialects that can encrypt; whether it can was not seen`)
  const what =
    in311 === false && (chosen === null || chosen === DIALECT_3_1_1)
      ? 'no cipher'
      : 'no encryption (CAP_ENCRYPTION is clear)'
  return say(
    false,
    what === 'no cipher' ? 'offers-no-cipher' : 'no-encryption-capability',
    `offers ${server} ${what}`,
    update,
  )
}

/** What the dialect that the server would choose needs: ciphers in 3.1.1, the capability in 3.0 and 3.0.2. */
function byDialect(
  chosen: number | 'smb1' | null,
  offered: readonly number[],
  in311: boolean | null,
  in30: boolean | null,
): boolean | null {
  const has311 = offered.includes(DIALECT_3_1_1)
  const has30 = offered.some((dialect) => dialect >= DIALECT_3_0 && dialect < DIALECT_3_1_1)
  if (chosen === DIALECT_3_1_1) return in311
  if (chosen !== null && chosen !== 'smb1' && chosen >= DIALECT_3_0) return in30
  if (!has30) return in311
  if (!has311) return in30
  return in311 === in30 ? in311 : null
}

function cipherOffer({ ciphers, contextsCut }: NonNullable<ConnectionFacts['negotiateRequest']>): boolean | null {
  if (ciphers !== null && ciphers.length > 0) return true
  return contextsCut ? null : false
}

function ciphersText(ciphers: readonly number[] | null): string {
  return ciphers === null || ciphers.length === 0
    ? ''
    : ` with ${ciphers.map((id) => nameOrNumber(cipherName, id)).join(', ')}`
}

function serverAbility(connection: ConnectionFacts): Ability {
  const client = connection.client.ip
  const server = place(connection.server)
  const { negotiateRequest: request, negotiateResponse: response } = connection
  const offered = offeredRevisions(connection)
  const chosen = chosenVersion(connection)
  const say = (able: boolean | null, reason: string, text: string, what: EvidenceDraft | null = null): Ability => ({
    able,
    reason,
    explain: () => ({
      message: `${server} ${text}.`,
      evidence: evidence(what ?? citeChoice(connection), citeOffer(connection)),
      change: able === false ? `Update ${server}, or switch SMB 3 and encryption on there.` : null,
    }),
  })
  if (chosen === null) return say(null, 'choice-not-seen', `was not seen to choose a dialect for ${client}`)
  if (chosen === 'smb1' || chosen < DIALECT_3_0 || response === null) {
    const could = offered?.some((dialect) => dialect >= DIALECT_3_0) === true
    return could
      ? say(false, 'chose-no-dialect-that-encrypts', `chose ${revisionName(chosen)} for ${client}, which offered SMB 3`)
      : say(null, 'not-offered-smb3', `chose ${revisionName(chosen)}; ${client} was not seen to offer it SMB 3`)
  }
  if (chosen >= DIALECT_3_1_1) {
    const { cipher, contextsCut } = response
    if (cipher) return say(true, 'chose-cipher', `chose ${nameOrNumber(cipherName, cipher)} for ${client}`)
    if (contextsCut && cipher === null)
      return say(
        null,
        'cipher-not-captured',
        `chose SMB 3.1.1 for ${client}; whether it chose a cipher was not captured`,
      )
    return request !== null && cipherOffer(request) === true
      ? say(false, 'chose-no-cipher', `chose none of the ciphers that ${client} offered`)
      : say(null, 'not-offered-cipher', `was not seen to be offered a cipher by ${client}`)
  }
  const capability = (response.capabilities ?? 0) & SMB2_GLOBAL_CAP.ENCRYPTION
  const shown = () =>
    cite(
      response,
      'DialectRevision',
      `NEGOTIATE response, ${revisionName(chosen)}, Capabilities ${hex(response.capabilities ?? 0, 8)}`,
    )
  if (capability) return say(true, 'has-encryption-capability', `says to ${client} that it can encrypt`, shown())
  const asked = request !== null && ((request.capabilities ?? 0) & SMB2_GLOBAL_CAP.ENCRYPTION) !== 0
  return asked && response.capabilities !== null
    ? say(
        false,
        'server-has-no-encryption-capability',
        `cannot encrypt, which it says to ${client}, which can`,
        shown(),
      )
    : say(null, 'not-offered-encryption', `was not seen to be offered encryption by ${client}`)
}
