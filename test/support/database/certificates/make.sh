#!/usr/bin/env bash
# Makes the certificates beside this file, valid from 2020 to 2120:
#   authority.pem  the authority that clients trust
#   server.pem     of a server that is called localhost, by that authority
#   stranger.pem   of a server that is called localhost, and has signed that itself
# Their private keys are made from sentences, see private-key.ts. Run it from anywhere; it needs openssl and npx.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

key() { npx tsx -e "import('./private-key.ts').then((m) => process.stdout.write(m.privateKeyOf('$1')))"; }
key 'authority of tests' > "$work/authority.key"
key 'server of tests' > "$work/server.key"
key 'stranger of tests' > "$work/stranger.key"

cat > "$work/ca.cnf" <<END
[ca]
default_ca = tests
[tests]
database = $work/index.txt
new_certs_dir = $work
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:true
[server]
subjectAltName = DNS:localhost
[req]
distinguished_name = none
[none]
END
touch "$work/index.txt"

# certificate NAME SUBJECT EXTENSIONS, and who signs it.
certificate() {
  openssl req -new -config "$work/ca.cnf" -key "$work/$1.key" -subj "/CN=$2" -out "$work/$1.csr"
  openssl ca -batch -notext -config "$work/ca.cnf" -in "$work/$1.csr" -out "$1.pem" -extensions "$3" \
    -startdate 20200101000000Z -enddate 21200101000000Z "${@:4}" 2> /dev/null
}
certificate authority 'Authority of tests' authority -selfsign -keyfile "$work/authority.key"
certificate server localhost server -cert authority.pem -keyfile "$work/authority.key"
certificate stranger localhost server -selfsign -keyfile "$work/stranger.key"
