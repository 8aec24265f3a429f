// Makes hostile-names.pcapng: sessions in which every name attacks the program that shows it.
//
// usage: node hostile-names.mjs      writes to the folder above, or to the folder OUT; needs nothing but Node
import { writeFileSync } from 'node:fs'
import { sessionSteps } from './build/session.mjs'
import { pcapng } from './pcap.mjs'
import { below, seeded } from './variants/random.mjs'

const START = Date.UTC(2026, 0, 5, 9) * 1000
const ESC = '\x1b'
const BEL = '\x07'

/** One theme a session: each is put into users, domains, workstations, shares and host names. `oem` goes where SMB1 has single bytes. */
const THEMES = [
  { name: 'colour', text: `${ESC}[31mred${ESC}[0m${ESC}[7m`, oem: `${ESC}[41m` },
  { name: 'cursor', text: `${ESC}[2J${ESC}[1;1Hgone${ESC}[?1049l${ESC}[?25l${ESC}[6n`, oem: `${ESC}[2J${ESC}c` },
  { name: 'clipboard', text: `${ESC}]52;c;c21ibGVucw==${BEL}`, oem: `${ESC}]52;c;eA==${BEL}` },
  { name: 'link', text: `${ESC}]8;;http://host.example/${ESC}\\click${ESC}]8;;${ESC}\\`, oem: `${ESC}]8;;x${BEL}` },
  { name: 'title', text: `${ESC}]0;owned${BEL}${ESC}P$q"p${ESC}\\${ESC}[21t`, oem: `${ESC}]2;owned${BEL}` },
  { name: 'c1', text: '\x9b31m\x9d0;owned\x9c\x90q\x9c\x85\x84\x8d', oem: '\x9b2J\x9d0;x\x9c' },
  { name: 'bidi', text: 'a\u202etxt.exe\u202c\u2066\u2067b\u2069\u200f\u061cc', oem: 'NT LM 0.12 ' },
  { name: 'zero-width', text: 'ad\u200bm\u200c\u200di\u2060n\ufeff\u00ad\u180e\u034f\u115f\u3164', oem: 'SMB 2.002x' },
  { name: 'marks', text: `z${'\u0300\u0301\u0302\u0303\u0489\u20dd'.repeat(12)}algo`, oem: 'z\u00b4\u00a8\u00b8' },
  { name: 'wide', text: '管理者のデスクトップ・한국어・全角ＡＢＣ', oem: '\x8a\xc7\x97\x9d' },
  {
    name: 'emoji',
    text: '👨‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪1️⃣\u{e0067}\u{e007f}',
    oem: '\xf0\x9f\x98\x80',
  },
  { name: 'surrogates', text: 'a\ud800b\udfffc\udc00\ud800', oem: '\xed\xa0\x80' },
  { name: 'lines', text: 'one\ntwo\rthree\r\n\tfour\v\f\b\b\b\x7f\0five\u2028six\u2029', oem: 'one\ntwo\r\t' },
  { name: 'long', text: `${'long-'.repeat(300)}end`, oem: 'L'.repeat(3000) },
  { name: 'right-to-left', text: 'مدير النظام שרת קבצים', oem: '\xf9\xf8\xfa' },
  { name: 'escaped', text: '\\x1b[31mred\\x1b[0m \\u202e ^[[31m \\033[2J %1b %s%n', oem: '\\x1b[31m' },
  { name: 'formula', text: "=cmd|'/c calc'!A1", oem: '@SUM(1+1)*cmd' },
  { name: 'markup', text: '<script>alert(1)</script>&amp;"\'`$(id)`', oem: '<b>' },
  { name: 'blank', text: '\u3000\u00a0\u2003 \u2800', oem: '   ' },
]

/** Each theme once in SMB 3.1.1, and once in SMB1 with dialect strings and NativeOS of its kind. */
function plansOf({ text, oem }, i) {
  const random = seeded(100 + i)
  const bytes = (length) => Buffer.from(Array.from({ length }, () => 1 + below(random, 255)))
  const common = {
    auth: 'ntlm',
    user: `${text}user`,
    domain: `${text}dom`,
    workstation: `${text}ws`,
    target: {
      nbDomain: `${text}D`,
      nbComputer: `${text}NB`,
      dnsDomain: `d.${text}`,
      dnsComputer: `${text}.dns`,
      dnsTree: `${text}.tree`,
      targetName: `cifs/${text}`,
    },
    clientGuid: bytes(16),
    serverGuid: bytes(16),
    clientOs: { major: 10, minor: 0, build: 19045 },
    serverOs: { major: 10, minor: 0, build: 20348 },
    trees: [
      { path: `\\\\${text}srv\\IPC$`, type: 2, files: 0 },
      { path: `\\\\${text}srv\\${text}share`, type: 1, files: 1 },
    ],
    sessionId: 0x1000 + i,
    end: 'logoff',
    guest: i % 5 === 4,
    bytes,
  }
  const ends = (kind) => ({
    client: { ip: [10, 66, kind, 1 + i], port: 50000 + i, isn: 1000 },
    server: { ip: [10, 66, 200 + kind, 1 + i], port: 445, isn: 9000 },
  })
  const smb2 = {
    ...common,
    ...ends(2),
    smb1: null,
    offered: [0x0202, 0x0210, 0x0300, 0x0302, 0x0311],
    dialect: 0x0311,
    cipher: 2,
    algorithm: 1,
    netname: `${text}net`,
    clientSigning: 1,
    serverSigning: 1,
  }
  // A dialect string ends at its NUL and may contain any other byte.
  const dialects = ['PC NETWORK PROGRAM 1.0', oem, 'NT LM 0.12']
  const systems = {
    clientOs: `${text}os`,
    clientLanMan: `${text}lm`,
    serverOs: `${text}sos`,
    serverLanMan: `${text}slm`,
  }
  const smb1 = { ...common, ...ends(1), smb1: { dialects, index: 1, securityMode: 3, ...systems } }
  return [smb2, smb1]
}

const { section, interface: face, packet } = pcapng()
const blocks = [section([[4, Buffer.from(`host ${ESC}[31m\u202e`)]]), face(1, 0, [[2, Buffer.from(`eth0${ESC}[2J`)]])]
let time = START
for (const plan of THEMES.flatMap(plansOf)) {
  for (const step of sessionSteps(plan)) {
    for (const bytes of step) {
      time += 700
      blocks.push(packet(0, BigInt(time), { bytes, original: bytes.length }))
    }
  }
}
writeFileSync(
  `${process.env.OUT ?? new URL('..', import.meta.url).pathname}/hostile-names.pcapng`,
  Buffer.concat(blocks),
)
