import { cite, evidence } from '../../audit/rule/evidence.ts'
import { citeSmb1Request, place } from '../../audit/rule/wording.ts'
import { smb1Use } from '../../ledger/derived/dialect.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { breaks, notObserved, type Observation, ready, unseenOf } from '../judging/observation.ts'
import { citeChoice, offersSmb2, refusedSmb1, revisionName } from '../judging/offers.ts'
import { citeGrant } from '../judging/session-state.ts'
import type { Surroundings, Unit } from '../judging/unit.ts'

export const removeSmb1: Control = {
  id: 'remove-smb1',
  title: CONTROL_TITLES['remove-smb1'],
  guide: 'Remove SMB 1.0',
  combines: 'behaviour',
  sided: false,
  hosts: ['client', 'server'],
  unobservable: null,
  *judge(unit, surroundings) {
    const use = smb1Use(unit.connection)
    if (use !== null) yield inSmb1(unit.connection, surroundings)
    else yield withoutSmb1(unit)
  },
}

function inSmb1(connection: ConnectionFacts, { smb2Answer }: Surroundings): Observation {
  const { client, server, smb1 } = connection
  const request = smb1?.negotiateRequest ?? null
  const offers = offersSmb2(connection)
  const offer = () => evidence(citeChoice(connection), request !== null && citeSmb1Request(request))
  if (offers === null) {
    return notObserved(
      'offer-not-seen',
      () =>
        `${client.ip} uses SMB1 on ${place(server)}; whether it can do better was not seen: its NEGOTIATE was not captured.`,
    )
  }
  if (!offers) {
    return breaks('client-offers-smb1-only', () => ({
      message: `${client.ip} uses SMB1 on ${place(server)} and offers nothing newer.`,
      evidence: offer(),
      change: `Update ${client.ip}, or set it to SMB2 and SMB3, or replace it.`,
    }))
  }
  const elsewhere = smb2Answer(server.ip)
  if (elsewhere !== null) {
    const answer = elsewhere.negotiateResponse!
    return ready('both-speak-smb2', () => ({
      message:
        `${place(server)} chose SMB1 for ${client.ip}, though the client offered SMB2 and the server answers in it ` +
        'elsewhere: without SMB1 both have SMB2 left.',
      evidence: [
        ...offer(),
        {
          ...cite(answer, 'DialectRevision', `NEGOTIATE response, ${revisionName(answer.dialect)}`),
          capture: elsewhere.capture,
        },
      ],
    }))
  }
  return breaks('server-chose-smb1', () => ({
    message: `${place(server)} chose SMB1 for ${client.ip}, though the client offered SMB2: the server showed nothing newer.`,
    evidence: offer(),
    change: `Update ${place(server)}, or switch SMB2 and SMB3 on there, or replace it.`,
  }))
}

function withoutSmb1({ connection, session }: Unit): Observation {
  const { client, server, negotiateResponse, firstTransform, firstSmb2, smb1 } = connection
  const request = smb1?.negotiateRequest ?? null
  const credit = request?.dialects.includes('NT LM 0.12')
    ? 'The server answered in SMB2 where SMB1 was offered too.'
    : null
  if (negotiateResponse !== null) {
    return ready(
      'negotiated-smb2',
      () => ({
        message: `${client.ip} and ${place(server)} agreed on ${revisionName(negotiateResponse.dialect)}.`,
        evidence: evidence(citeChoice(connection)),
      }),
      { credit },
    )
  }
  const inUse = session !== null && (session.status === 'established' || session.status === 'unknown')
  const at = firstTransform ?? firstSmb2
  if (at !== null && (firstTransform !== null || (inUse && session.family === 'smb2'))) {
    return ready('speaks-smb2', () => ({
      message: `${client.ip} and ${place(server)} speak SMB2 or SMB3; the negotiation was not seen.`,
      evidence: evidence(cite(at, 'Command', 'first SMB2 message'), session !== null && citeGrant(session)),
    }))
  }
  if (refusedSmb1(connection) && request !== null && offersSmb2(connection) === false) {
    return breaks(
      'refused-today',
      () => ({
        message: `${client.ip} offers SMB1 alone, and ${place(server)} refuses it already.`,
        evidence: evidence(
          citeSmb1Request(request),
          smb1?.negotiateResponse != null && cite(smb1.negotiateResponse, 'DialectIndex', 'DialectIndex 0xFFFF'),
        ),
        change: `Update ${client.ip}, or set it to SMB2 and SMB3, or replace it.`,
      }),
      { credit: 'The server refused SMB1.' },
    )
  }
  return unseenOf(session)(
    'dialect-not-seen',
    () => `Which dialect ${client.ip} and ${place(server)} use was not seen.`,
  )
}
