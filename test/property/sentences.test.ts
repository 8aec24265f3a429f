/**
 * No sentence of any rule says more than the facts: for every combination of facts that were seen, seen in part and not seen, each message and each
 * piece of evidence is compared with the facts it was made from.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { serverKey } from '../../src/audit/rule/hosts.ts'
import type { Draft } from '../../src/audit/rule/rule.ts'
import { RULES } from '../../src/audit/rules/index.ts'
import { evaluate, startSurveys, survey } from '../../src/audit/surveyed-rule.ts'
import { finalServerSigning, sessionClientSigning } from '../../src/ledger/derived/signing.ts'
import type { PlainLedger } from '../../src/ledger/ledger.ts'
import type { LogonFacts } from '../../src/ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../src/ledger/smb-facts.ts'
import { factsOf } from '../support/audit-facts.ts'
import { cases } from '../support/cases.ts'
import {
  AUTHS,
  at,
  bareConnection,
  counts,
  kerberos,
  ledger,
  logon,
  negotiateRequest,
  negotiateResponse,
  ntlm,
  ntlmChallenge,
  OID_KERBEROS,
  OID_NTLMSSP,
  session,
  smb1,
  smb1Request,
  smb1Response,
  tree,
} from '../support/facts.ts'
import { POLICY as DEFAULT_POLICY } from '../support/findings.ts'

/** A few logons are a burst: the ledgers here are small. */
const POLICY = { ...DEFAULT_POLICY, bruteForce: { window: 300e6, logons: 2, users: 2, servers: 2 } }

/** Its zones forbid every connection, so that every rule has something to say. */
const FORBIDDING = { ...POLICY, zones: { zoneOf: () => 'office', mayReach: () => false } }

const seen = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const frame = fc.integer({ min: 10, max: 40 }).map(at)
const few = fc.constantFrom(0, 0, 1, 2, 7)
const messages = fc.record({ signed: few, unsigned: few, encrypted: few, unread: fc.constantFrom(0, 0, 0, 1, 2) })
const status = fc.constantFrom(0, 0, 0xc000006d, 0xc0000022, 0x00020002, 0x00050001)
const NAMES = ['alice', 'Zoe7', 'guest']
const user = fc.constantFrom<string | null>(...NAMES, '', null)

const connections: fc.Arbitrary<ConnectionFacts> = fc
  .record({
    server: fc.constantFrom('10.0.0.10', '203.0.113.1'),
    client: fc.constantFrom('10.0.0.5', '198.51.100.1'),
    state: fc.constantFrom('attempted', 'refused', 'established', 'midstream'),
    gaps: fc.constantFrom(0, 1),
    serverSeen: fc.boolean(),
    request: seen(
      fc.record({
        dialects: fc.constantFrom<number[]>([0x0202], [0x0202, 0x0210], [0x0311], []),
        dialectsCut: fc.boolean(),
        securityMode: seen(fc.nat(3)),
        ciphers: seen(fc.constantFrom<number[]>([], [2, 1])),
        contextsCut: fc.boolean(),
        capabilities: seen(fc.constantFrom(0x3f, 0x7f)),
        netname: seen(fc.constantFrom('files', '10.0.0.10')),
      }),
    ),
    response: seen(
      fc.record({
        dialect: fc.constantFrom(0x0202, 0x0210, 0x0300, 0x0311),
        securityMode: fc.nat(3),
        cipher: seen(fc.constantFrom(0, 2)),
        contextsCut: fc.boolean(),
        capabilities: seen(fc.constantFrom(0x2f, 0x6f)),
        mechanisms: seen(fc.constantFrom<string[]>([OID_KERBEROS, OID_NTLMSSP], [OID_NTLMSSP], [])),
        mechanismsCut: fc.boolean(),
      }),
    ),
    smb1: seen(
      fc.record({
        list: seen(fc.constantFrom<string[]>(['NT LM 0.12'], ['LANMAN2.1', 'SMB 2.???'], ['SMB 2.002'], [])),
        listCut: fc.boolean(),
        answer: seen(
          fc.record({
            dialectIndex: seen(fc.constantFrom(0, 1, 0xffff)),
            securityMode: seen(fc.nat(15)),
            extendedSecurity: seen(fc.boolean()),
          }),
        ),
        firstAnswer: seen(frame),
        firstUse: seen(frame),
        firstCommand: seen(frame),
      }),
    ),
    end: seen(fc.record({ by: fc.constantFrom('client', 'server'), how: fc.constantFrom('fin', 'rst'), at: frame })),
  })
  .map(({ request, response, smb1: old, ...rest }) => {
    const list = old?.list ?? null
    const index = old?.answer?.dialectIndex ?? null
    return bareConnection({
      ...rest,
      negotiateRequest: request && negotiateRequest(request),
      negotiateResponse: response && negotiateResponse(response),
      firstSmb2: response || request ? at(4) : null,
      smb1:
        old &&
        smb1({
          negotiateRequest: list && smb1Request(list, { dialectsCut: old.listCut }),
          negotiateResponse: old.answer && smb1Response({ ...old.answer, dialect: list?.[index ?? 99] ?? null }),
          firstAnswer: old.firstAnswer && { ...old.firstAnswer, command: 0x72 },
          firstUse: old.firstUse && { ...old.firstUse, command: 0x75 },
          firstCommand: (old.firstCommand ?? old.firstUse) && { ...(old.firstCommand ?? old.firstUse!), command: 0x75 },
        }),
    })
  })

const logons: fc.Arbitrary<LogonFacts> = fc
  .record({
    purpose: fc.constantFrom('first', 'reauthentication', 'binding', 'share'),
    auth: fc.constantFrom(...AUTHS),
    user,
    answer: seen(status),
    share: seen(fc.constant('\\\\files\\team')),
    offered: fc.constantFrom<string[]>([OID_KERBEROS, OID_NTLMSSP], [OID_NTLMSSP], []),
    offeredCut: fc.boolean(),
    guest: seen(fc.boolean()),
    anonymous: seen(fc.boolean()),
    target: seen(fc.constantFrom('cifs/files', 'cifs/10.0.0.10', '')),
    avFlags: seen(fc.constantFrom(0, 2, 6)),
    avPairsCut: fc.boolean(),
    micPresent: seen(fc.boolean()),
    hasTimestamp: seen(fc.boolean()),
    version: seen(fc.constantFrom({ major: 6, minor: 1, build: 7601 }, { major: 10, minor: 0, build: 26_100 })),
    ticketEtype: seen(fc.constantFrom(3, 16, 18, 23)),
    authenticatorEtype: seen(fc.constantFrom(3, 18, 23)),
    userToUser: seen(fc.boolean()),
    error: seen(fc.constantFrom(37, 200, null)),
  })
  .map(({ answer, share, target, avFlags, avPairsCut, micPresent, hasTimestamp, version, ...others }) => {
    const { ticketEtype, authenticatorEtype, userToUser, error, ...rest } = others
    // Empty credentials are those of a null session.
    if (rest.auth === 'anonymous') rest.user = ''
    const facts = logon(rest)
    const pairs = { targetName: target, avFlags, avPairsCut, micPresent, version }
    return logon({
      ...rest,
      ...(rest.auth === 'ntlmv2' && {
        ntlm: ntlm(pairs, { challenge: hasTimestamp === null ? null : ntlmChallenge({ hasTimestamp }) }),
      }),
      ...(facts.kerberos?.apReq && {
        kerberos: kerberos({
          apReq: { ...facts.kerberos.apReq, ticketEtype, authenticatorEtype, userToUser },
          error: error === null ? null : { ...at(7), code: error, realm: null, serverName: null },
        }),
      }),
      ...(rest.purpose === 'share'
        ? { share, user: null, domain: null }
        : { share: null, domain: rest.user && 'CORP' }),
      ntStatus: answer,
      answered: answer === null ? null : at(9),
    })
  })

const sessionsOn = (on: ConnectionFacts): fc.Arbitrary<SessionFacts> =>
  fc
    .record({
      firstFrame: fc.integer({ min: 6, max: 9 }),
      family: fc.constantFrom('smb1', 'smb2'),
      status: fc.constantFrom('established', 'established', 'failed', 'pending', 'unknown'),
      refusal: fc.constantFrom(0xc000006d, 0xc0000022, 0x00020002),
      granted: seen(fc.record({ guest: fc.boolean(), encryptData: fc.boolean() })),
      anonymous: fc.constantFrom(true, false, null),
      logons: fc.array(logons, { maxLength: 3 }),
      setupSigning: seen(fc.constantFrom('enabled', 'required')),
      requests: messages,
      responses: messages,
      firstClearData: seen(frame),
      unsignedAccepted: seen(frame),
      trees: fc.array(
        fc
          .record({
            path: seen(fc.constantFrom('\\\\files\\team', '\\\\dc1\\SYSVOL', '\\\\files\\IPC$')),
            shareType: seen(fc.constantFrom('disk', 'pipe')),
            encryptData: seen(fc.boolean()),
            ntStatus: seen(status),
          })
          .map(tree),
        { maxLength: 2 },
      ),
      logoff: seen(frame),
    })
    .map(({ refusal, granted, anonymous, logons: list, ...rest }) => {
      // A first exchange is one, and the session is of whom it is.
      const first = list.find(({ purpose }) => purpose === 'first') ?? null
      const later = list.filter(({ purpose }) => purpose !== 'first')
      const known = rest.status === 'established'
      const none = rest.status === 'failed' ? false : null
      return session({
        on,
        ...rest,
        user: first?.user ?? null,
        domain: first?.domain ?? null,
        auth: first?.auth ?? 'unknown',
        logons: first === null ? later : [first, ...later],
        guest: known ? (granted?.guest ?? null) : none,
        encryptData: known ? (granted?.encryptData ?? null) : none,
        anonymous: known ? (granted?.guest === true ? false : anonymous) : none,
        decided: known || rest.status === 'failed' ? at(9) : null,
        ntStatus: known ? 0 : rest.status === 'failed' ? refusal : null,
        requests: counts(rest.requests),
        responses: counts(rest.responses),
        firstUnsigned: {
          request: rest.requests.unsigned > 0 ? at(14) : null,
          response: rest.responses.unsigned > 0 ? at(15) : null,
        },
        firstEncrypted: rest.requests.encrypted + rest.responses.encrypted > 0 ? at(16) : null,
        firstClearData: rest.requests.unsigned + rest.responses.unsigned > 0 ? rest.firstClearData : null,
      })
    })

const ledgers: fc.Arbitrary<PlainLedger> = fc
  .uniqueArray(connections, { selector: (c) => c.id, minLength: 1, maxLength: 3 })
  .chain((list) =>
    fc
      .tuple(...list.map((c) => fc.uniqueArray(sessionsOn(c), { selector: (s) => s.id, maxLength: 2 })))
      .map((sessions) => ledger(list, sessions.flat())),
  )

it('no sentence contradicts the facts', () => {
  const said = new Set<string>()
  fc.assert(
    fc.property(ledgers, (facts) => {
      for (const [rule, draft, message, evidence] of sentencesOf(facts)) {
        said.add(rule)
        expectEnglish(message)
        for (const what of evidence) expectEnglish(what, false)
        expectTrue(facts, draft, message, evidence)
      }
    }),
    // Not a tenth of them in the quick run: some rules need many draws.
    { numRuns: 600 },
  )
  expect([...said].sort()).toEqual(RULES.map(({ id }) => id).sort())
})

it('the user of a finding is the one that its message names, or null', () => {
  fc.assert(
    fc.property(ledgers, (facts) => {
      for (const { user: name, message, count, rule } of audit(facts, { policy: FORBIDDING })) {
        const named = NAMES.filter((n) => n !== 'guest' && message.includes(n))
        if (name !== null && named.length > 0) expect(named, message).toContain(name)
        if (name === null && count === 1) expect(named, `${rule}: ${message}`).toEqual([])
      }
    }),
    { numRuns: cases(300) },
  )
})

function* sentencesOf(facts: PlainLedger): Generator<[string, Draft, string, string[]]> {
  const input = factsOf(facts, FORBIDDING)
  const rules = startSurveys(RULES)
  survey(rules, input)
  for (const surveyed of rules) {
    for (const draft of evaluate(surveyed, input)) {
      const { message, evidence } = draft.explain()
      yield [surveyed.rule.id, draft, message, evidence.map(({ what }) => what)]
    }
  }
}

/** One sentence, with the right form for every count, and without values such as "null". */
function expectEnglish(text: string, sentence = true): void {
  if (sentence) expect(text).toMatch(/^(?!an? (?:user|Kerberos|local|anonymous))[^\s].*[^\s.]\.$/s)
  expect(text).not.toMatch(/\bnull (?!session)|undefined|NaN|\(\)| {2}|[;,] ?[;,.]| ;/)
  expect(text).not.toMatch(/(?<![\w.])1 (?:messages|requests|responses|bytes|are)\b/)
  expect(text, text).not.toMatch(/(?<![\w.])(?:0|[2-9]|\d{2,}) (?:message|request|response|byte|is)\b/)
  expect(text).not.toMatch(/(?<![\w.])0 (?:messages|requests|responses)\b/)
}

function expectTrue(
  facts: PlainLedger,
  { connection: c, session: s }: Draft,
  message: string,
  evidence: string[],
): void {
  const text = [message, ...evidence].join('\n')
  const holds = (what: RegExp, fact: boolean) => {
    if (what.test(message)) expect(fact, `${message}\n${JSON.stringify(s ?? c, null, 1)}`).toBe(true)
  }
  holds(/was tried and not answered/, c.state === 'attempted')
  holds(/was refused with a reset/, c.state === 'refused')
  holds(/was in use/, c.state === 'midstream')
  holds(/was established/, c.state === 'established')
  holds(/NEGOTIATE was not seen/, c.smb1?.negotiateResponse === null)
  holds(/what the client offered was not seen/, c.negotiateRequest === null)
  holds(/no answer was seen/, c.negotiateResponse === null && c.smb1?.negotiateResponse === null)
  holds(/speak SMB1/, c.smb1?.firstUse !== null)
  holds(/none was seen to succeed/, c.smb1?.firstUse === null)
  const server = facts.sessions.filter(
    (other) => serverKey(facts.connections.find((x) => x.id === other.connection)!) === serverKey(c),
  )
  holds(
    /can be relayed/,
    server.length === 0 ||
      server.some(({ encryptData }) => encryptData !== true) ||
      server.every(({ guest, anonymous, auth }) => guest || anonymous || auth === 'anonymous'),
  )
  const { negotiateRequest: request, negotiateResponse: response } = c
  holds(
    /on no cipher/,
    response !== null && !(response.cipher !== null && response.cipher > 0 && response.dialect > 0x0302),
  )
  holds(/offered no encryption/, request !== null && (!request.contextsCut || request.capabilities !== null))
  holds(/offered encryption/, request !== null && (request.ciphers !== null || request.capabilities !== null))
  holds(/no cipher in common/, response?.cipher === 0)
  holds(
    /server offers no Kerberos/,
    response?.mechanismsCut === false && response.mechanisms?.includes(OID_KERBEROS) === false,
  )
  holds(/both sides offer Kerberos/, response?.mechanisms?.includes(OID_KERBEROS) === true)
  holds(/without extended security/, c.smb1?.negotiateResponse?.extendedSecurity === false)
  if (s === null) return

  const v2 = s.logons.map(({ ntlm }) => ntlm?.authenticate ?? null).filter((a) => a?.kind === 'ntlmv2')
  holds(
    /offered no Kerberos/,
    s.logons.some((l) => !l.offeredCut && !l.offered.includes(OID_KERBEROS)),
  )
  holds(
    /refused a Kerberos ticket/,
    facts.sessions.some(({ logons }) => logons.some((l) => l.kerberos?.error != null)),
  )
  holds(
    /named the server by its address/,
    v2.some((a) => a?.targetName?.includes('10.0.0.10')) || request?.netname === '10.0.0.10',
  )
  holds(
    /without a MIC/,
    v2.some((a) => ((a?.avFlags ?? 0) & 2) === 0 && !(a?.avFlags === null && a.avPairsCut)),
  )
  holds(
    /taken out on the way/,
    v2.some((a) => ((a?.avFlags ?? 0) & 2) !== 0 && a?.micPresent === false),
  )
  holds(
    /carried a timestamp/,
    s.logons.some(({ ntlm }) => ntlm?.challenge?.hasTimestamp === true),
  )
  holds(
    /without a target name/,
    v2.some((a) => a?.targetName === '' || (a?.targetName === null && !a.avPairsCut)),
  )
  holds(
    /does not trust/,
    v2.some((a) => ((a?.avFlags ?? 0) & 4) !== 0),
  )
  holds(
    /under rc4-hmac/,
    s.logons.some(({ kerberos }) => kerberos?.apReq?.ticketEtype === 23),
  )
  holds(
    /session key of rc4-hmac/,
    s.logons.some(({ kerberos }) => kerberos?.apReq?.authenticatorEtype === 23),
  )
  const others = facts.sessions.flatMap(({ logons }) => logons)
  holds(
    /was refused \d+ logons of /,
    others.filter((l) => [0xc000006d, 0x00020002].includes(l.ntStatus ?? 0) && l.user && l.user !== 'guest').length > 1,
  )
  holds(
    /logged on to \S+ as /,
    s.logons.some((l) => l.ntStatus === 0 && l.guest === false),
  )
  holds(
    /user-to-user/,
    s.logons.some(({ kerberos }) => kerberos?.apReq?.userToUser === true),
  )

  const { requests, responses, logons: list } = s
  const [signed, unsigned, encrypted, unread] = (['signed', 'unsigned', 'encrypted', 'unread'] as const).map(
    (kind) => requests[kind] + responses[kind],
  ) as [number, number, number, number]
  holds(/\bunsigned \(|: unsigned\b/, unsigned > 0 && signed + encrypted === 0)
  holds(/unencrypted/, encrypted === 0 && signed + unsigned + unread > 0)
  holds(/partly signed/, signed > 0)
  holds(/partly encrypted|encrypts its shares/, encrypted > 0)
  holds(/in clear text(?! to)/, signed + unsigned + unread > 0)
  holds(/file data/, s.firstClearData !== null || /without file data/.test(message))
  if (/clear text \(|is unsigned|partly signed/.test(message)) {
    expect(/encrypted \(|\d+ messages? encrypted|encrypts its shares/.test(message), message).toBe(encrypted > 0)
  }
  const first = list.find(({ purpose }) => purpose === 'first')
  const answered = s.status === 'established' || s.status === 'failed'
  holds(/setup was not captured/, !answered && first === undefined)
  holds(/setup was captured only in part/, !answered && first !== undefined)
  holds(/without a user/, !s.user && list.length > 0 && list.every(({ purpose }) => purpose === 'share'))
  holds(/whether it is a guest/, s.guest === null)
  holds(/whether it is .*anonymous/, s.anonymous === null)
  holds(
    /the answer was not seen/,
    list.some((l) => l.answered === null || l.ntStatus === null),
  )
  holds(
    /user whose name was not seen/,
    [s, ...list].some((x) => x.user === null),
  )
  holds(
    /empty name|gave no name/,
    [s, ...list].some((x) => x.user === ''),
  )
  holds(
    /share whose name was not seen/,
    list.some((l) => l.purpose === 'share' && l.share === null),
  )
  holds(/(?<!shares that )must be encrypted, but/, s.encryptData === true)
  holds(
    /shares that must be encrypted/,
    s.trees.some((t) => t.encryptData === true),
  )
  holds(/made .* a guest|granted a guest session/, s.guest === true)
  holds(/a session without credentials/, s.anonymous === true)
  holds(/denied it every share/, s.trees.length > 0 && s.trees.every((t) => t.ntStatus !== null && t.ntStatus !== 0))
  holds(/ended the session unused/, s.trees.length === 0 && signed + unsigned + encrypted + unread === 0)
  holds(
    /^\S+ refused /,
    facts.sessions.some((other) => other.status === 'failed'),
  )
  const policy = [finalServerSigning(c)?.mode ?? null, sessionClientSigning(c, s)] as const
  holds(
    /both sides require signing/,
    policy.every((mode) => mode === 'required'),
  )
  holds(
    /neither side requires signing/,
    policy.every((mode) => mode !== null && mode !== 'required'),
  )
  holds(
    /what the two sides require is not known/,
    policy.every((mode) => mode === null),
  )
  holds(/what the server requires is not known/, policy[0] === null && policy[1] !== null)
  holds(/what the client requires is not known/, policy[1] === null && policy[0] !== null)
  if (/answered with STATUS_SUCCESS/.test(text)) {
    expect(s.ntStatus === 0 || list.some((l) => l.ntStatus === 0), text).toBe(true)
  }
}
