#!/usr/bin/env bash
# Makes the captures that need a client with unusual habits: smbtorture re-authenticates, joins channels to a session, chains requests.
# usage: [OUT=DIR] torture.sh      needs, beyond world.sh: smbtorture (Debian: samba-testsuite)
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
source ./world.sh
out=${OUT:-$(readlink -f ..)}

need smbtorture
enter_world "$@"
host client
host server
cable client eth0 server eth0
address client eth0 10.77.0.1/24
address server eth0 10.77.0.2/24
client_conf

# usage: sample NAME "SERVER LINE;SERVER LINE" TEST
sample() {
  local name=$1 lines=()
  [[ -n $2 ]] && mapfile -t lines < <(tr ';' '\n' <<<"$2")
  : >"$work/client.log"
  samba server 445 "${lines[@]}"
  record client eth0 "$out/$name.pcap" tcp port 445
  on client timeout 60 smbtorture -s "$work/client/smb.conf" -U "alice%$password" //10.77.0.2/files "$3" >>"$work/client.log" 2>&1 || true
  stop_recording
  stop_samba
  printf '%-28s %6d bytes  %s\n' "$name" "$(stat -c %s "$out/$name.pcap")" "$(grep -E '^(success|failure|error|skip)' "$work/client.log" | tr '\n' ' ')"
}

sample reauthentication '' smb2.session.reauth1
sample reconnect '' smb2.session.reconnect1
sample logoff-twice '' smb2.session.two_logoff
sample two-channels 'server multi channel support = yes' smb2.session.bind1
sample compound-signed 'server signing = mandatory' smb2.compound.related1
sample interim-signed 'server signing = mandatory' smb2.lock.async
sample oplock-break-signed 'server signing = mandatory' smb2.oplock.batch1
sample signing-gmac '' smb2.session.signing-aes-128-gmac
sample cipher-aes-256-gcm '' smb2.session.encryption-aes-256-gcm
