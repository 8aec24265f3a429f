import { cite, evidence, start } from '../../audit/rule/evidence.ts'
import { place } from '../../audit/rule/wording.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { breaks, nothingSeen, notObserved, type Observation, ready } from '../judging/observation.ts'

export const blockOutbound: Control = {
  id: 'block-outbound',
  title: CONTROL_TITLES['block-outbound'],
  guide: 'Restrict outbound SMB destinations',
  combines: 'behaviour',
  sided: false,
  hosts: ['client'],
  unobservable: null,
  attempts: true,
  *judge({ connection }, { policy }) {
    const { client, server, state } = connection
    const direction = policy.networks.direction(client.ip, server.ip)
    if (direction === 'outbound') yield outside(connection)
    else if (state === 'attempted' || state === 'refused') return
    else if (direction === 'internal') yield inside(connection)
    else {
      yield nothingSeen(
        'client-is-outside',
        () => `${client.ip} is not inside the network: what it reaches is not for this control to block.`,
      )
    }
  },
}

function inside(connection: ConnectionFacts): Observation {
  return ready('server-is-inside', () => ({
    message: `${place(connection.server)}, which ${connection.client.ip} uses, is inside the network.`,
    evidence: [cite(start(connection), 'Endpoints', 'first frame of the connection')],
  }))
}

function outside(connection: ConnectionFacts): Observation {
  const { client, server, state, end } = connection
  const first = cite(start(connection), 'Endpoints', 'first frame of the connection')
  if (state === 'attempted') {
    return notObserved(
      'unanswered',
      () => `${client.ip} tried ${place(server)}, outside the network, and no answer was seen.`,
    )
  }
  if (state === 'refused') {
    return ready(
      'refused',
      () => ({
        message: `${client.ip} tried ${place(server)}, outside the network, and was refused.`,
        evidence: evidence(
          end !== null && cite(end.at, 'TcpFlags', `TCP ${end.how.toUpperCase()}`),
          cite(start(connection), 'TcpFlags', 'TCP SYN'),
        ),
      }),
      { credit: 'An attempt to reach SMB outside the network was refused.' },
    )
  }
  return breaks('server-is-outside', () => ({
    message: `${client.ip} uses SMB on ${place(server)}, outside the network.`,
    evidence: [first],
    change: `Reach ${server.ip} through a VPN or SMB over QUIC, allow it by address, or name it in the policy if it is yours.`,
  }))
}
