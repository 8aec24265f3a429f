import { DIALECT_3_1_1 } from '../../../dissectors/smb2/dialects.ts'
import { evidence } from '../../audit/rule/evidence.ts'
import { place } from '../../audit/rule/wording.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { breaks, notObserved, type Observation, ready, unseenOf } from '../judging/observation.ts'
import { chosenVersion, citeChoice, citeOffer, highestName, offeredRevisions, revisionName } from '../judging/offers.ts'
import type { Unit } from '../judging/unit.ts'

export const minimumDialect: Control = {
  id: 'minimum-dialect-311',
  title: CONTROL_TITLES['minimum-dialect-311'],
  guide: 'Use SMB 3.1.1',
  combines: 'capability',
  sided: true,
  hosts: ['client', 'server'],
  unobservable: null,
  *judge(unit) {
    yield ofClient(unit)
    yield ofServer(unit)
  },
}

/** Enforced by the server: does the client offer it? */
function ofClient({ connection, session }: Unit): Observation {
  const side = { side: 'server' } as const
  const client = connection.client.ip
  const server = place(connection.server)
  if (chosenVersion(connection) === DIALECT_3_1_1) {
    return ready(
      'uses-3.1.1',
      () => ({ message: `${client} uses SMB 3.1.1 on ${server}.`, evidence: evidence(citeChoice(connection)) }),
      side,
    )
  }
  const offered = offeredRevisions(connection)
  if (offered === null) {
    return unseenOf(session)(
      'offer-not-seen',
      () => `The dialects that ${client} offers ${server} were not seen, or in part.`,
      side,
    )
  }
  if (offered.includes(DIALECT_3_1_1)) {
    return ready(
      'offers-3.1.1',
      () => ({ message: `${client} offers ${server} SMB 3.1.1.`, evidence: evidence(citeOffer(connection)) }),
      side,
    )
  }
  return breaks(
    'offers-no-3.1.1',
    () => ({
      message: `${client} offers ${server} no more than ${highestName(offered)}.`,
      evidence: evidence(citeOffer(connection)),
      change: `Update ${client}, or raise the highest dialect that it is set to.`,
    }),
    side,
  )
}

/** Enforced by the client: does the server choose it? */
function ofServer({ connection, session }: Unit): Observation {
  const side = { side: 'client' } as const
  const client = connection.client.ip
  const server = place(connection.server)
  const chosen = chosenVersion(connection)
  if (chosen === null) {
    return unseenOf(session)(
      'choice-not-seen',
      () => `The dialect that ${server} chose for ${client} was not seen.`,
      side,
    )
  }
  if (chosen === DIALECT_3_1_1) {
    return ready(
      'chose-3.1.1',
      () => ({ message: `${server} chose SMB 3.1.1 for ${client}.`, evidence: evidence(citeChoice(connection)) }),
      side,
    )
  }
  const offered = offeredRevisions(connection)
  if (offered === null || !offered.includes(DIALECT_3_1_1)) {
    return notObserved(
      'not-offered-3.1.1',
      () => `Whether ${server} speaks SMB 3.1.1 was not seen: ${client} was not seen to offer it.`,
      side,
    )
  }
  return breaks(
    'chose-no-3.1.1',
    () => ({
      message: `${server} chose ${revisionName(chosen)} for ${client}, which offered SMB 3.1.1.`,
      evidence: evidence(citeChoice(connection), citeOffer(connection)),
      change: `Update ${server}, or raise the highest dialect that it is set to.`,
    }),
    side,
  )
}
