/** SMB over TCP, as the tracker's list of protocols has it: [MS-SMB2] 2.1, and over NetBIOS RFC 1002. */
import type { StreamProtocol } from '../core/protocol.ts'
import { HEAD, isMessageStart, mayBeSmb } from './nbss-packet.ts'
import { SmbTracker } from './smb-tracker.ts'
import { SMB_PORT } from './state/connection-store.ts'

export const smb: StreamProtocol = {
  name: 'smb',
  ports: [SMB_PORT.DIRECT_TCP, SMB_PORT.NETBIOS_SESSION],
  mayStart: mayBeSmb,
  starts: isMessageStart,
  recognisableBytes: HEAD,
  track(context) {
    return new SmbTracker(smb, context)
  },
}
