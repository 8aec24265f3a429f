# A small network of its own to make captures in; sourced by the scripts beside it.
#
#   enter_world "$@"    starts the script again in its own namespaces (network, mounts, processes, host name). Nothing in them reaches
#                       the machine's network or configuration, and they end with the script: only $work must be cleaned up.
#   host NAME DEV       a host: a network namespace with one end of a cable
#   cable A DEVA B DEVB a veth pair between two hosts, with fixed MAC addresses and without offloading, so that frames look as on a wire
#   samba, client_conf  the server and what clients need
#   record, stop_recording   a capture of a host's interface
#
# Needs: root, and Debian's iproute2, util-linux, tcpdump, samba, smbclient, python3-impacket.

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || die "needs the program $program, which is not installed"
  done
}

# The Python that has impacket: python3 may be a local build without it.
impacket_python() {
  local p
  for p in python3 /usr/bin/python3; do
    "$p" -c 'import impacket' 2>/dev/null && { printf '%s\n' "$p"; return; }
  done
  die 'needs impacket for Python (Debian: python3-impacket), which is not installed'
}

enter_world() {
  if [[ ${IN_WORLD-} != yes ]]; then
    ((EUID == 0)) || die 'needs root, for network namespaces and ports below 1024'
    need unshare ip tcpdump smbd smbpasswd smbclient openssl
    unshare --net --mount --uts --ipc true 2>/dev/null || die 'needs the right to make namespaces (unshare), which this machine refuses'
    IN_WORLD=yes exec unshare --net --mount --uts --ipc --pid --fork --kill-child --mount-proc "$0" "$@"
  fi
  work=$(mktemp -d)
  chmod 755 "$work"
  trap 'rm -rf "$work"' EXIT
  mkdir "$work/local"
  printf 'a note from alice\n' >"$work/local/notes.txt"
  mount -t tmpfs tmpfs /run
  hostname filesrv
  python=$(impacket_python)
  people
}

readonly password='open-Sesame-1'

# Unix accounts that exist only in these namespaces: Samba needs one for each user, and plaintext logons are checked against them.
people() {
  local hash
  hash=$(openssl passwd -6 -salt captures "$password")
  { grep -E '^(root|nobody):' /etc/passwd; printf '%s:x:%d:2000::/nonexistent:/usr/sbin/nologin\n' alice 2001 bob 2002; } >"$work/passwd"
  { grep -E '^(root|nogroup|users):' /etc/group; printf 'people:x:2000:\n'; } >"$work/group"
  printf '%s:%s:19000:0:99999:7:::\n' alice "$hash" bob "$hash" >"$work/shadow"
  printf '127.0.0.1 localhost\n10.77.0.2 filesrv\n' >"$work/hosts"
  : >"$work/resolv"
  mount --bind "$work/passwd" /etc/passwd
  mount --bind "$work/group" /etc/group
  mount --bind "$work/shadow" /etc/shadow
  mount --bind "$work/hosts" /etc/hosts
  [[ -e /etc/resolv.conf ]] && mount --bind "$work/resolv" "$(readlink -f /etc/resolv.conf)"
}

on() { ip netns exec "$@"; }

host() {
  ip netns add "$1"
  ip -n "$1" link set lo up
}

# usage: cable HOST_A DEV_A HOST_B DEV_B
cable() {
  cables=$((${cables:-0} + 1))
  ip link add "cable${cables}a" type veth peer name "cable${cables}b"
  plug "cable${cables}a" "$1" "$2" "02:00:00:00:0$cables:01"
  plug "cable${cables}b" "$3" "$4" "02:00:00:00:0$cables:02"
}

plug() {
  ip link set "$1" address "$4" netns "$2" name "$3"
  on "$2" "$python" "$(dirname "$0")/offload-off.py" "$3"
  on "$2" sysctl -qw "net.ipv6.conf.$3.accept_dad=0"
  ip -n "$2" link set "$3" up
}

# usage: address HOST DEV ADDRESS/BITS
address() { ip -n "$1" address add "$3" dev "$2"; }

# Until `command` succeeds, at most ten seconds.
wait_for() {
  local i
  for ((i = 0; i < 200; i++)); do
    "$@" && return
    sleep 0.05
  done
  die "gave up waiting for: $*"
}

listening() { [[ -n $(on "$1" ss -H -l -t -n "sport = :$2") ]]; }

# usage: samba HOST PORT [LINE...]   each LINE goes to [global]; a LINE "[share]" opens a share of that name, the following go to it
samba() {
  local host=$1 port=$2 dir=$work/server.$((servers = ${servers:-0} + 1)) user
  shift 2
  mkdir -p "$dir"/{private,lock,state,cache,pid,ncalrpc,log,files,public}
  chown alice: "$dir/files"
  chmod 777 "$dir/public"
  seq -f 'line %04g of a file that nobody needs' 100 >"$dir/files/report.txt"
  printf 'for everybody\n' >"$dir/public/notice.txt"
  {
    printf '%s\n' '[global]' 'netbios name = FILESRV' 'workgroup = EXAMPLE' 'server role = standalone server' \
      "private dir = $dir/private" "lock directory = $dir/lock" "state directory = $dir/state" "cache directory = $dir/cache" \
      "pid directory = $dir/pid" "ncalrpc dir = $dir/ncalrpc" "passdb backend = tdbsam" "log file = $dir/log/smbd" \
      'server string = file server' 'load printers = no' 'printing = bsd' 'disable spoolss = yes' 'disable netbios = yes' \
      "smb ports = $port"
    local line section=
    for line in "$@"; do
      [[ $line == \[* ]] && section=yes
      [[ -z $section ]] && printf '%s\n' "$line"
    done
    printf '%s\n' '[files]' "path = $dir/files" 'read only = no' '[public]' "path = $dir/public" 'read only = no' 'guest ok = yes'
    section=
    for line in "$@"; do
      [[ $line == \[* ]] && { section=yes; printf '%s\npath = %s\n' "$line" "$dir/public"; continue; }
      [[ -n $section ]] && printf '%s\n' "$line"
    done
  } >"$dir/smb.conf"
  for user in alice bob; do
    printf '%s\n%s\n' "$password" "$password" | smbpasswd -c "$dir/smb.conf" -s -a "$user" >/dev/null 2>&1 || die "smbpasswd refused $user"
  done
  # not through "on": $! must be smbd itself
  ip netns exec "$host" smbd --foreground --configfile="$dir/smb.conf" --log-basename="$dir/log" >"$dir/log/out" 2>&1 &
  server=$!
  wait_for listening "$host" "${port##* }"
}

stop_samba() {
  kill "$server"
  wait "$server" 2>/dev/null || true
}

# usage: client_conf [LINE...]   settings of smbclient beyond its defaults
client_conf() {
  mkdir -p "$work/client"/{private,lock,state,cache}
  printf '%s\n' '[global]' 'netbios name = DESK1' 'workgroup = EXAMPLE' "private dir = $work/client/private" \
    "lock directory = $work/client/lock" "state directory = $work/client/state" "cache directory = $work/client/cache" "$@" >"$work/client/smb.conf"
}

# smbclient on host "client"; a refused logon is a result here, not a failure of the script.
smb() { (cd "$work/local" && on client timeout 20 smbclient -s "$work/client/smb.conf" "$@" >>"$work/client.log" 2>&1) || true; }

# usage: record HOST DEV FILE [TCPDUMP-ARGUMENT...]
record() {
  local host=$1 dev=$2
  recording=$3
  shift 3
  rm -f "$recording"
  ip netns exec "$host" tcpdump -i "$dev" -U --immediate-mode -Z root -s 0 -w "$recording" "$@" 2>"$work/tcpdump.log" &
  recorder=$!
  wait_for test -s "$recording"
}

stop_recording() {
  sleep 0.3

  kill -INT "$recorder"
  wait "$recorder" 2>/dev/null || true
  grep -Eq '^[1-9][0-9]* packets? captured' "$work/tcpdump.log" || die "nothing was captured for ${recording##*/}: $(cat "$work/client.log")"
  grep -q '^0 packets dropped' "$work/tcpdump.log" || die "packets were lost for ${recording##*/}: $(cat "$work/tcpdump.log")"
}
