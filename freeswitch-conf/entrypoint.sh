#!/bin/sh
# Starts FreeSWITCH with this configuration: makes the secrets at the first start, then becomes FreeSWITCH in the foreground.
# Used by docker-compose.yml and by hand alike; README.md lists the environment. Plain sh, as the image has busybox alone.
set -eu
umask 077

conf=$(cd "$(dirname "$0")" && pwd)

# An empty variable (compose writes such for what is not set) would replace a default by nothing.
for name in $(env | sed -n 's/^\(FS_[A-Z0-9_]*\)=$/\1/p'); do unset "$name"; done

state=${FS_STATE_DIR:-$PWD/data/freeswitch}
mkdir -p "$state"
# Absolute, since the configuration and Callplane name files below it.
state=$(cd "$state" && pwd)
secrets=${FS_SECRETS_DIR:-$state/secrets}

# The content of a file, which is made when there is none.
secret_in() {
  file=$1
  if [ ! -s "$file" ]; then
    mkdir -p "$(dirname "$file")"
    # Hexadecimal, so that it needs no escaping in XML, in a URL or in a SIP header. Linked into place: never half a secret, and the first one stays where Callplane makes it at the same moment.
    head -c 4096 /dev/urandom | tr -dc a-f0-9 | head -c 32 > "$file.$$"
    if ln "$file.$$" "$file" 2>/dev/null; then echo "Made $file" >&2; fi
    rm -f "$file.$$"
  fi
  # The group that Callplane's container runs with may read it.
  if [ -n "${FS_SECRETS_GID:-}" ]; then
    chgrp "$FS_SECRETS_GID" "$(dirname "$file")" "$file"
    chmod 0750 "$(dirname "$file")"
    chmod 0640 "$file"
  fi
  cat "$file"
}

secret() { secret_in "$secrets/$1"; }

# One secret for both: where FS_SECRETS_DIR is shared (compose) it lies there, else where Callplane, started in the same directory, has its own.
provisioning_secret=${FS_PROVISIONING_SECRET_FILE:-$secrets/provisioning-secret}
if [ -z "${FS_PROVISIONING_SECRET_FILE:-}" ] && [ -z "${FS_SECRETS_DIR:-}" ] && [ ! -s "$provisioning_secret" ]; then
  provisioning_secret=$PWD/data/provisioning-secret
fi
# Made also where it is not used: Callplane can read what is shared, and not write there.
[ -z "${FS_SECRETS_DIR:-}" ] || secret_in "$provisioning_secret" > /dev/null

FS_ESL_PASSWORD=${FS_ESL_PASSWORD:-$(secret esl-password)}
FS_PHONE_PASSWORD=${FS_PHONE_PASSWORD:-$(secret phone-password)}
export FS_ESL_PASSWORD FS_PHONE_PASSWORD

# Callplane provisions the phones when it has an address; "off" is none, where something else sets one by default.
[ "${FS_PROVISIONING_URL:-}" != off ] || unset FS_PROVISIONING_URL
if [ -n "${FS_PROVISIONING_URL:-}" ]; then
  FS_PROVISIONING=served
  FS_PROVISIONING_SECRET=${FS_PROVISIONING_SECRET:-$(secret_in "$provisioning_secret")}
  FS_PROVISIONING_DIR=${FS_PROVISIONING_DIR:-$state/provisioning}
  export FS_PROVISIONING FS_PROVISIONING_SECRET FS_PROVISIONING_DIR
  if [ -n "${FS_PROVISIONING_URL2:-}" ]; then
    FS_PROVISIONING_SECOND=second
    export FS_PROVISIONING_SECOND
  fi
fi

# Call detail records go to files unless FS_CDR_DIR is "off". A FreeSWITCH without mod_json_cdr says so in its log and runs without them.
FS_CDR_DIR=${FS_CDR_DIR:-$state/cdr}
if [ "$FS_CDR_DIR" = off ]; then
  unset FS_CDR_DIR
else
  mkdir -p "$FS_CDR_DIR"
  FS_CDR=on
  export FS_CDR FS_CDR_DIR
fi

# -nf: stay in the foreground. -nc: no interactive console. -nonat: no UPnP. -nocal: no clock calibration, quicker.
set -- -nf -nc -nonat -nonatmap -nocal -conf "$conf" "$@"
for dir in log run db certs recordings storage cache temp; do
  mkdir -p "$state/$dir"
  set -- "-$dir" "$state/$dir" "$@"
done
# Whoever brings an own configuration may have none.
[ ! -f "$conf/certificate.sh" ] || sh "$conf/certificate.sh" "$state/certs"
# What Callplane's container reads and removes: recordings and call detail records, and nothing else of the state.
if [ -n "${FS_SECRETS_GID:-}" ]; then
  for dir in "$state/recordings" "${FS_CDR_DIR:-}"; do
    [ -z "$dir" ] || { chgrp "$FS_SECRETS_GID" "$dir" && chmod 2770 "$dir"; }
  done
  umask 007
fi
exec "${FREESWITCH_BIN:-freeswitch}" "$@"
