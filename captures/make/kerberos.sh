#!/usr/bin/env bash
# Makes the captures of an Active Directory domain that Samba serves: Kerberos logons, SYSVOL, and NTLM where Kerberos was possible.
# usage: [OUT=DIR] kerberos.sh
# needs, beyond world.sh: Debian's winbind, samba-ad-provision, samba-dsdb-modules, samba-vfs-modules, ldb-tools, krb5-user
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
source ./world.sh
out=${OUT:-$(readlink -f ..)}

need samba samba-tool winbindd ldbmodify kinit kvno
enter_world "$@"
host client
host server
cable client eth0 server eth0
address client eth0 10.77.0.1/24
address server eth0 10.77.0.2/24
printf '127.0.0.1 localhost\n10.77.0.2 filesrv.example.test filesrv\n' >/etc/hosts
printf 'search example.test\nnameserver 10.77.0.2\n' >"$work/resolv"

dc=$work/dc
on server samba-tool domain provision --realm=EXAMPLE.TEST --domain=EXAMPLE --host-name=FILESRV --server-role=dc --dns-backend=SAMBA_INTERNAL \
  --host-ip=10.77.0.2 --adminpass="$password" --targetdir="$dc" >"$work/provision.log" 2>&1 || die "the domain could not be made: $(tail -3 "$work/provision.log")"
conf=$dc/etc/smb.conf
sed -i '/^\[global\]/a dns forwarder = \nlog file = '"$work"'/dc.log\nserver services = rpc, ldap, cldap, kdc, dns, s3fs, winbindd\ninterfaces = eth0 lo' "$conf"
on server samba-tool user create alice "$password" --configfile="$conf" >/dev/null
ip netns exec server samba --foreground --no-process-group --configfile="$conf" >"$work/dc.out" 2>&1 &
server=$!
for port in 445 88 389; do wait_for listening server "$port"; done

printf '%s\n' '[libdefaults]' ' default_realm = EXAMPLE.TEST' ' dns_lookup_kdc = false' ' rdns = false' \
  '[realms]' ' EXAMPLE.TEST = {' '  kdc = tcp/10.77.0.2' ' }' \
  '[domain_realm]' ' .example.test = EXAMPLE.TEST' >"$work/krb5.conf"
domain=('realm = EXAMPLE.TEST' 'name resolve order = host')
export KRB5_CONFIG=$work/krb5.conf
client_conf "${domain[@]}"

# usage: sample NAME SMBCLIENT-ARGUMENT...
sample() {
  local name=$1
  shift
  : >"$work/client.log"
  record client eth0 "$out/$name.pcap" tcp port 445 or port 88
  smb "$@"
  stop_recording
  printf '%-28s %6d bytes  %s\n' "$name" "$(stat -c %s "$out/$name.pcap")" "$(grep -Eo 'NT_STATUS_[A-Z_]+' "$work/client.log" | sort -u | tr '\n' ' ')"
}

kerberos=(-U "alice@EXAMPLE.TEST%$password" --use-kerberos=required)
sample kerberos-sysvol //filesrv.example.test/sysvol "${kerberos[@]}" -c 'cd example.test; dir'
sample kerberos-encrypted //filesrv.example.test/sysvol "${kerberos[@]}" --client-protection=encrypt -c 'dir'
# Kerberos was offered, but the server was named by its address, for which there is no ticket.
sample ntlm-sysvol //10.77.0.2/sysvol -U "EXAMPLE\\alice%$password" --use-kerberos=desired -c 'cd example.test; dir'
# A client that asks for RC4: the ticket stays under the server's AES key, the session key is RC4's.
sed -i '/default_realm/a default_etypes = arcfour-hmac-md5' "$KRB5_CONFIG"
sample kerberos-rc4 //filesrv.example.test/netlogon "${kerberos[@]}" -c 'dir'

# --- Kerberos that is refused, and NTLM in its place: with an error that names the reason, and by the client's own choice

sed -i '/default_etypes/d' "$KRB5_CONFIG"
# One recording of what a command does on the client.
recorded() {
  local name=$1
  shift
  : >"$work/client.log"
  record client eth0 "$out/$name.pcap" tcp port 445 or port 88
  on client timeout 60 "$@" >>"$work/client.log" 2>&1 || true
  stop_recording
  printf '%-28s %6d bytes\n' "$name" "$(stat -c %s "$out/$name.pcap")"
}
# MIT's kinit does not read Heimdal's form of the KDC's address.
sed 's|tcp/||' "$KRB5_CONFIG" >"$work/mit.conf"
export KRB5CCNAME=$work/alice.cc
on client env KRB5_CONFIG="$work/mit.conf" kinit alice@EXAMPLE.TEST <<<"$password" >/dev/null && on client env KRB5_CONFIG="$work/mit.conf" kvno -q cifs/filesrv.example.test || die 'alice got no ticket'
recorded kerberos-refused "$python" ./impacket-kerberos.py filesrv.example.test alice "$password" EXAMPLE.TEST 3
unset KRB5CCNAME
# The server offers Kerberos, the client was told not to use it.
sample ntlm-by-choice //filesrv.example.test/netlogon -U "EXAMPLE\\alice%$password" --use-kerberos=off -c 'dir'

# --- a name that was registered for the account of another service, which has RC4 keys only: the server cannot read the ticket

printf '10.77.0.2 alias.example.test alias\n' >>/etc/hosts
on server samba-tool user create svc-archive "$password" --configfile="$conf" >/dev/null
on server samba-tool spn add cifs/alias.example.test svc-archive --configfile="$conf" >/dev/null
printf '%s\n' 'dn: CN=svc-archive,CN=Users,DC=example,DC=test' 'changetype: modify' 'replace: msDS-SupportedEncryptionTypes' \
  'msDS-SupportedEncryptionTypes: 4' >"$work/rc4.ldif"
on server ldbmodify -H "$dc/private/sam.ldb" "$work/rc4.ldif" >"$work/ldb.log" 2>&1 || die "the account was not changed: $(cat "$work/ldb.log")"
sample kerberos-rc4-ticket //alias.example.test/netlogon -U "alice@EXAMPLE.TEST%$password" --use-kerberos=desired -c 'dir'
