/** What to do when a capture program is missing or may not capture, each in one line. */
import type { CaptureProgram } from '../request/live-capture.ts'

export const INSTALL: Record<CaptureProgram, string> = {
  tcpdump: 'install it: sudo apt install tcpdump (dnf, pacman, apk: the same name)',
  dumpcap: 'install it: sudo apt install wireshark-common (dnf: wireshark-cli, apk: wireshark-common)',
  cap: 'install the libpcap headers (sudo apt install libpcap-dev), then run npm install again where smblens is installed',
}

/** Root starts no program that others may have put there. */
export function replaceable(path: string): string {
  return `root does not start ${path}, which others may change: it and its folders must be root's alone`
}

export function rightsFor(program: CaptureProgram, path: string): string {
  switch (program) {
    case 'tcpdump':
      return `start smblens with sudo, or give tcpdump the right: sudo setcap cap_net_raw,cap_net_admin=eip ${path}`
    case 'dumpcap':
      return (
        'start smblens with sudo, or join the group that may capture: sudo dpkg-reconfigure wireshark-common, ' +
        'then sudo usermod -aG wireshark USER and log in anew'
      )
    case 'cap':
      return 'start smblens with sudo: there is no other way to give cap the right and not the rest of Node'
  }
}
