/** Fields for the two ends of a connection. */
import { endpointText } from '../../base/wording.ts'
import type { AddressEnd, AddressField, QueryField } from '../language/field.ts'

interface Server {
  server: string | null
  serverPort: number | null
}

interface Ends {
  client: string
  clientPort: number
  server: string
  serverPort: number
}

export function serverField<Row extends Server>(): AddressField<Row> {
  return {
    key: 'server',
    aliases: ['dst'],
    kind: 'address',
    help: 'address of the server, and its port',
    ends: [serverEnd()],
    long: { mark: ':', get: ({ server, serverPort }) => withPort(server, serverPort) },
  }
}

export function eitherField<Row extends Server>(client: AddressEnd<Row>): AddressField<Row> {
  return {
    key: 'host',
    aliases: ['ip'],
    kind: 'address',
    help: 'address of the client or the server',
    ends: [client, serverEnd()],
    shown: false,
  }
}

/** For rows that have both ends: each end, either end, and the ports. */
export function endFields<Row extends Ends>(): QueryField<Row>[] {
  const client: AddressEnd<Row> = { ip: (row) => row.client, port: (row) => row.clientPort }
  return [
    {
      key: 'client',
      aliases: ['src'],
      kind: 'address',
      help: 'address of the client, and its port',
      ends: [client],
      long: { mark: ':', get: (row) => withPort(row.client, row.clientPort) },
    },
    serverField(),
    eitherField(client),
    { key: 'port', aliases: ['serverport'], kind: 'number', help: 'port of the server', get: (row) => row.serverPort },
    { key: 'clientport', kind: 'number', help: 'port of the client', get: (row) => row.clientPort },
  ]
}

function serverEnd<Row extends Server>(): AddressEnd<Row> {
  return { ip: (row) => row.server, port: (row) => row.serverPort }
}

/** As tables show it: "10.0.0.1:445", "[fe80::1]:445". */
function withPort(ip: string | null, port: number | null): string | null {
  return ip === null || port === null ? null : endpointText({ ip, port })
}
