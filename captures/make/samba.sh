#!/usr/bin/env bash
# Makes the captures of a real Samba server and its clients (smbclient, impacket) into captures/, or into the folder OUT.
# usage: [OUT=DIR] samba.sh [NAME...]     all of them without a NAME; `samba.sh --list` prints the names
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
source ./world.sh
out=${OUT:-$(readlink -f ..)}

as_alice=(-U "alice%$password")
visit='dir; get report.txt /dev/null; put notes.txt copy.txt; del copy.txt'
look='dir; get notice.txt /dev/null'

# usage: [port=N] [device=DEV] session FILE "SERVER LINE;SERVER LINE" COMMAND...   starts a server, records what COMMAND does, stops both
session() {
  local file=$1 lines=()
  [[ -n $2 ]] && mapfile -t lines < <(tr ';' '\n' <<<"$2")
  shift 2
  samba server "${port:-445}" "${lines[@]}"
  record client "${device:-eth0}" "$out/$file" "${capture_options[@]}" "${capture_filter:-tcp port ${port:-445}}"
  "$@"
  stop_recording
  stop_samba
}
capture_options=()

# usage: visits FILE SERVER-LINES [SMBCLIENT-ARGUMENT...]   alice lists, reads and writes files
visits() {
  local file=$1 lines=$2
  shift 2
  session "$file" "$lines" smb //10.77.0.2/files "${as_alice[@]}" -c "$visit" "$@"
}

impacket() { on client timeout 20 "$python" ./impacket-client.py "$@" >>"$work/client.log" 2>&1 || true; }

# Several clients in a row, inside one recording.
all() {
  local step
  for step in "$@"; do eval "smb $step"; done
}

samples=()
sample() { samples+=("$1"); }

# --- signing and encryption, 3.1.1

sample smb311-signed
smb311-signed() { visits smb311-signed.pcap 'server signing = mandatory'; }

sample smb311-unsigned-data
smb311-unsigned-data() { visits smb311-unsigned-data.pcap ''; }

sample smb311-encrypted-session
smb311-encrypted-session() { visits smb311-encrypted-session.pcap 'server smb encrypt = required'; }

sample smb311-encrypted-share
smb311-encrypted-share() {
  session smb311-encrypted-share.pcap '[vault];read only = no;server smb encrypt = required' all \
    '//10.77.0.2/files "${as_alice[@]}" -c dir' \
    '//10.77.0.2/vault "${as_alice[@]}" -c "$look"'
}

# --- no cipher

sample no-cipher-server
no-cipher-server() { visits no-cipher-server.pcap 'server smb encrypt = off'; }

sample no-cipher-server-30
no-cipher-server-30() { session no-cipher-server-30.pcap 'server smb encrypt = off' smb //10.77.0.2/files "${as_alice[@]}" -m SMB3_00 -c dir; }

# The server has one cipher, and the client another one.
sample no-cipher-in-common
no-cipher-in-common() {
  session no-cipher-in-common.pcap 'server smb3 encryption algorithms = AES-128-CCM' smb //10.77.0.2/files "${as_alice[@]}" \
    --option='client smb3 encryption algorithms=AES-256-GCM' -c dir
}

# impacket's client, 3.0 without SMB2_GLOBAL_CAP_ENCRYPTION.
sample no-cipher-client
no-cipher-client() { session no-cipher-client.pcap '' impacket no-cipher 10.77.0.2 alice "$password" files; }

# --- guest, anonymous, failed

sample guest-silent-mapping
guest-silent-mapping() { session guest-silent-mapping.pcap 'map to guest = bad user' smb //10.77.0.2/public -U 'carol%whatever' -c "$look"; }

sample guest-explicit
guest-explicit() { session guest-explicit.pcap 'map to guest = bad user' smb //10.77.0.2/public -U 'guest%' -c "$look"; }

sample anonymous-ipc
anonymous-ipc() { session anonymous-ipc.pcap '' smb -N -U '%' -L //10.77.0.2; }

sample guest-fallback
guest-fallback() {
  session guest-fallback.pcap 'map to guest = bad user' all \
    '//10.77.0.2/files -U alice%wrong -c dir' \
    '//10.77.0.2/public -U guest% -c "$look"'
}

sample anonymous-fallback
anonymous-fallback() {
  session anonymous-fallback.pcap '' all \
    '//10.77.0.2/files -U alice%wrong -c dir' \
    '//10.77.0.2/public -N -U % -c "$look"'
}

sample logon-failed
logon-failed() {
  session logon-failed.pcap '' all \
    '//10.77.0.2/files -U alice%wrong -c dir' \
    '//10.77.0.2/files -U nobody-we-know%wrong -c dir'
}

# --- guessed passwords. The servers of a spray are one smbd under several addresses.

# usage: guesses PASSWORD-LINES...   each "SERVER USER PASSWORD", tried in turn by impacket
guesses() { on client timeout 60 "$python" ./guess.py "$@" >>"$work/client.log" 2>&1 || true; }
of_alice() { local i; for ((i = 1; i <= $1; i++)); do printf '10.77.0.2 alice wrong-%d\n' "$i"; done; }

sample logons-burst
logons-burst() { mapfile -t tries < <(of_alice 12); session logons-burst.pcap '' guesses "${tries[@]}"; }

sample logons-guessed
logons-guessed() { mapfile -t tries < <(of_alice 10); session logons-guessed.pcap '' guesses "${tries[@]}" "10.77.0.2 alice $password"; }

# One less than the threshold, and then the right password: a person.
sample logons-mistyped
logons-mistyped() { mapfile -t tries < <(of_alice 9); session logons-mistyped.pcap '' guesses "${tries[@]}" "10.77.0.2 alice $password"; }

sample logons-spray-users
logons-spray-users() {
  session logons-spray-users.pcap '' guesses '10.77.0.2 alice Winter2026' '10.77.0.2 bob Winter2026' '10.77.0.2 carol Winter2026' \
    '10.77.0.2 dave Winter2026' '10.77.0.2 erin Winter2026'
}

# The same name in another case is the same user, and four are no spray.
sample logons-four-users
logons-four-users() {
  session logons-four-users.pcap '' guesses '10.77.0.2 alice Winter2026' '10.77.0.2 ALICE Winter2026' '10.77.0.2 bob Winter2026' \
    '10.77.0.2 carol Winter2026' '10.77.0.2 dave Winter2026'
}

sample logons-spray-servers
logons-spray-servers() {
  session logons-spray-servers.pcap '' guesses '10.77.0.2 alice Winter2026' '10.77.0.9 alice Winter2026' '10.77.0.11 alice Winter2026' \
    '10.77.0.12 alice Winter2026' '10.77.0.13 alice Winter2026'
}

# A service that tries guest before its own account, again and again.
sample logons-guest-first
logons-guest-first() {
  local i tries=()
  for ((i = 0; i < 10; i++)); do tries+=('10.77.0.2 guest ' "10.77.0.2 alice $password"); done
  session logons-guest-first.pcap '' guesses "${tries[@]}"
}

# --- SMB1. smbclient offers it only on request.

smb1=(-m NT1 --option='client min protocol=NT1')
# Without extended security the logon has two bare responses, or a password.
bare=(--option='client use spnego=no' --option='client ntlmv2 auth=no')

sample smb1-unsigned
smb1-unsigned() { visits smb1-unsigned.pcap 'server min protocol = NT1' "${smb1[@]}"; }

sample smb1-signed
smb1-signed() { visits smb1-signed.pcap 'server min protocol = NT1;server signing = mandatory' "${smb1[@]}"; }

sample smb1-guest
smb1-guest() {
  session smb1-guest.pcap 'server min protocol = NT1;map to guest = bad user' smb //10.77.0.2/public -U 'carol%whatever' "${smb1[@]}" -c "$look"
}

sample smb1-anonymous
smb1-anonymous() { session smb1-anonymous.pcap 'server min protocol = NT1' smb -N -U '%' -L //10.77.0.2 "${smb1[@]}"; }

sample smb1-ntlmv1
smb1-ntlmv1() { visits smb1-ntlmv1.pcap 'server min protocol = NT1;ntlm auth = ntlmv1-permitted' "${smb1[@]}" "${bare[@]}"; }

# Samba 4.17 reads plaintext logons and then refuses each of them. The password has crossed the wire nevertheless.
plaintext=("${bare[@]}" --option='client plaintext auth=yes' --option='client lanman auth=yes')

sample smb1-plaintext-password
smb1-plaintext-password() {
  visits smb1-plaintext-password.pcap 'server min protocol = NT1;encrypt passwords = no' "${smb1[@]}" "${plaintext[@]}" --option=unicode=no
}

# The password as UTF-16 in the field of the NT response, longer than the 24 bytes of NTLMv1: by its length alone it looks like NTLMv2.
sample smb1-plaintext-password-unicode
smb1-plaintext-password-unicode() {
  visits smb1-plaintext-password-unicode.pcap 'server min protocol = NT1;encrypt passwords = no' "${smb1[@]}" "${plaintext[@]}"
}

sample smb1-lanman
smb1-lanman() {
  session smb1-lanman.pcap 'server min protocol = LANMAN1;lanman auth = yes;ntlm auth = ntlmv1-permitted' smb //10.77.0.2/files "${as_alice[@]}" \
    -m LANMAN2 --option='client min protocol=LANMAN1' "${bare[@]}" --option='client lanman auth=yes' -c dir
}

sample smb1-lanman-plaintext
smb1-lanman-plaintext() {
  session smb1-lanman-plaintext.pcap 'server min protocol = LANMAN1;encrypt passwords = no' smb //10.77.0.2/files "${as_alice[@]}" \
    -m LANMAN2 --option='client min protocol=LANMAN1' "${plaintext[@]}" -c dir
}

sample smb1-offered-smb3-chosen
smb1-offered-smb3-chosen() { visits smb1-offered-smb3-chosen.pcap '' --option='client min protocol=NT1'; }

sample smb1-offered-smb202-chosen
smb1-offered-smb202-chosen() { visits smb1-offered-smb202-chosen.pcap 'server max protocol = SMB2_02' --option='client min protocol=NT1'; }

sample smb1-refused
smb1-refused() { session smb1-refused.pcap '' smb //10.77.0.2/files "${as_alice[@]}" "${smb1[@]}" -c dir; }

# --- older NTLM, older dialects

sample ntlmv1-ess
ntlmv1-ess() { visits ntlmv1-ess.pcap 'ntlm auth = ntlmv1-permitted' --option='client ntlmv2 auth=no'; }

sample ntlmv1
ntlmv1() { visits ntlmv1.pcap 'ntlm auth = ntlmv1-permitted' --option='client ntlmv2 auth=no' --option='ntlmssp_client:ntlm2=no'; }

sample smb202
smb202() { visits smb202.pcap '' -m SMB2_02; }

# The client could do more than the server: it validates the negotiation.
sample smb21
smb21() { visits smb21.pcap 'server max protocol = SMB2_10'; }

sample smb30
smb30() { visits smb30.pcap '' -m SMB3_00; }

sample smb302
smb302() { visits smb302.pcap '' -m SMB3_02; }

sample smb302-encrypted-session
smb302-encrypted-session() { visits smb302-encrypted-session.pcap 'server smb encrypt = required' -m SMB3_02; }

# --- ports, addresses and links. The links that Linux makes without a cable of that kind come from derive.mjs.

sample port-139
port-139() { port=139 visits port-139.pcap '' -p 139; }

sample port-4455
port-4455() { port=4455 visits port-4455.pcap '' -p 4455; }

sample ipv6
ipv6() { session ipv6.pcap '' smb //filesrv/files -I fd77::2 "${as_alice[@]}" -c "$visit"; }

sample outbound
outbound() { session outbound.pcap '' smb //203.0.113.10/files "${as_alice[@]}" -c "$visit"; }

sample inbound
inbound() {
  ip -n client route add 10.77.0.9 dev eth0 src 198.51.100.7
  session inbound.pcap '' smb //10.77.0.9/files "${as_alice[@]}" -c dir
  ip -n client route del 10.77.0.9
}

# No process listens on 10.77.0.2. Frames to 10.77.0.66 and 203.0.113.66 go to a host that drops them.
sample attempts
attempts() {
  record client eth0 "$out/attempts.pcap" tcp port 445 or tcp port 139
  on client timeout 3 bash -c ': </dev/tcp/10.77.0.2/445' 2>/dev/null || true
  on client timeout 3 bash -c ': </dev/tcp/10.77.0.66/445' 2>/dev/null || true
  on client timeout 3 bash -c ': </dev/tcp/203.0.113.66/445' 2>/dev/null || true
  stop_recording
}

sample linux-sll
linux-sll() {
  local capture_options=(-y LINUX_SLL)
  device=any visits linux-sll.pcap ''
}

sample linux-sll2
linux-sll2() {
  local capture_options=(-y LINUX_SLL2)
  device=any visits linux-sll2.pcap ''
}

# --- other software

sample impacket-client
impacket-client() { session impacket-client.pcap '' impacket smb3 10.77.0.2 alice "$password" files; }

sample impacket-smb1
impacket-smb1() { session impacket-smb1.pcap 'server min protocol = NT1' impacket smb1 10.77.0.2 alice "$password" files; }

sample impacket-server
impacket-server() {
  ip netns exec server "$python" ./impacket-server.py "$work/local" >"$work/impacket.log" 2>&1 &
  server=$!
  wait_for listening server 445
  record client eth0 "$out/impacket-server.pcap" tcp port 445
  smb //10.77.0.2/files "${as_alice[@]}" -c 'dir; get notes.txt /dev/null'
  stop_recording
  stop_samba
}

# ---

if [[ ${1-} == --list ]]; then
  printf '%s\n' "${samples[@]}"
  exit
fi
enter_world "$@"
host client
host server
cable client eth0 server eth0
address client eth0 10.77.0.1/24
address client eth0 fd77::1/64
address client eth0 198.51.100.7/32
address server eth0 10.77.0.2/24
for other in 9 11 12 13; do address server eth0 10.77.0.$other/32; done
address server eth0 fd77::2/64
address server eth0 203.0.113.10/32
ip -n client route add 203.0.113.0/24 dev eth0 src 10.77.0.1
ip -n server route add 198.51.100.7 dev eth0
for silent in 10.77.0.66 203.0.113.66; do ip -n client neighbour add "$silent" dev eth0 lladdr 02:00:00:00:01:02; done
client_conf
mkdir -p "$out"
for name in "${@:-${samples[@]}}"; do
  [[ " ${samples[*]} " == *" $name "* ]] || die "no sample is called $name"
  : >"$work/client.log"
  "$name"
  printf '%-28s %6d bytes  %s\n' "$name" "$(stat -c %s "$out/$name.pcap")" "$(grep -Eo 'NT_STATUS_[A-Z_]+' "$work/client.log" | sort -u | tr '\n' ' ')"
done
