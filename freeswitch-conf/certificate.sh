#!/bin/sh
# The certificate that browsers are shown (WSS): the operator's own, or one that is made here. FreeSWITCH itself would make one without a subjectAltName,
# which no browser takes, whatever it is told to trust. Called by entrypoint.sh and docker-compose.yml with the directory of certificates.
set -eu
umask 077

dir=$1
pem=$dir/wss.pem
made=$dir/wss.made
mkdir -p "$dir"

# Renamed into place: never half a certificate.
if [ -n "${FS_WSS_CERTIFICATE:-}" ]; then
  # Without FS_WSS_KEY the file holds the key too.
  cat "$FS_WSS_CERTIFICATE" ${FS_WSS_KEY:+"$FS_WSS_KEY"} > "$pem.$$"
  mv "$pem.$$" "$pem"
  rm -f "$made"
  exit 0
fi

if ! command -v openssl > /dev/null; then
  [ -s "$pem" ] || echo "No openssl here: FreeSWITCH makes a certificate for WSS that browsers refuse. Set FS_WSS_CERTIFICATE, or put your own into $pem" >&2
  exit 0
fi

names=
add() {
  case ",$names," in *":$1,"*) return ;; esac
  # An address has colons, or digits and dots alone.
  case $1 in
    '') ;;
    *:*) names=${names:+$names,}IP:$1 ;;
    *[!0-9.]*) names=${names:+$names,}DNS:$1 ;;
    *) names=${names:+$names,}IP:$1 ;;
  esac
}
for name in $(echo "${FS_WSS_NAMES:-}" | tr ',' ' ') "${FS_DOMAIN:-callplane.local}" "${FS_EXTERNAL_IP:-}" "${FS_BIND_IP:-}" localhost 127.0.0.1 ::1; do add "$name"; done

# Ours is left as it is while it names the same, for a browser that has been told to trust it; anybody else's always, but for FreeSWITCH's own.
if [ -s "$pem" ]; then
  if [ -f "$made" ]; then
    if [ "$(cat "$made")" = "$names" ] && openssl x509 -in "$pem" -noout -checkend 2592000 > /dev/null; then exit 0; fi
  elif openssl x509 -in "$pem" -noout -text 2> /dev/null | grep -q -e 'Subject Alternative Name' || ! openssl x509 -in "$pem" -noout -issuer 2> /dev/null | grep -q FreeSWITCH; then
    exit 0
  fi
fi

conf=$dir/wss.conf.$$
trap 'rm -f "$conf" "$pem.$$" "$pem.key.$$"' EXIT
cat > "$conf" <<END
[req]
distinguished_name = subject
x509_extensions = extensions
prompt = no
[subject]
O = Callplane
CN = ${FS_DOMAIN:-callplane.local}
[extensions]
subjectAltName = $names
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
END
# 825 days: what Apple's browsers take at most.
openssl ecparam -name prime256v1 -genkey -noout -out "$pem.key.$$"
openssl req -x509 -new -sha256 -days 825 -key "$pem.key.$$" -config "$conf" -out "$pem.$$"
cat "$pem.key.$$" >> "$pem.$$"
mv "$pem.$$" "$pem"
echo "$names" > "$made"
echo "Made $pem for $names: browsers must be told to trust it" >&2
