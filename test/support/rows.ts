/** Rows of the terminal UI's tables, as tests need them. */
import type { SessionRow } from '../../src/rows/session-row.ts'

export function sessionRow(given: Partial<SessionRow> = {}): SessionRow {
  return {
    id: 's1',
    capture: 'a.pcap',
    connection: 'c1',
    frame: 10,
    lastFrame: 20,
    firstTime: Date.UTC(2024, 4, 1, 10, 42, 7) * 1000,
    lastTime: Date.UTC(2024, 4, 1, 10, 43) * 1000,
    client: '10.0.0.5',
    clientPort: 50_000,
    server: '192.168.1.9',
    serverPort: 445,
    direction: 'internal',
    user: 'Alice',
    domain: 'CORP',
    workstation: 'WS 01',
    auth: 'ntlmv2',
    dialect: '3.0.2',
    serverSigning: 'enabled',
    signed: 'all',
    encrypted: null,
    protection: 'signed',
    cipher: null,
    status: 'established',
    ntStatus: 'STATUS_SUCCESS',
    guest: false,
    anonymous: null,
    messages: 12,
    shares: ['\\\\srv\\Data (old)', '\\\\srv\\IPC$'],
    worst: 'high',
    findings: 2,
    ...given,
  }
}
