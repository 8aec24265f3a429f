/** NetBIOS session packets, from their prefix on. */
import { bytes } from '../../support/messages.ts'

/** arkime/arkime, tests/pcap/wireshark-smb-on-windows10.pcap, frame 3. */
export const sessionRequest = bytes(`
  810000442046444544464743414341434143414341434143414341434143414341434143410020454545464644454c464545504641434e464744
  4245474542444146464642414100
`)
